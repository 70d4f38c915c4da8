"""`status -w`: what a terminal and a pipe show of changes, and that it goes on where a look fails."""

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from agentrun_operator.plugin.cluster.endpoints import Selection
from agentrun_operator.plugin.cluster.kubectl.kubectl import Connection, Kubectl
from agentrun_operator.plugin.commands.status.live import follow
from agentrun_operator.plugin.commands.status.show import View
from agentrun_operator.plugin.screen.screen import Colour, Screen
from agentrun_operator.plugin.session import Session
from support.endpoints import manifest
from support.plugin import Pipe

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
Object = dict[str, Any]


def an_object(version: str) -> Object:
    """Ready with this version."""
    found = manifest("chat")
    known = {"namespace": "team-a", "uid": "uid-1", "generation": 1, "resourceVersion": version}
    found["metadata"] |= known | {"creationTimestamp": "2026-06-01T11:00:00Z"}
    ready = {"type": "Ready", "status": "True", "reason": "Available", "lastTransitionTime": "2026-06-01T11:00:00Z"}
    seen = {"observedGeneration": 1, "targetVersion": version, "state": "READY", "endpointName": "chat"}
    return found | {"status": seen | {"conditions": [ready | {"message": "it serves"}]}}


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """A program in kubectl's place: holds these objects now, or is out of reach."""
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    program, listed = tmp_path / "kubectl", tmp_path / "objects.json"

    def holds(*objects: Object, down: bool = False) -> None:
        listed.write_text(json.dumps({"kind": "List", "items": objects}))
        fails = "echo 'Unable to connect to the server: dial tcp: connection refused' >&2; exit 1\n" if down else ""
        program.write_text(f"#!/bin/sh\n{fails}case \"$*\" in *events*) echo '{{}}' ;; *) cat {listed} ;; esac\n")
        program.chmod(0o755)

    return holds


def watched(
    names: tuple[str, ...], *between: Callable[[], None], terminal: bool = False, out: Pipe | None = None
) -> tuple[str, str]:
    """What was shown until Ctrl-C; each of `between` happens while the command rests."""
    out, err, steps = out or Pipe(terminal=terminal), Pipe(), iter(between)

    def sleep(_: float) -> None:
        if (step := next(steps, None)) is None:
            raise KeyboardInterrupt
        step()

    environment = {"TERM": "xterm", "COLUMNS": "100"}
    screen = Screen(Colour.NEVER, quiet=False, environment=environment, out=out, err=err)
    session = Session(Kubectl(Connection("team-a")), screen, now=lambda: NOW, sleep=sleep)
    with pytest.raises(KeyboardInterrupt):
        follow(session, View(Selection(names)))
    return out.written(), err.written()


@pytest.mark.parametrize("terminal", [False, True], ids=["in a pipe", "on a terminal"])
@pytest.mark.parametrize("names", [(), ("chat",)], ids=["all, as a table", "one, as a page"])
def test_a_change_is_shown_and_what_stays_is_not_repeated_in_a_pipe(cluster, names, terminal):
    cluster(an_object("3"))
    shown, _ = watched(names, lambda: None, lambda: cluster(an_object("4")), terminal=terminal)
    assert shown.index("3:100%") < shown.index("4:100%")
    assert terminal or shown.count("3:100%") == 1


@pytest.mark.parametrize("names", [(), ("chat",)], ids=["all, as a table", "one, as a page"])
def test_a_cluster_that_is_out_of_reach_for_a_while_is_told_and_asked_again(cluster, names):
    cluster(an_object("3"))
    shown, hints = watched(names, lambda: cluster(down=True), lambda: cluster(an_object("4")))
    assert "connection refused" in hints
    assert "asked again" in hints
    assert "4:100%" in shown


def test_an_object_that_goes_is_told(cluster):
    cluster(an_object("3"))
    shown, _ = watched(("chat",), cluster)
    assert "chat is gone." in shown


class Traced(Pipe):
    """A terminal, and how often it was written to."""

    writes = 0

    def write(self, text: str) -> int:
        self.writes += 1
        return super().write(text)


@pytest.mark.parametrize("names", [(), ("chat",)], ids=["all, as a table", "one, as a page"])
def test_a_terminal_is_written_to_once_for_a_change_and_never_for_none(cluster, names):
    cluster(an_object("3"))
    out = Traced(terminal=True)
    writes: list[int] = []

    def count() -> None:
        writes.append(out.writes)

    def change() -> None:
        count()
        cluster(an_object("4"))

    watched(names, count, change, count, count, out=out)
    assert [later - sooner for sooner, later in pairwise(writes)] == [0, 1, 0]

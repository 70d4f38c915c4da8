"""How the fleet follows a cluster that changes, forgets, refuses, and is out of reach.

A program stands where kubectl does: only it forgets a version when a test wants that.
"""

import json
import os
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from agentrun_operator.plugin.cluster.endpoints import Selection
from agentrun_operator.plugin.cluster.kubectl.kubectl import Connection, Kubectl
from agentrun_operator.plugin.cluster.kubectl.refusals import ForbiddenError, NoKindError
from agentrun_operator.plugin.dashboard.fleet import Fleet, Link
from agentrun_operator.plugin.dashboard.watcher import Watcher
from agentrun_operator.plugin.screen.screen import Colour, Screen
from agentrun_operator.plugin.session import Session
from support.cluster import eventually
from support.objects import NOW, a_status, an_object

Object = dict[str, Any]

PROGRAM = """\
#!/bin/sh
cd "$(dirname "$0")"
case "$*" in *watch=1*) kind=watch;; *) kind=list;; esac
echo "$*" >> $kind.calls
step=$kind.$(grep -c . $kind.calls)
[ -f $step ] || step=$kind.rest
. ./$step
"""
REFUSED = 'echo "The connection to the server 127.0.0.1:9 was refused" >&2; exit 1'
FORBIDDEN = (
    """echo 'Error from server (Forbidden): agentruntimeendpoints.agentrun.alibabacloud.com is forbidden: User "jo" """
    """cannot watch resource "agentruntimeendpoints" in API group "agentrun.alibabacloud.com"' >&2; exit 1"""
)
QUIET = "echo $$ > pid; exec sleep 300"


class Stage:
    """A cluster that does, call by call, what it is told.

    Args:
        folder: where the program is.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.told: list[Link] = []
        program = folder / "kubectl"
        program.write_text(PROGRAM)
        program.chmod(0o755)
        self.does("watch.rest", QUIET)

    def does(self, step: str, line: str) -> None:
        (self.folder / step).write_text(f"{line}\n")

    def lists(self, step: str, *objects: Object, version: str = "100") -> None:
        answer = {"items": objects, "metadata": {"resourceVersion": version}}
        self.does(step, f"echo {shlex.quote(json.dumps(answer))}")

    def tells(self, step: str, *events: tuple[str, Object], then: str = QUIET) -> None:
        lines = [f"echo {shlex.quote(json.dumps({'type': kind, 'object': thing}))}" for kind, thing in events]
        self.does(step, "\n".join([*lines, then]))

    def asked(self, kind: str) -> list[str]:
        calls = self.folder / f"{kind}.calls"
        return calls.read_text().splitlines() if calls.exists() else []


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    return Stage(tmp_path)


class Told(Fleet):
    """A fleet that remembers what it was told of the link."""

    def __init__(self) -> None:
        super().__init__(lambda: NOW)
        self.links: list[Link] = []

    def tell(self, link: Link) -> None:
        self.links.append(link)
        super().tell(link)

    def word(self, name: str) -> str:
        """How an object stands; empty where there is none."""
        thing = self.object_of(f"team-a/{name}")
        return thing["status"]["conditions"][0]["reason"] if thing else ""


@pytest.fixture
def fleet() -> Told:
    return Told()


@pytest.fixture
def watched(stage: Stage, fleet: Told) -> Iterator[Callable[[], Watcher]]:
    """Looks once, and follows."""
    session = Session(
        Kubectl(Connection(namespace="team-a", request_timeout="30s")), Screen.of(Colour.NEVER, quiet=True)
    )
    watcher = Watcher(session, Selection(selector="app=x"), fleet, pauses=(0.0, 0.01))

    def begin() -> Watcher:
        watcher.look()
        watcher.start()
        return watcher

    yield begin
    watcher.close()


def thing(name: str, version: int, ready: str = "True Available") -> Object:
    made = an_object(name=name, status=a_status(ready=ready))
    made["metadata"]["resourceVersion"] = str(version)
    return made


def test_what_changes_after_the_list_is_taken_in_as_it_is_told(stage: Stage, fleet: Told, watched):
    stage.lists("list.rest", thing("chat", 1), thing("sales", 2))
    stage.tells(
        "watch.1",
        ("MODIFIED", thing("chat", 101, "False UpdateFailed")),
        ("ADDED", thing("new", 102)),
        ("DELETED", thing("sales", 103)),
    )
    watched()

    eventually(
        lambda: (fleet.word("chat"), fleet.word("new"), fleet.word("sales")) == ("UpdateFailed", "Available", "")
    )
    (asked,) = stage.asked("watch")
    assert "watch=1&resourceVersion=100&allowWatchBookmarks=true" in asked
    assert "labelSelector=app%3Dx" in asked
    assert "--request-timeout=0" in asked  # the time for one answer would end the watch
    assert "--request-timeout=30s" in stage.asked("list")[0]
    assert fleet.links == [Link(live=True)]


def test_a_watch_that_ends_in_time_goes_on_where_it_was_and_nothing_is_listed_again(stage: Stage, fleet: Told, watched):
    stage.lists("list.rest", thing("chat", 1))
    stage.tells("watch.1", ("BOOKMARK", {"metadata": {"resourceVersion": "170"}}), then="exit 0")
    stage.tells("watch.2", ("MODIFIED", thing("chat", 171, "False UpdateFailed")))
    watched()

    eventually(lambda: fleet.word("chat") == "UpdateFailed")
    assert "resourceVersion=170&" in stage.asked("watch")[1]
    assert len(stage.asked("list")) == 1
    assert all(each.live for each in fleet.links)


def test_a_version_that_the_api_server_forgot_has_all_listed_anew_and_who_is_gone_is_dropped(
    stage: Stage, fleet: Told, watched
):
    stage.lists("list.1", thing("chat", 1), thing("gone", 2))
    stage.lists("list.2", thing("chat", 150, "False UpdateFailed"), version="200")
    stage.tells("watch.1", ("ERROR", {"kind": "Status", "code": 410, "message": "too old"}), then="exit 0")
    watched()

    eventually(lambda: (fleet.word("chat"), fleet.word("gone")) == ("UpdateFailed", ""))
    eventually(lambda: len(stage.asked("watch")) == 2)
    assert "resourceVersion=200&" in stage.asked("watch")[1]
    assert all(each.live for each in fleet.links)


@pytest.mark.parametrize(
    "end",
    [
        pytest.param(REFUSED, id="refused"),
        pytest.param("echo nonsense", id="no event"),
        pytest.param("printf '{\"type\":'", id="a line that was cut"),
        pytest.param('echo \'{"type":"ERROR","object":{"code":500,"message":"etcd"}}\'', id="an error"),
    ],
)
def test_out_of_reach_is_told_with_the_time_and_made_up_for_by_itself(stage: Stage, fleet: Told, watched, end: str):
    stage.lists("list.1", thing("chat", 1))
    stage.does("watch.1", end)
    stage.does("list.2", REFUSED)
    stage.does("list.3", REFUSED)
    stage.lists("list.rest", thing("chat", 7, "False UpdateFailed"))
    watched()

    eventually(lambda: fleet.word("chat") == "UpdateFailed" and fleet.links[-1].live)
    stale = next(each for each in fleet.links if not each.live)
    assert "refused" in stale.why
    assert stale.as_of > 0


def test_a_watch_that_breaks_once_is_made_up_for_without_a_word(stage: Stage, fleet: Told, watched):
    stage.lists("list.rest", thing("chat", 1))
    stage.does("watch.1", REFUSED)
    watched()

    eventually(lambda: len(stage.asked("watch")) == 2)
    assert all(each.live for each in fleet.links)


def test_who_may_list_and_not_watch_is_told_the_rule_and_sees_each_list(stage: Stage, fleet: Told, watched):
    stage.lists("list.1", thing("chat", 1))
    stage.lists("list.rest", thing("chat", 2, "False UpdateFailed"))
    stage.does("watch.rest", FORBIDDEN)
    watched()

    eventually(lambda: fleet.word("chat") == "UpdateFailed" and any(not each.live for each in fleet.links))
    stale = next(each for each in fleet.links if not each.live)
    assert "resources: [agentruntimeendpoints], verbs: [watch]" in stale.why


def test_the_first_look_fails_as_any_command_does(stage: Stage, watched):
    stage.does("list.1", FORBIDDEN.replace("watch", "list"))
    stage.does(
        "list.2", "echo 'Error from server (NotFound): the server could not find the requested resource' >&2; exit 1"
    )

    with pytest.raises(ForbiddenError, match="to grant it"):
        watched()
    with pytest.raises(NoKindError, match="is the CRD installed"):
        watched()


def test_at_the_end_no_kubectl_is_left(stage: Stage, fleet: Told, watched):
    stage.lists("list.rest", thing("chat", 1))
    watcher = watched()
    pid = int(eventually(lambda: (stage.folder / "pid").exists() and (stage.folder / "pid").read_text()))

    watcher.close()
    eventually(lambda: not Path(f"/proc/{pid}").exists())
    assert fleet.links == [Link(live=True)]

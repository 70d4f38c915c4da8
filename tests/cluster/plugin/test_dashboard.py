"""`dashboard` on a real control plane: what it needs, asks for, and how it ends. In a browser: tests/browser."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from agentrun_operator.controlplane import Binaries
from support import fleet
from support.cluster import Kubectl, eventually
from support.fleet import KIND
from support.page import running_dashboard
from support.plugin import Plugin

READS = {"get", "config"}


@pytest.fixture
def asked(plugin: Plugin, binaries: Binaries, tmp_path: Path) -> Path:
    """The file that has a line for each time that the plugin runs kubectl."""
    calls = tmp_path / "calls"
    wrapper = tmp_path / "bin" / "kubectl"
    wrapper.parent.mkdir()
    wrapper.write_text(f'#!/bin/sh\necho "$*" >> {calls}\nexec {binaries.kubectl} "$@"\n')
    wrapper.chmod(0o755)
    plugin.environment["PATH"] = f"{wrapper.parent}{os.pathsep}{plugin.environment['PATH']}"
    return calls


@contextmanager
def events(url: str) -> Iterator[Iterator[tuple[str, Any]]]:
    """What the page is sent, event by event."""

    def parsed(lines: Iterator[str]) -> Iterator[tuple[str, Any]]:
        kind = ""
        for line in lines:
            name, _, value = line.partition(": ")
            if name == "event":
                kind = value
            elif name == "data":
                yield kind, json.loads(value)

    with httpx.Client(trust_env=False, timeout=30) as client, client.stream("GET", f"{url}feed") as answer:
        yield parsed(answer.iter_lines())


def test_it_shows_what_is_there_and_what_changes_reads_alone_and_ends_well(
    plugin: Plugin, kubectl: Kubectl, asked: Path
):
    fleet.create(kubectl, fleet.Member(kubectl.namespace, "chat", {"targetVersion": "3"}, fleet.status()))
    with running_dashboard(plugin.environment, ()) as dashboard:
        with events(dashboard.url) as told:
            rows = next(data["rows"] for kind, data in told if kind == "rows")
            assert [(row["name"], row["word"], row["shares"]) for row in rows] == [("chat", "Ready", [["3", 100]])]
            assert next(kind for kind, _ in told) == "complete"

            kubectl.patch(KIND, "chat", {"status": {"routing": fleet.SPLIT}}, subresource="status")
            rows = next(data["rows"] for kind, data in told if kind == "rows")
            assert rows[0]["shares"] == [["3", 90], ["4", 10]]
            of = f"{kubectl.namespace}/chat"
            sheet = httpx.get(f"{dashboard.url}object", params={"of": of}, trust_env=False).json()
            assert sheet["commands"][0]["line"] == f"kubectl agentrun status chat -w -n {kubectl.namespace}"
            happened = httpx.get(f"{dashboard.url}events", params={"of": of}, trust_env=False).json()
            assert happened == {"lines": []}

            kubectl("delete", KIND, "chat", "--wait=false")
            assert next(data["gone"] for kind, data in told if kind == "rows") == [of]
        assert httpx.post(f"{dashboard.url}object", trust_env=False).status_code == 405
        assert dashboard.interrupt() == 0

    calls = asked.read_text().splitlines()
    assert {line.split()[0] for line in calls} == READS
    assert sum("watch=1" in line for line in calls) == 1


def test_who_may_not_look_is_told_the_rule_and_sees_no_page(plugin: Plugin):
    told = plugin("dashboard", "--as", "nobody")

    assert (told.code, told.out) == (3, "")
    assert told.err.count("\n") == 1
    assert "resources: [agentruntimeendpoints], verbs: [list]" in told.err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        pytest.param(["--port=http"], 2, "is no port", id="no number"),
        pytest.param(["--port=65536"], 2, "is no port", id="too large"),
        pytest.param(
            ["--port=1", "--kubeconfig=/nonexistent"], 2, "--kubeconfig has to name a file", id="no kubeconfig"
        ),
    ],
)
def test_what_is_misused_is_told_in_one_line(plugin: Plugin, arguments: list[str], code: int, said: str):
    told = plugin("dashboard", *arguments)

    assert (told.code, told.out) == (code, "")
    assert said in told.err


def test_a_port_that_somebody_has_is_told(plugin: Plugin):
    with running_dashboard(plugin.environment, ()) as dashboard:
        told = plugin("dashboard", "--port", str(httpx.URL(dashboard.url).port))
        assert told.code == 2
        assert "take another, or 0" in told.err
        assert dashboard.interrupt() == 0


def test_no_kubectl_outlives_the_page(plugin: Plugin, asked: Path):
    with running_dashboard(plugin.environment, ()) as dashboard:
        assert httpx.get(dashboard.url, trust_env=False).status_code == 200
        eventually(lambda: "watch=1" in asked.read_text())
        group = dashboard.process.pid
        dashboard.process.terminate()
        dashboard.process.wait(30)
    eventually(lambda: not left(group))


def left(group: int) -> list[str]:
    """The programs of a group of processes that run."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it ended meanwhile
            name, _, told = path.read_text().rpartition(")")
            state, _, its_group = told.split()[:3]
            found += [name] * (its_group == str(group) and state != "Z")
    return found

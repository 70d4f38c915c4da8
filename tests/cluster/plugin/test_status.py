"""`status`, as people and pipelines run it: each row of its exit codes, on a real control plane with the operator."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from support.cluster import eventually
from support.endpoints import KIND, Endpoints
from support.operator import Operator
from support.plugin import Plugin

CANARY = {"versionWeights": [{"version": "4", "weight": 10}]}


@pytest.fixture
def stands(operator: Operator, endpoints: Endpoints) -> Endpoints:
    """One endpoint that serves, `chat`, and one that waits for a runtime, `lost`."""
    endpoints.apply("chat", targetVersion="3", routing=CANARY)
    endpoints.apply("lost", runtime="no-such-runtime")
    endpoints.wait_ready("chat")
    endpoints.wait_reason("lost", "RuntimeNotFound")
    return endpoints


def test_each_row_of_the_exit_codes(plugin: Plugin, stands: Endpoints):
    codes = {
        "status": 0,
        "status -A": 0,
        "status chat": 0,
        "status lost": 0,
        "status chat nope": 1,
        "status Not_A_Name": 1,
        "status --problems": 1,
        "status --problems -l app=none": 0,
        "status chat --problems": 0,
        "status chat --wait": 0,
        "status lost --wait=0s": 3,
        "status nope --wait": 1,
        "status chat lost nope --wait=0s": 3,
        "status --wait=0s -l app=none": 1,
        "status --wait=soon": 2,
        "status --wait --problems": 2,
        "status chat -A": 2,
        "status -w -o json": 2,
        "status -o table": 2,
    }
    assert {line: plugin(*line.split()).code for line in codes} == codes


def test_a_table_tells_the_split_and_what_is_wrong(plugin: Plugin, stands: Endpoints):
    lines = plugin("status").out.splitlines()
    assert [line.split()[:4] for line in lines[1:]] == [
        ["chat", "3:90%,4:10%", "-", "Ready"],
        ["lost", "-", "-", "Failing"],
    ]
    assert lines[2].split()[-1] == "RuntimeNotFound"
    problems = plugin("status", "--problems").out
    assert "lost" in problems
    assert "chat" not in problems


def test_those_that_are_there_are_shown_beside_one_that_is_not(plugin: Plugin, stands: Endpoints):
    told = plugin("status", "chat", "nope")
    assert "3:90%" in told.out
    assert told.err.startswith("Error: there is no AgentRuntimeEndpoint nope in namespace test-")


def test_one_name_fills_a_page(plugin: Plugin, stands: Endpoints):
    stands.kubectl.patch(KIND, "lost", {"metadata": {"annotations": {"meta.helm.sh/release-name": "shop"}}})
    told = plugin("status", "lost", terminal=True, COLUMNS="80", NO_COLOR="1").out
    for words in (
        "RuntimeNotFound",
        "Check `agentRuntimeRef`",
        "Helm (release shop)",
        "Warning RuntimeNotFound",
        "Next",
    ):
        assert words in told


def test_documents_are_as_kubectl_has_them(plugin: Plugin, stands: Endpoints):
    assert json.loads(plugin("status", "chat", "-o", "json").out) == json.loads(
        stands.kubectl("get", KIND, "chat", "--output=json")
    )
    assert json.loads(plugin("status", "-o", "json").out) == json.loads(stands.kubectl("get", KIND, "--output=json"))


def test_the_gate_of_a_pipeline_ends_when_the_edit_is_served_or_is_stuck(plugin: Plugin, stands: Endpoints):
    stands.apply("twin", endpointName="chat")
    stands.change("chat", targetVersion="2", routing=None)
    told = plugin("status", "chat", "twin", "--wait=30s")
    assert told.code == 1
    assert "2:100%" in told.out
    assert "twin is Stalled: Conflict" in told.err


def test_a_rollout_is_waited_for_to_its_end(plugin: Plugin, stands: Endpoints):
    stands.apply("rolls", targetVersion="3", rollout={"steps": [{"weight": 50, "bake": "1s"}]})
    assert plugin("status", "rolls", "--wait").code == 0
    stands.change("rolls", targetVersion="4")
    told = plugin("status", "rolls", "--wait")
    assert (told.code, "4:100%" in told.out) == (0, True)
    assert "Rolling RollingOut" in told.err


@pytest.mark.parametrize("what", ["one", "all"])
def test_changes_are_told_in_a_pipe_until_ctrl_c(plugin: Plugin, stands: Endpoints, tmp_path: Path, what: str):
    names = ["chat"] if what == "one" else []
    out = tmp_path / "out"
    command = [sys.executable, "-m", "agentrun_operator.plugin", "status", *names, "-w"]
    with out.open("w") as pipe:
        process = subprocess.Popen(command, stdout=pipe, env=os.environ | plugin.environment)  # noqa: S603 - our own
    try:
        eventually(lambda: "3:90%" in out.read_text())
        stands.annotate("chat", paused="true")
        eventually(lambda: "Paused" in out.read_text())
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 130
    finally:
        process.kill()
        process.wait(10)
    if what == "all":
        assert [line.split()[0] for line in out.read_text().splitlines()] == ["NAME", "chat", "lost", "chat"]


def test_a_hostile_object_speaks_to_no_terminal(plugin: Plugin, stands: Endpoints):
    stands.kubectl.patch(KIND, "lost", {"metadata": {"annotations": {"meta.helm.sh/release-name": "\x1b[2J\u202e"}}})
    stands.kubectl.patch(KIND, "lost", {"status": {"state": "\x1b[2J\u202e\nREADY"}}, "status")
    told = plugin("status", "lost").out
    assert "\\x1b[2J\\u202e" in told
    assert not {"\x1b", "\u202e"} & set(told)

"""How kubectl is run: what a name can do, who waits for whom, and what is said where there is none."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentrun_operator.plugin.cluster.kubectl.kubectl import Connection, Kubectl
from agentrun_operator.plugin.cluster.kubectl.refusals import UnreachableError
from agentrun_operator.plugin.cluster.kubectl.rights import ENDPOINTS, GET, LIST, PATCH
from agentrun_operator.plugin.exits import UnknownError


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A kubectl that answers with its arguments."""
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    return written(tmp_path / "kubectl", 'printf \'{"items": [\'; printf \'"%s", \' "$@"; printf \'""]}\'')


def written(path: Path, line: str) -> Path:
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o755)
    return path


CALLS = {
    "get": lambda kubectl: kubectl.get(ENDPOINTS, "--kubeconfig=/evil", GET)["items"],
    "list": lambda kubectl: kubectl.items("--kubeconfig=/evil", LIST, namespace="team"),
    "patch": lambda kubectl: kubectl.patch(ENDPOINTS, "--kubeconfig=/evil", {}, PATCH)["items"],
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_name_that_begins_with_a_dash_is_no_flag_of_kubectl(program, call):
    told = call(Kubectl(Connection(context="mine", user="-x")))

    assert told.index("--") < told.index("--kubeconfig=/evil")
    assert told[1:3] == ["--context=mine", "--as=-x"]


def test_a_kubectl_that_does_not_end_is_not_waited_for(program):
    written(program, "sleep 60")

    with pytest.raises(UnreachableError, match=r"kubectl did not end within 0\.2 s: does its login wait"):
        Kubectl(Connection(), patience=0.2).get(ENDPOINTS, "chat", GET)


@pytest.mark.parametrize(
    ("timeout", "limit"),
    [
        pytest.param("1s", "1.1", id="seconds"),
        pytest.param("1", "1.1", id="without a unit"),
        pytest.param("nonsense", "0.1", id="kubectl will say what is wrong with it"),
    ],
)
def test_the_wait_for_one_answer_is_added_to_the_patience(program, timeout, limit):
    written(program, "sleep 60")

    with pytest.raises(UnreachableError, match=f"within {limit} s"):
        Kubectl(Connection(request_timeout=timeout), patience=0.1).get(ENDPOINTS, "chat", GET)


@pytest.fixture
def typed() -> Iterator[None]:
    """Somebody typed something, which is for the plugin."""
    reading, writing = os.pipe()
    os.write(writing, b"for the plugin\n")
    before = os.dup(0)
    os.dup2(reading, 0)
    yield
    os.dup2(before, 0)
    for each in (reading, writing, before):
        os.close(each)


def test_a_login_that_asks_a_question_gets_no_answer(program, typed):
    written(program, 'read -r answer || answer=nobody; printf \'{"said": "%s"}\' "$answer"')

    assert Kubectl(Connection()).ask(["get"]) == {"said": "nobody"}


def test_without_kubectl_it_is_said_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(UnknownError, match="kubectl is not on the PATH: install it"):
        Kubectl(Connection()).get(ENDPOINTS, "chat", GET)


def test_a_kubectl_that_is_no_program_is_told_of(program):
    program.write_bytes(b"\x7fELF no program")

    with pytest.raises(UnknownError, match=r"kubectl cannot be run \(Exec format error\)"):
        Kubectl(Connection()).get(ENDPOINTS, "chat", GET)


@pytest.mark.parametrize("answer", ["<html>", "[1]", "12"])
def test_an_answer_that_is_no_object_is_told_of(program, answer):
    written(program, f"printf '%s' '{answer}'")

    with pytest.raises(UnknownError, match="kubectl answered something else than"):
        Kubectl(Connection()).get(ENDPOINTS, "chat", GET)


def test_the_namespace_of_the_context_is_asked_for_once(program, tmp_path):
    written(program, f"echo x >> {tmp_path}/runs; printf team-a")
    kubectl = Kubectl(Connection())

    assert [kubectl.namespace, kubectl.namespace] == ["team-a", "team-a"]
    assert (tmp_path / "runs").read_text() == "x\n"


def test_what_is_given_to_kubectl_is_its_input(program):
    written(program, "cat")

    assert Kubectl(Connection()).ask(["create"], given=json.dumps({"kind": "x"})) == {"kind": "x"}


@pytest.mark.parametrize("mounted", ["team-b", None])
def test_in_a_pod_the_namespace_is_that_of_the_service_account(program, tmp_path, monkeypatch, mounted):
    written(program, "echo 'error: current-context must exist in order to minify' >&2; exit 1")
    monkeypatch.setattr("agentrun_operator.plugin.cluster.kubectl.kubectl.MOUNTED", tmp_path / "namespace")
    if mounted:
        (tmp_path / "namespace").write_text(mounted)

    assert Kubectl(Connection()).namespace == (mounted or "default")

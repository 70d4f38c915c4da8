"""What may follow the words so far, as kubectl reads it; the cluster is a program that answers."""

import os
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from agentrun_operator.plugin.completion import MOST, completed
from agentrun_operator.plugin.main import application


@pytest.fixture(scope="module")
def root() -> Any:
    return get_command(application())


@pytest.fixture(autouse=True)
def kubectl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """It answers with names, and notes what it was asked."""
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    return does(tmp_path / "kubectl", f'echo "$@" >> {tmp_path}/asked; printf "chat shop chain"')


def does(path: Path, line: str) -> Path:
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o755)
    return path


def words(told: str) -> list[str]:
    *lines, directive = told.splitlines()
    assert directive.startswith(":")
    return [line.split("\t")[0] for line in lines]


@pytest.mark.parametrize(
    ("typed", "candidates"),
    [
        pytest.param(["ver"], ["version"], id="a command"),
        pytest.param(["help", "ver"], ["version"], id="a command to be helped with"),
        pytest.param(["version", "--cl"], ["--client"], id="a flag"),
        pytest.param(["version", "-o", ""], ["text", "json"], id="a flag's word"),
        pytest.param(["version", "--output=j"], ["--output=json"], id="a flag's word behind ="),
        pytest.param(["version", ""], [], id="a command that takes no word"),
        pytest.param(["invoke", "ch"], ["chain", "chat"], id="a name"),
        pytest.param(["invoke", "chat", ""], [], id="one name is all"),
        pytest.param(["invoke", "-n", "team", "s"], ["shop"], id="a name behind flags"),
        pytest.param(["invoke", "--namespace", "sh"], ["shop"], id="a namespace"),
        pytest.param(["invoke", "--context=c"], ["--context=chain", "--context=chat"], id="a context"),
        pytest.param(["nonsense", ""], [], id="no command of ours"),
        pytest.param(["__comp"], [], id="what is for programs"),
    ],
)
def test_a_word_is_completed(root, typed, candidates):
    assert words(completed(root, typed)) == candidates


def test_a_command_is_explained_behind_a_tab(root):
    assert completed(root, ["vers"]).startswith("version\tShow the versions of this program")


def test_names_are_asked_for_where_the_flags_say(root, kubectl):
    completed(root, ["invoke", "--context=prod", "-n", "team", "--as", "me", ""])

    (asked,) = (kubectl.parent / "asked").read_text().splitlines()
    assert asked.startswith("get --context=prod --as=me --request-timeout=2s --namespace=team ")
    assert asked.endswith("-- agentruntimeendpoints.agentrun.alibabacloud.com")


def test_files_are_left_to_the_shell(root):
    assert completed(root, ["version", "--kubeconfig", ""]) == ":0\n"


@pytest.mark.parametrize("line", ["echo forbidden >&2; exit 1", "printf '\\377'", "kill -9 $$"])
def test_where_the_cluster_does_not_answer_nothing_is_suggested_and_nothing_said(root, kubectl, line, capfd):
    does(kubectl, line)

    assert completed(root, ["invoke", "ch"]) == ":4\n"
    assert capfd.readouterr() == ("", "")


def test_a_cluster_that_takes_long_is_not_waited_for(root, kubectl):
    does(kubectl, "sleep 60")

    assert completed(root, ["invoke", "ch"]) == ":4\n"


def test_there_is_an_end_to_what_is_suggested(root, kubectl):
    does(kubectl, "seq -s ' ' 100000 | sed 's/\\(^\\| \\)/ n/g'")

    assert len(words(completed(root, ["invoke", "n"]))) == MOST


def test_a_name_cannot_speak_to_the_terminal(root, kubectl):
    does(kubectl, "printf 'a\\033[31m'")

    assert completed(root, ["invoke", ""]) == "a\\x1b[31m\n:4\n"

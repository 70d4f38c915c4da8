"""Commands that contradict themselves end with 2, before anybody is asked."""

import os
from pathlib import Path

import pytest

from support.plugin import Plugin


@pytest.mark.parametrize(
    ("command", "said"),
    [
        pytest.param("canary chat", "name shares", id="no share"),
        pytest.param("canary chat 4=1 --abort", "one of the two", id="shares, and none"),
        pytest.param("canary chat 4=60 5=60", "add up to 120%", id="too much"),
        pytest.param("canary chat 4", "is not VERSION=PERCENT", id="no percent"),
        pytest.param("promote chat x", "is no version", id="no version"),
        pytest.param("rollout status chat --wait=x", "is no time", id="no time"),
        pytest.param("rollout approve chat --timeout 5x", "is no time", id="another unit"),
        pytest.param("rollback chat --wait=5", "is no time", id="a wait without a unit"),
        pytest.param("invoke chat hi --timeout=9", "is no time", id="an answer's time without a unit"),
        pytest.param("invoke chat hi --timeout=0s", "leaves no time", id="no time for an answer"),
        pytest.param("rollback chat --wait -f x.yaml", "one of the two", id="a wait, and a file"),
        pytest.param("rollback chat --to 0", "Invalid value", id="no generation"),
        pytest.param("rollout approve", "Missing argument", id="no name"),
        pytest.param("rollout forget chat", "No such command", id="no such verb"),
    ],
)
def test_what_contradicts_itself_is_usage(command: str, said: str):
    told = Plugin({"PATH": "/nowhere", "HOME": "/nowhere"})(*command.split())
    assert (told.code, told.out) == (2, "")
    assert said in told.err


@pytest.mark.parametrize(
    "command", ["canary chat 4=1", "promote chat", "rollback chat", "history chat", "rollout status chat"]
)
def test_without_a_cluster_nothing_can_be_told(command: str):
    told = Plugin({"PATH": os.environ["PATH"], "HOME": "/nowhere", "KUBECONFIG": "/nowhere"})(*command.split())
    assert (told.code, told.out) == (3, "")
    assert "Traceback" not in told.err


def test_a_file_that_has_no_such_object_is_named(tmp_path: Path):
    file = tmp_path / "other.yaml"
    file.write_text("kind: Service\n")
    told = Plugin({"PATH": "/nowhere", "HOME": "/nowhere"})("canary", "chat", "4=10", "-f", file)
    assert told == (1, "", f"Error: {file}: the file has no chat\n")

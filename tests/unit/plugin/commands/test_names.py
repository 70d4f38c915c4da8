"""A name is never a flag of kubectl, and that nothing has it is said in the same words everywhere."""

import os
from pathlib import Path

import pytest

from support.plugin import Plugin


@pytest.fixture
def plugin(tmp_path: Path) -> Plugin:
    """With a kubectl that knows the namespace, and has no object."""
    program = tmp_path / "kubectl"
    program.write_text('#!/bin/sh\n[ "$1" = config ] && printf team-a || printf \'{"kind": "List", "items": []}\'\n')
    program.chmod(0o755)
    return Plugin({"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "HOME": str(tmp_path)})


@pytest.mark.parametrize("name", ["nope", "--help", "-x", "a/b", "Ä"])
@pytest.mark.parametrize(
    "command",
    [
        "status --",
        "reconcile --",
        "pause --",
        "resume --",
        "promote --",
        "history --",
        "rollback --",
        "invoke -- {} text",
        "release --",
        "canary -- {} 4=10",
        "rollout status --",
        "rollout hold --",
        "rollout explain --",
    ],
)
def test_a_name_that_nothing_has_is_told_in_one_way(plugin: Plugin, command: str, name: str):
    line = command if "{}" in command else f"{command} {{}}"
    told = plugin(*line.format(name).split())

    assert (told.code, told.out) == (1, "")
    assert told.err == f"Error: there is no AgentRuntimeEndpoint {name} in namespace team-a\n"

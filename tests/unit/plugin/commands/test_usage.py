"""Commands that contradict themselves end with 2, before anybody is asked."""

import json
import os
from pathlib import Path

import pytest

from agentrun_operator.resources.names import API_VERSION, KIND
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


FILES = {
    "nothing": (b"", 2, "is empty", "no object in it"),
    "comments": (b"# later\n---\n", 2, "is empty", "no object in it"),
    "a text": (b"chat\n", 2, "holds no object", "a document that is no object"),
    "no YAML": (b"a: [\n", 2, "no YAML in line 2", "no YAML in line 2"),
    "our kind in no YAML": (b"kind: AgentRuntimeEndpoint\n a: [\n", 2, "no YAML in line", "no YAML in line"),
    "binary": (b"\x7fELF\xff\x00", 2, "no text in UTF-8", "no text in UTF-8"),
    "control characters": (b"a\x00b", 2, "special characters are not allowed", "special characters are not allowed"),
    "other kinds": (b"kind: Service\n---\nkind: Pod\n", 1, "has no AgentRuntimeEndpoint chat", ""),
}
"""What a file holds, how an edit ends by it, and what an edit and a diff say; where that is empty, all is well."""

EDITS = ["canary chat 4=10", "promote chat 4", "rollback chat"]


@pytest.fixture
def plugin(tmp_path: Path) -> Plugin:
    """With a kubectl that has `chat`."""
    chat = {"apiVersion": API_VERSION, "kind": KIND, "metadata": {"name": "chat", "namespace": "a"}, "spec": {}}
    program = tmp_path / "kubectl"
    program.write_text(f"#!/bin/sh\nprintf '%s' '{json.dumps(chat)}'\n")
    program.chmod(0o755)
    return Plugin({"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "HOME": "/nowhere"})


@pytest.mark.parametrize(("content", "code", "said", "told"), FILES.values(), ids=FILES)
def test_a_file_that_is_no_manifest_is_named_with_what_is_wrong(  # noqa: PLR0917 - a table's columns
    plugin: Plugin, tmp_path: Path, content: bytes, code: int, said: str, told: str
):
    file = tmp_path / "file.yaml"
    file.write_bytes(content)
    for edit in EDITS:
        found = plugin(*edit.split(), "-f", file)
        assert (found.code, found.out) == (code, ""), found
        assert found.err.startswith(f"Error: {file}: "), found
        assert said in found.err
    found = plugin("diff", "--offline", "-f", file)
    assert (found.code, found.err.startswith("Error: ")) == ((2, True) if told else (0, False)), found
    assert told in found.err


@pytest.mark.parametrize(
    ("path", "said"),
    [
        pytest.param("", "-f names", id="no path"),
        pytest.param("none.yaml", "none.yaml: No such file or directory", id="no such file"),
        pytest.param(".", ".: Is a directory", id="a folder"),
        pytest.param("-", "standard input", id="standard input"),
    ],
)
def test_a_path_that_leads_to_no_file_is_usage(plugin: Plugin, path: str, said: str):
    for edit in EDITS:
        found = plugin(*edit.split(), "-f", path)
        assert (found.code, found.out, said in found.err) == (2, "", True), found
    if path in ("", "none.yaml"):
        assert plugin("diff", "--offline", "-f", path).code == 2


def test_an_object_among_several_documents_is_edited_and_others_stay(plugin: Plugin, tmp_path: Path):
    file = tmp_path / "file.yaml"
    ours = f"apiVersion: {API_VERSION}\nkind: {KIND}\nmetadata: {{name: chat}}\nspec:\n  agentRuntimeRef: {{name: b}}\n"
    others = "kind: Service  # stays\n---\n{{ .Values.more }}\n---\n"
    file.write_text(others + ours)
    assert plugin("promote", "chat", "4", "-f", file).code == 0
    assert file.read_text() == f'{others}{ours}  targetVersion: "4"\n'


def test_hints_lead_to_where_the_command_has_looked(plugin: Plugin, tmp_path: Path):
    (tmp_path / "kubectl").write_text(
        "#!/bin/sh\necho 'error: the server doesn'\\''t have a resource type \"x\"' >&2; exit 1\n"
    )
    told = plugin("status", "chat", "-n", "team-a", "--context", "the prod", "--as=me")
    assert "`kubectl agentrun check -n team-a --context 'the prod' --as me` tells" in told.err
    assert "`kubectl agentrun check` tells" in plugin("status", "chat").err

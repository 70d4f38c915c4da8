"""What `diff` reads of files, and what it refuses as wrong usage."""

import json

import pytest

from agentrun_operator.plugin.commands.diff.reading import read
from agentrun_operator.plugin.exits import UsageError
from support.endpoints import manifest


def found(*files, recursive: bool = False, given: str = "", namespace: str = "default"):
    return read([str(each) for each in files], recursive=recursive, given=given, namespace=namespace)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "below").mkdir()
    (tmp_path / "a.yaml").write_text(json.dumps(manifest("a")) + "\n---\n" + json.dumps({"kind": "ConfigMap"}))
    (tmp_path / "below" / "b.yml").write_text(json.dumps(manifest("b")))
    (tmp_path / "notes.txt").write_text("no: manifest")
    return tmp_path


def test_a_folder_is_read_without_those_below_unless_asked_for(folder):
    assert list(found(folder).objects) == [("default", "a")]
    assert list(found(folder, recursive=True).objects) == [("default", "a"), ("default", "b")]


def test_other_kinds_are_passed_over_and_told(folder):
    assert found(folder).passed_over == ("ConfigMap/",)


def test_a_list_counts_as_what_it_holds(tmp_path):
    inner = {"kind": "List", "items": [manifest("c")]}
    (tmp_path / "list.json").write_text(json.dumps({"kind": "List", "items": [manifest("a"), inner]}))
    assert [name for _, name in found(tmp_path).objects] == ["a", "c"]


def test_the_namespace_is_the_objects_then_the_flags_then_the_contexts(tmp_path):
    own = manifest("own")
    own["metadata"]["namespace"] = "mine"
    (tmp_path / "a.json").write_text(json.dumps(own))
    (tmp_path / "b.json").write_text(json.dumps(manifest("none")))
    assert list(found(tmp_path, namespace="ctx").objects) == [("mine", "own"), ("ctx", "none")]
    assert list(found(tmp_path / "b.json", given="flag").objects) == [("flag", "none")]


def test_of_two_for_one_object_the_last_counts_and_it_is_told(tmp_path):
    two = [manifest("a", description="first"), manifest("a", description="last")]
    (tmp_path / "a.json").write_text(json.dumps({"kind": "List", "items": two}))
    told = found(tmp_path)
    assert told.objects["default", "a"]["spec"]["description"] == "last"
    assert told.repeated == ("default/a",)


def test_a_namespace_that_contradicts_the_flag_is_wrong_usage(tmp_path):
    other = manifest("a")
    other["metadata"]["namespace"] = "theirs"
    (tmp_path / "a.json").write_text(json.dumps(other))
    with pytest.raises(UsageError, match="namespace theirs, and the flag -n says mine"):
        found(tmp_path, given="mine")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param("a: [", "this is no YAML", id="no YAML"),
        pytest.param("- 1", "no object", id="no object"),
        pytest.param("a: &a [x]\nb: [" + "*a, " * 30 + "]", "more than 20 aliases", id="a bomb"),
        pytest.param("[" * 100 + "]" * 100, "more than 64 levels", id="too deep"),
        pytest.param("a: !!binary aGk=", "JSON", id="no JSON"),
    ],
)
def test_what_cannot_be_read_is_wrong_usage_and_names_the_file(tmp_path, content, words):
    (tmp_path / "a.yaml").write_text(content)
    with pytest.raises(UsageError, match=rf"a\.yaml: .*{words}"):
        found(tmp_path / "a.yaml")


def test_a_file_that_is_not_there_and_a_folder_without_manifests_are_wrong_usage(tmp_path):
    with pytest.raises(UsageError, match="No such file"):
        found(tmp_path / "none.yaml")
    with pytest.raises(UsageError, match="-R looks into folders too"):
        found(tmp_path)


def test_dates_and_times_are_texts_as_kubectl_has_them(tmp_path):
    (tmp_path / "a.yaml").write_text(
        "apiVersion: agentrun.alibabacloud.com/v1alpha1\nkind: AgentRuntimeEndpoint\nmetadata: {name: a}\n"
        "spec: {start: 2026-01-01T00:00:00Z, description: 12:30, number: 12}"
    )
    spec = found(tmp_path).objects["default", "a"]["spec"]
    assert spec == {"start": "2026-01-01T00:00:00Z", "description": "12:30", "number": 12}

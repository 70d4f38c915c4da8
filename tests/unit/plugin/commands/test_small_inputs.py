"""What commands take from people, and what they say of what they cannot."""

import sys
from typing import Any

import pytest

from agentrun_operator.manifests import ManifestError, text_of
from agentrun_operator.plugin.cluster.access import _documents, _review
from agentrun_operator.plugin.cluster.kubectl.rights import Right
from agentrun_operator.plugin.commands.diff.offline import merged
from agentrun_operator.plugin.commands.invoke import target
from agentrun_operator.plugin.exits import PluginError, UnknownError, UsageError
from support.plugin import Pipe, Plugin

ASKED = {
    "nothing": ("  ", "", 5.0, "", "nothing to ask"),
    "no time": ("hi", "", 0.0, "", "no time"),
    "a session that no header can have": ("hi", "über", 5.0, "", "--session"),
    "a terminal": ("-", "", 5.0, None, "standard input"),
    "too much": ("-", "", 5.0, "x" * (target.INPUT_LIMIT + 1), "longer than"),
}


@pytest.mark.parametrize(("text", "session", "timeout", "given", "said"), ASKED.values(), ids=ASKED)
def test_a_question_that_cannot_be_asked_is_wrong_usage(monkeypatch, text, session, timeout, given, said):  # noqa: PLR0917 - a table's columns
    monkeypatch.setattr(sys, "stdin", Pipe(given or "", terminal=given is None))
    with pytest.raises(UsageError, match=said):
        target.question(text, session, stream=True, timeout=timeout)


def test_standard_input_is_the_question_where_it_is_asked_for(monkeypatch):
    monkeypatch.setattr(sys, "stdin", Pipe("hello"))
    assert target.question("-", "", stream=True, timeout=5.0)[0] == "hello"


def test_a_file_without_end_is_not_read_to_its_end():
    with pytest.raises(ManifestError, match="more than 4 MiB"):
        text_of("/dev/zero")


WHY = {
    "nobody looked": ({}, "no operator has looked at it"),
    "it says why": (
        {"conditions": [{"type": "Ready", "reason": "RuntimeNotFound", "message": "none such"}]},
        "RuntimeNotFound: none such",
    ),
}


@pytest.mark.parametrize(("status", "said"), WHY.values(), ids=WHY)
def test_an_object_without_an_endpoint_says_why(status, said):
    found = {"metadata": {"name": "chat", "namespace": "team-a"}, "spec": {}, "status": status}
    with pytest.raises(PluginError, match=said):
        target._names(found, "team-a/chat", "kubectl agentrun check")


def test_rights_on_a_part_of_a_kind_are_asked_for_as_such():
    asked: Any = _review(Right("get", "pods/log"), "team-a")
    assert asked["spec"]["resourceAttributes"]["subresource"] == "log"


def test_answers_stand_one_behind_the_other_and_anything_else_is_told():
    assert list(_documents('{"a": 1}\n{"b": 2}\n')) == [{"a": 1}, {"b": 2}]
    with pytest.raises(UnknownError, match="something else than JSON"):
        list(_documents("nonsense"))


EDITS = {
    "the same in other words": ({"agentRuntimeRef": {"name": "bot"}, "description": ""}, 3),
    "another version": ({"agentRuntimeRef": {"name": "bot"}, "targetVersion": "2"}, 4),
    "what cannot be read": ({"agentRuntimeRef": "odd"}, 4),
}


@pytest.mark.parametrize(("spec", "generation"), EDITS.values(), ids=EDITS)
def test_who_may_not_try_an_apply_is_shown_the_object_with_the_manifests_spec(spec, generation):
    live = {"metadata": {"generation": 3, "annotations": {"a": "1"}}, "spec": {"agentRuntimeRef": {"name": "bot"}}}
    body = merged(live, {"metadata": {"annotations": {"b": "2", "odd": 3}}, "spec": spec})
    assert (body["spec"], body["metadata"]["generation"]) == (spec, generation)
    assert body["metadata"]["annotations"] == {"a": "1", "b": "2"}


def test_completion_is_for_kubectl_and_says_where_it_goes_on_a_terminal():
    plugin = Plugin({"PATH": "/nowhere"})
    shown = plugin("completion", "kubectl", terminal=True)
    assert (shown.code, "#!" in shown.out, "chmod +x" in shown.err) == (0, True, True)
    assert plugin("completion", "kubectl").err == ""
    assert plugin("completion", "fish").code == 2

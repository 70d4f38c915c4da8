"""Entries of a history: what they hold, what is read of them, and how they are packed."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentrun_operator.reconcile.history.entries import (
    ENTRIES,
    ENTRY_LIMIT,
    READ_LIMIT,
    entries_of,
    packed,
    past_spec,
    unpacked,
    whole_spec,
    with_history_in_full,
    with_history_packed,
)
from agentrun_operator.reconcile.state.comparable import comparable_of_spec
from agentrun_operator.resources.history import HistoryEntry
from agentrun_operator.resources.spec import Spec

POLICY = {"name": "day", "scheduleExpression": "cron(0 0 8 * * *)", "target": 3, "timeZone": "Asia/Shanghai"}
WHOLE: dict[str, Any] = {
    "targetVersion": "3",
    "routing": {"versionWeights": [{"version": "4", "weight": 10}]},
    "scaling": {"minInstances": 2, "scheduledPolicies": [POLICY]},
    "description": "ours",
    "disablePublicNetworkAccess": True,
}
ENTRY: dict[str, Any] = {
    "generation": 7,
    "appliedAt": "2026-11-22T12:00:00Z",
    "readyAt": "2026-11-22T12:00:05Z",
    "result": "Ready",
    "spec": WHOLE,
}


def spec(**fields: Any) -> Spec:
    return Spec.model_validate({"agentRuntimeRef": {"id": "rt-1"}} | fields)


def document(value: Any) -> Any:
    return value.model_dump(mode="json", by_alias=True, exclude_none=True)


def test_an_entry_holds_what_goes_to_agentrun():
    held = document(past_spec(comparable_of_spec(spec(**WHOLE, driftPolicy="Report", endpointName="chat"))))
    assert held == WHOLE


def test_what_is_absent_is_left_out_but_for_the_plain_fields():
    held = document(past_spec(comparable_of_spec(spec())))
    assert held == {"targetVersion": "LATEST", "description": "", "disablePublicNetworkAccess": False}


def many(count: int) -> dict[str, Any]:
    policies = [{"name": f"p{number}", "scheduleExpression": "x" * 200, "target": 1} for number in range(count)]
    return WHOLE | {"scaling": {"scheduledPolicies": policies}}


@pytest.mark.parametrize("count", range(20))
def test_an_entry_over_four_kib_keeps_the_versions_alone(count: int):
    asked = comparable_of_spec(spec(**many(count)))
    kept = past_spec(asked)
    closed = HistoryEntry.model_validate(ENTRY | {"generation": 2**63 - 1, "result": "Superseded"})
    whole = packed([closed.model_copy(update={"spec": whole_spec(asked)})])
    assert whole is not None
    assert kept.cut == (len(whole) - 2 > ENTRY_LIMIT - 26), "the room beside the spec is close to what it takes"
    if kept.cut:
        assert document(kept) == {"targetVersion": "3", "routing": WHOLE["routing"]}


def test_the_longest_entry_can_be_read_again():
    weights = [{"version": str(10**19 + number), "weight": 1} for number in range(99)]
    kept = past_spec(comparable_of_spec(spec(**WHOLE | {"routing": {"versionWeights": weights}})))
    entry = HistoryEntry.model_validate(ENTRY | {"spec": document(kept)})
    text = packed([entry] * ENTRIES)
    assert text is not None
    assert unpacked(text) == (entry,) * ENTRIES
    assert len(text) < 25_000


def test_what_is_packed_is_what_is_written():
    body = {"metadata": {"name": "chat"}, "status": {"state": "READY", "history": [ENTRY, ENTRY]}}
    kept = with_history_packed(body, {})
    assert isinstance(kept["status"]["history"], bytes)
    assert with_history_in_full(dict(kept)) == body


def test_a_history_that_is_as_it_was_is_kept_once():
    body = {"status": {"history": [ENTRY, ENTRY]}}
    kept = with_history_packed(body, {})
    again = with_history_packed(copy.deepcopy(body), kept)
    assert again["status"]["history"] is kept["status"]["history"]
    assert with_history_packed({"status": {"history": [ENTRY]}}, kept)["status"]["history"] == packed(
        entries_of([ENTRY])
    )


@pytest.mark.parametrize("body", [{}, {"status": None}, {"status": {}}, {"status": {"state": "READY"}}], ids=str)
def test_where_there_is_no_history_nothing_is_changed(body: dict[str, Any]):
    assert with_history_packed(body, {}) == body
    assert with_history_in_full(body) == body


def test_a_history_that_goes_is_sent_as_such():
    assert with_history_in_full({"status": {"history": None}}) == {"status": {"history": None}}


def changed(path: str, value: Any) -> dict[str, Any]:
    """The entry with another value at a path."""
    entry = copy.deepcopy(ENTRY)
    *ways, last = path.split(".")
    part = entry
    for way in ways:
        part = part[way]
    part[last] = value
    return entry


ODD = [
    ("no entry", "x"),
    ("nothing", None),
    ("a list", [ENTRY]),
    ("no generation", {name: value for name, value in ENTRY.items() if name != "generation"}),
    ("no spec", {name: value for name, value in ENTRY.items() if name != "spec"}),
    ("a negative generation", changed("generation", -1)),
    ("a generation that no integer of Kubernetes holds", changed("generation", 2**63)),
    ("a generation that is none", changed("generation", "seven")),
    ("a time that is none", changed("appliedAt", "yesterday")),
    ("a time without a zone", changed("appliedAt", "2026-11-22T12:00:00")),
    ("a time before all times", changed("appliedAt", "0001-01-01T00:00:00+14:00")),
    ("a result of a newer version", changed("result", "Vanished")),
    ("a spec that is none", changed("spec", [])),
    ("a version that is none", changed("spec.targetVersion", {})),
    ("a weight that is none", changed("spec.routing.versionWeights", [{"version": "4", "weight": 10**30}])),
    ("instances that are none", changed("spec.scaling.minInstances", -5)),
    ("a text that fills an object", changed("spec.description", "x" * READ_LIMIT)),
    ("a text that is no unicode", changed("spec.description", "\ud800")),
]


@pytest.mark.parametrize("odd", [pytest.param(value, id=name) for name, value in ODD])
def test_an_entry_that_cannot_be_read_is_left_out(odd: Any):
    assert [document(entry) for entry in entries_of([odd, ENTRY])] == [ENTRY]


@pytest.mark.parametrize("odd", [None, {}, {"0": ENTRY}, "x", 7, True, b"[]"], ids=str)
def test_a_history_that_is_none_is_empty(odd: Any):
    assert entries_of(odd) == ()


def test_only_the_first_five_are_looked_at():
    assert len(entries_of([ENTRY] * 100_000)) == ENTRIES
    assert entries_of([None] * ENTRIES + [ENTRY]) == ()


def test_a_field_of_a_newer_version_is_left_out():
    assert [document(entry) for entry in entries_of([ENTRY | {"by": "alice"}])] == [ENTRY]


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=20,
)
PATHS = [*ENTRY, "spec.targetVersion", "spec.routing", "spec.routing.versionWeights", "spec.scaling.minInstances"]


@given(st.lists(ANYTHING | st.builds(changed, st.sampled_from(PATHS), ANYTHING), max_size=8) | ANYTHING)
def test_whatever_is_stored_as_a_history_is_read_and_what_is_read_is_sound(stored: Any):
    entries = entries_of(stored)
    text = packed(entries)
    assert unpacked(text) == entries
    body = with_history_packed({"status": {"history": stored}}, {})
    assert body["status"].get("history") == text
    assert len(entries) <= ENTRIES
    for written in json.loads(text or "[]"):
        assert isinstance(written["generation"], int)
        assert written["appliedAt"].endswith("Z")
        assert isinstance(written["spec"]["targetVersion"], str)

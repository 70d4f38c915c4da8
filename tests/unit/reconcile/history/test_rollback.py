"""Where a rollback leads, and what of it the spec gets back."""

from typing import Any

import pytest

from agentrun_operator.reconcile.history.entries import past_spec
from agentrun_operator.reconcile.history.rollback import ROLLS, WAS_CUT, NoTargetError, rollback_target
from agentrun_operator.reconcile.state.comparable import comparable_of_spec
from agentrun_operator.resources.history import HistoryEntry, Result
from agentrun_operator.resources.spec import Spec
from support.objects import NOW

CANARY = {"versionWeights": [{"version": "9", "weight": 10}]}
POLICIES = [{"name": f"p{number}", "scheduleExpression": "x" * 200, "target": 1} for number in range(30)]
LONG: dict[str, Any] = {"scaling": {"scheduledPolicies": POLICIES}}


def spec(version: str, **fields: Any) -> Spec:
    return Spec.model_validate({"agentRuntimeRef": {"id": "rt-1"}, "targetVersion": version} | fields)


def entry(generation: int, version: str, result: str | None = "Ready", **fields: Any) -> HistoryEntry:
    asked = past_spec(comparable_of_spec(spec(version, **fields)))
    return HistoryEntry(generation=generation, applied_at=NOW, result=result and Result(result), spec=asked)


TARGETS = [
    ("the last one", [entry(2, "4"), entry(1, "3")], spec("4"), None, 1),
    ("the last one, after an edit that is not told yet", [entry(2, "4"), entry(1, "3")], spec("5"), None, 2),
    ("over one that failed", [entry(3, "5", "Failed"), entry(2, "4"), entry(1, "3")], spec("5"), None, 2),
    ("over one that was superseded", [entry(3, "5"), entry(2, "4", "Superseded"), entry(1, "3")], spec("5"), None, 1),
    ("over one that is open", [entry(3, "5", None), entry(2, "4")], spec("6"), None, 2),
    ("over one that asks for the same", [entry(3, "4"), entry(2, "5", "Failed"), entry(1, "3")], spec("4"), None, 1),
    ("of the same version with other canaries", [entry(2, "4", routing=CANARY), entry(1, "4")], spec("4"), None, 2),
    ("of the same version with another text", [entry(2, "4", description="x"), entry(1, "4")], spec("4"), None, 2),
    ("by its generation", [entry(3, "5"), entry(2, "4"), entry(1, "3")], spec("5"), 1, 1),
    ("by its generation, though it failed", [entry(2, "4", "Failed"), entry(1, "3")], spec("3"), 2, 2),
    ("over one whose canaries a rollout leaves out", [entry(2, "4", routing=CANARY), entry(1, "3")],
     spec("4", rollout={}), None, 1),
    ("over one that was cut, of the same versions", [entry(2, "4", **LONG), entry(1, "3")], spec("4"), None, 1),
]  # fmt: skip


@pytest.mark.parametrize(
    ("history", "present", "to", "generation"), [pytest.param(*row[1:], id=row[0]) for row in TARGETS]
)
def test_a_rollback_leads_there(history: list[HistoryEntry], present: Spec, to: int | None, generation: int):
    assert rollback_target(history, present, to).entry.generation == generation


REFUSED = [
    ("nothing is known", [], spec("4"), None, "it is empty"),
    ("nothing else was Ready", [entry(2, "4"), entry(1, "3", "Failed")], spec("4"), None, r"2 \(Ready\), 1 \(Failed\)"),
    ("no such generation", [entry(2, "4", None)], spec("4"), 7, r"no generation 7; it has 2 \(open\)"),
    ("the spec asks for it already", [entry(2, "4"), entry(1, "3")], spec("3"), 1, "generation 1 asked for already"),
]


@pytest.mark.parametrize(("history", "present", "to", "says"), [pytest.param(*row[1:], id=row[0]) for row in REFUSED])
def test_where_there_is_nothing_to_go_back_to_it_says_why(
    history: list[HistoryEntry], present: Spec, to: int | None, says: str
):
    with pytest.raises(NoTargetError, match=says):
        rollback_target(history, present, to)


def test_all_fields_are_restored_and_what_was_absent_goes():
    found = rollback_target([entry(1, "3", description="old")], spec("4", routing=CANARY, scaling={"minInstances": 2}))
    assert found.patch == {
        "targetVersion": "3",
        "routing": None,
        "scaling": None,
        "description": "old",
        "disablePublicNetworkAccess": False,
    }
    assert found.notes == ()


def test_policies_that_came_later_go_with_the_merge():
    found = rollback_target([entry(1, "3", scaling={"minInstances": 2})], spec("3", **LONG))
    assert found.patch["scaling"] == {"minInstances": 2, "scheduledPolicies": []}


def test_with_a_rollout_the_routing_is_left_out_and_it_says_so():
    found = rollback_target([entry(1, "3", routing=CANARY)], spec("4", rollout={}))
    assert found.patch == {
        "targetVersion": "3",
        "scaling": None,
        "description": "",
        "disablePublicNetworkAccess": False,
    }
    assert found.notes == (ROLLS,)


def test_of_an_entry_that_was_cut_the_versions_alone_are_restored_and_it_says_so():
    found = rollback_target([entry(1, "3", routing=CANARY, **LONG)], spec("4", description="mine"))
    assert found.patch == {"targetVersion": "3", "routing": CANARY}
    assert found.notes == (WAS_CUT,)


@pytest.mark.parametrize(("result", "says"), [("Failed", "it is Failed"), (None, "it is still open")])
def test_an_entry_that_was_never_ready_is_restored_on_request_and_it_says_so(result: str | None, says: str):
    (note,) = rollback_target([entry(2, "4", result)], spec("3"), to=2).notes
    assert says in note

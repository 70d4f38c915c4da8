"""The history: an entry is opened and closed by what is told anyway, and by nothing else."""

from datetime import timedelta
from typing import Any

import pytest

from agentrun_operator.reconcile.actions import AddClaim
from agentrun_operator.reconcile.decide import decide
from agentrun_operator.reconcile.history.entries import packed, past_spec, unpacked
from agentrun_operator.reconcile.history.history import (
    FAILED,
    NOTHING,
    REFUSED,
    SENT,
    SERVED,
    Told,
    history_after,
    told_of,
)
from agentrun_operator.reconcile.state.comparable import comparable_of_spec
from agentrun_operator.reconcile.status.status import claimed_status, status_of
from agentrun_operator.reconcile.verdict import blocked
from agentrun_operator.resources.history import HistoryEntry, Result
from agentrun_operator.resources.reasons import Reason
from agentrun_operator.resources.spec import Spec
from support.objects import (
    COPIED,
    EARLIER,
    NOW,
    OWN,
    Case,
    Object,
    a_condition,
    a_look,
    a_new_object,
    a_status,
    an_edited_object,
    an_endpoint,
    an_object,
)

REF = {"agentRuntimeRef": {"id": "rt-1"}}


def asked(version: str, **spec: Any) -> Spec:
    return Spec.model_validate({**REF, "targetVersion": version, **spec})


def entry(generation: int, version: str, result: str | None = None, **spec: Any) -> HistoryEntry:
    return HistoryEntry(
        generation=generation,
        applied_at=EARLIER,
        ready_at=EARLIER if result == "Ready" else None,
        result=result and Result(result),
        spec=past_spec(comparable_of_spec(asked(version, **spec))),
    )


def shown(history: tuple[HistoryEntry, ...]) -> str:
    """A history as `2: 4 open, 1: 3 Ready`."""
    return ", ".join(f"{each.generation}: {each.spec.target_version} {each.result or 'open'}" for each in history)


CONDITIONS = [
    ("False Creating", "False Creating", 0, "", SENT, "the claim says that it is being made"),
    ("False Updating", "True Updating", 2, "", SENT, "the update was accepted"),
    ("False Updating", "False Updating", 1, "", SENT, "another update is under way, and this one is next"),
    ("True Available", "True InSync", 2, "", SERVED, "the endpoint serves it"),
    ("True Available", "False Paused", 2, "", SERVED, "it served it when it was paused"),
    ("True Available", "False Drifted", 2, "", SERVED, "what is left was made outside"),
    ("True Available", "False Paused", 1, "", NOTHING, "this generation was not sent: it is paused"),
    ("True Available", "False WriteRefused", 1, "", NOTHING, "this generation was not sent: the claim was refused"),
    ("True Available", "False NotConverging", 2, "", NOTHING, "it serves something else"),
    ("Unknown UnknownState", "True InSync", 2, "", NOTHING, "nobody knows what the state means"),
    ("False CreateFailed", "False CreateFailed", 0, "", FAILED, "the creation failed"),
    ("False UpdateFailed", "False UpdateFailed", 2, "", FAILED, "the update failed"),
    ("False UpdateFailed", "False RemoteUnavailable", 1, "", NOTHING, "the update before it failed"),
    ("False Rejected", "False Rejected", 1, "", REFUSED, "AgentRun refused it"),
    ("False DeleteFailed", "False Rejected", 1, "", REFUSED, "AgentRun refused it, whatever the state is"),
    ("False RemoteUnavailable", "False RemoteUnavailable", 1, "", NOTHING, "nobody knows what becomes of it"),
    ("True Available", "True Updating", 2, "False RollingOut", SENT, "its first step is being set"),
    ("True Available", "True InSync", 2, "False RollingOut", SENT, "a step serves, perhaps without traffic"),
    ("False UpdateFailed", "False UpdateFailed", 2, "False RolloutHeld", NOTHING, "a rollout has an end of its own"),
    ("True Available", "True InSync", 2, "False RolloutHeld", NOTHING, "a held rollout says nothing"),
    ("True Available", "True InSync", 2, "True RolledOut", SERVED, "it has all traffic"),
    ("True Available", "True Updating", 2, "True RolledOut", SENT, "another field is being changed"),
    ("False Updating", "True Updating", 2, "True RolledOut", SENT, "another field is being changed"),
    ("True Available", "True InSync", 2, "False RolledBack", REFUSED, "it was taken back"),
    ("False UpdateFailed", "False UpdateFailed", 2, "False RollingOut", SENT, "a rollout has an end of its own"),
    ("False CreateFailed", "False CreateFailed", 2, "False RollingOut", SENT, "a rollout has an end of its own"),
    ("False Rejected", "False Rejected", 1, "False RollingOut", SENT, "the rollout goes on trying"),
]


@pytest.mark.parametrize(
    ("ready", "synced", "applied", "rolled_out", "told"),
    [pytest.param(*row[:5], id=f"{row[0]}, {row[1]}@{row[2]} {row[3]}: {row[5]}") for row in CONDITIONS],
)
def test_conditions_tell_of_the_generation(ready: str, synced: str, applied: int, rolled_out: str, told: Told):
    conditions = [a_condition("Ready", ready, 2), a_condition("Synced", synced, applied)]
    if rolled_out:
        conditions.append(a_condition("RolledOut", rolled_out, 2))
    assert told_of(conditions, 2, rolls=bool(rolled_out)) == told


@pytest.mark.parametrize("rolls", [False, True])
def test_what_is_said_of_another_generation_tells_nothing(rolls: bool):  # noqa: FBT001 - the parameter
    conditions = [a_condition("Ready", "True Available", 1), a_condition("Synced", "True InSync", 1)]
    conditions.append(a_condition("RolledOut", "False RolledBack", 1))
    assert told_of(conditions, 2, rolls=rolls) == NOTHING
    assert told_of([], 2, rolls=rolls) == NOTHING


READY_3 = entry(1, "3", "Ready")
FULL = tuple(entry(number, str(number), "Ready") for number in (5, 4, 3, 2, 1))
CHANGES = [
    ("a create", (), SENT, 1, "3", "1: 3 open"),
    ("a create that serves when it is first told", (), SERVED, 1, "3", "1: 3 Ready"),
    ("a create that is refused", (), REFUSED, 1, "3", "1: 3 Failed"),
    ("a failure of nothing that was told", (), FAILED, 1, "3", ""),
    ("an edit", (READY_3,), SENT, 2, "4", "2: 4 open, 1: 3 Ready"),
    ("an edit that is refused", (READY_3,), REFUSED, 2, "4", "2: 4 Failed, 1: 3 Ready"),
    ("an edit while what was before it failed", (entry(1, "3"),), FAILED, 2, "4", "1: 3 open"),
    ("it serves", (entry(2, "4"), READY_3), SERVED, 2, "4", "2: 4 Ready, 1: 3 Ready"),
    ("it fails", (entry(2, "4"), READY_3), FAILED, 2, "4", "2: 4 Failed, 1: 3 Ready"),
    ("it fails, and serves then", (entry(2, "4", "Failed"),), SERVED, 2, "4", "2: 4 Ready"),
    ("it fails, and is sent again", (entry(2, "4", "Failed"),), SENT, 2, "4", "2: 4 Failed"),
    ("it served, and fails then", (entry(2, "4", "Ready"),), FAILED, 2, "4", "2: 4 Ready"),
    ("it served, and is changed back", (entry(2, "4", "Ready"),), SENT, 2, "4", "2: 4 Ready"),
    ("another edit before it served", (entry(2, "4"), READY_3), SENT, 3, "5", "3: 5 open, 2: 4 Superseded, 1: 3 Ready"),
    ("another edit after it failed", (entry(2, "4", "Failed"),), SENT, 3, "5", "3: 5 open, 2: 4 Failed"),
    ("an edit outside the fields", (READY_3,), SENT, 2, "3", "1: 3 Ready"),
    ("an edit outside the fields while it is open", (entry(1, "3"),), SERVED, 2, "3", "1: 3 Ready"),
    ("back to what was before", (entry(2, "4", "Ready"), READY_3), SENT, 3, "3", "3: 3 open, 2: 4 Ready, 1: 3 Ready"),
    ("a sixth", FULL, SENT, 6, "6", "6: 6 open, 5: 5 Ready, 4: 4 Ready, 3: 3 Ready, 2: 2 Ready"),
    ("entries of another object", (entry(9, "8", "Ready"), READY_3), SENT, 2, "4", "2: 4 open, 1: 3 Ready"),
    ("an entry of this generation with another spec", (entry(2, "8", "Ready"),), SENT, 2, "4", "2: 4 open"),
    ("another object's entry of this spec", (entry(9, "4", "Ready"), READY_3), SENT, 2, "4", "2: 4 open, 1: 3 Ready"),
    ("nothing", (entry(1, "3"),), NOTHING, 2, "4", "1: 3 open"),
]


@pytest.mark.parametrize(
    ("history", "told", "generation", "version", "after"), [pytest.param(*row[1:], id=row[0]) for row in CHANGES]
)
def test_the_history_follows(history: tuple[HistoryEntry, ...], told: Told, generation: int, version: str, after: str):
    wanted = comparable_of_spec(asked(version))
    assert shown(history_after(history, told, wanted, generation, NOW)) == after


def test_an_entry_has_the_times_at_which_it_was_told():
    wanted = comparable_of_spec(asked("3"))
    (opened,) = history_after((), SENT, wanted, 1, NOW + timedelta(microseconds=7))
    assert (opened.applied_at, opened.ready_at, opened.result) == (NOW, None, None)
    (closed,) = history_after((opened,), SERVED, wanted, 1, NOW + timedelta(seconds=9))
    assert (closed.applied_at, closed.ready_at, closed.result) == (NOW, NOW + timedelta(seconds=9), "Ready")


@pytest.mark.parametrize(
    "other",
    [
        {"routing": {"versionWeights": [{"version": "4", "weight": 1}]}},
        {"scaling": {"minInstances": 1}},
        {"description": "new"},
        {"disablePublicNetworkAccess": True},
    ],
    ids=", ".join,
)
def test_an_edit_of_each_field_opens_an_entry(other: dict[str, Any]):
    history = history_after((READY_3,), SENT, comparable_of_spec(asked("3", **other)), 2, NOW)
    assert shown(history) == "2: 3 open, 1: 3 Ready"


@pytest.mark.parametrize(
    "same", [{"routing": {}}, {"scaling": {"minInstances": 0}}, {"driftPolicy": "Report"}, {"rollout": {}}], ids=str
)
def test_an_edit_that_sends_nothing_else_opens_none(same: dict[str, Any]):
    assert history_after((READY_3,), SENT, comparable_of_spec(asked("3", **same)), 2, NOW) == (READY_3,)


def told_status(body: Object, look: Any) -> Object:
    """The status that a pass leaves."""
    case = Case(body, look)
    decision = decide(case.given)
    assert decision.verdict is not None
    return status_of(case.given, decision.verdict, body["status"])


def test_a_pass_that_tells_nothing_new_leaves_the_history():
    """An object that was in sync before there was a history gets none by itself: at a start nothing is written."""
    assert "history" not in told_status(an_object(), a_look(an_endpoint()))
    assert "history" not in told_status(an_object(), a_look(an_endpoint(status_reason="told anew")))


def test_an_edit_that_serves_at_once_is_in_the_history():
    status = told_status(an_edited_object(description="new"), a_look(an_endpoint(description="new")))
    assert shown(unpacked(status["history"])) == "2: 3 Ready"


def test_the_history_stays_while_the_object_is_deleted_or_observes():
    status = a_status() | {"history": packed((READY_3,))}
    going = Case(an_edited_object(status=status, targetVersion="4", deleted_for=1), a_look(an_endpoint()))
    assert status_of(going.given, blocked(Reason.REJECTED, "no"), status)["history"] == status["history"]
    observing = an_edited_object(status=status, managementPolicy="Observe", targetVersion="4")
    assert told_status(observing, a_look(an_endpoint()))["history"] == status["history"]


@pytest.mark.parametrize("state", ["READY", "UPDATING", "UPDATE_FAILED"])
def test_an_observed_object_opens_no_entry(state: str):
    body = a_new_object(managementPolicy="Observe")
    assert "history" not in told_status(body, a_look(an_endpoint(state)))


@pytest.mark.parametrize("spec", [{}, {"managementPolicy": "Observe"}, {"adoptionPolicy": "Adopt"}], ids=str)
def test_the_history_of_the_original_of_a_copy_goes_with_its_claim(spec: Object):
    body = an_object(status=a_status() | {"history": packed((READY_3,))}, claim=COPIED, **spec)
    case = Case(body, a_look(an_endpoint()))
    decision = decide(case.given)
    if isinstance(decision.action, AddClaim):
        status = claimed_status(case.given, decision.action.claim, decision.verdict, body["status"])
    else:
        status = case.status(decide(case.given)) if decision.verdict else told_status(body, a_look())
    assert "history" not in status or shown(unpacked(status["history"])) == "1: 3 open"


def test_a_long_history_is_kept_whole_through_a_pass():
    """Texts of a status are cut; a history is none."""
    long = packed(tuple(entry(number, "3", "Ready", description="d" * 250) for number in (5, 4, 3, 2, 1)))
    status = told_status(an_object(status=a_status() | {"history": long}, claim=OWN), a_look(an_endpoint()))
    assert long is not None
    assert len(long) > 1024
    assert status["history"] == long

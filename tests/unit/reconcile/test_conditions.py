"""Conditions as every Kubernetes tool expects them: kstatus, times that move at a transition only, generations."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone

import pytest

from agentrun_operator.reconcile.conditions import MESSAGE_LIMIT, merged, timestamp
from agentrun_operator.reconcile.verdict import Verdict, bad, blocked, good, under_way, unknown
from agentrun_operator.resources.reasons import Reason
from support.objects import (
    EARLIER,
    NOW,
    Object,
    a_condition,
    an_edited_object,
    an_object,
    conditions,
    kstatus,
    time_text,
)

READY = good(Reason.AVAILABLE, "It serves.")
SYNCED = good(Reason.IN_SYNC, "It agrees.")
DIFFERS = bad(Reason.DRIFTED, "It differs.")
IN_ORDER = Verdict(READY, SYNCED, applied=True)
UNDER_WAY = under_way(Reason.UPDATING, "Changing.", applied=True)
BLOCKED = blocked(Reason.THROTTLED, "Slow down.")
STUCK = blocked(Reason.CONFLICT, "Another one.", stalled=True)
LEFT = Verdict(READY, DIFFERS, applied=True, drifted=good(Reason.DRIFTED, "It differs."))
BLIND = Verdict(unknown(Reason.STALE, "Not seen."), bad(Reason.REMOTE_UNAVAILABLE, "No answer."))
UNTOLD = Verdict(None, None)


def after(verdict: Verdict, before: Iterable[Object] = (), generation: int = 1) -> dict[str, Object]:
    return {each["type"]: each for each in merged(verdict, generation, NOW, before)}


def told(verdict: Verdict, before: Iterable[Object] = ()) -> str:
    return conditions({"conditions": merged(verdict, 1, NOW, before)})


@pytest.mark.parametrize(
    ("verdict", "says"),
    [
        pytest.param(IN_ORDER, "Ready=True Available, Synced=True InSync@1", id="in order"),
        pytest.param(
            UNDER_WAY,
            "Ready=False Updating, Synced=True Updating@1, Reconciling=True Updating",
            id="under way",
        ),
        pytest.param(BLOCKED, "Ready=False Throttled, Synced=False Throttled@0", id="blocked"),
        pytest.param(STUCK, "Ready=False Conflict, Synced=False Conflict@0, Stalled=True Conflict", id="stuck"),
        pytest.param(LEFT, "Ready=True Available, Synced=False Drifted@1, Drifted=True Drifted", id="left"),
        pytest.param(BLIND, "Ready=Unknown Stale, Synced=False RemoteUnavailable@0", id="blind"),
        pytest.param(UNTOLD, "Ready=Unknown Stale", id="untold: Ready is there from the first status on"),
    ],
)
def test_what_a_verdict_says_on_a_new_object(verdict, says):
    assert told(verdict) == says


def test_reconciling_stalled_and_drifted_are_there_only_while_they_hold():
    before = [a_condition(kind, "True Updating") for kind in ("Ready", "Synced", "Reconciling", "Stalled", "Drifted")]
    assert told(IN_ORDER, before=before) == "Ready=True Available, Synced=True InSync@1"


def test_what_a_verdict_leaves_open_stays_as_it_was():
    before = [a_condition("Ready", "True Available"), a_condition("Synced", "False Throttled")]
    assert merged(UNTOLD, 2, NOW, before) == before


def test_stalled_tells_why_it_is_stuck_even_while_ready_tells_of_something_else():
    verdict = Verdict(bad(Reason.UPDATE_FAILED, "No quota."), bad(Reason.REJECTED, "No such version."), stalled=True)
    stalled = after(verdict)["Stalled"]
    assert (stalled["reason"], stalled["message"]) == ("Rejected", "No such version.")


def test_stalled_tells_what_ready_tells_where_nothing_is_said_of_synced():
    assert after(Verdict(bad(Reason.CONFLICT, "Another one."), None, stalled=True))["Stalled"]["reason"] == "Conflict"


@pytest.mark.parametrize(
    ("before", "since"),
    [
        pytest.param("True Available", EARLIER, id="nothing changed"),
        pytest.param("True InSync", EARLIER, id="another reason is no transition"),
        pytest.param("False Updating", NOW, id="a transition"),
        pytest.param("Unknown Stale", NOW, id="from Unknown"),
    ],
)
def test_the_transition_time_moves_only_when_the_status_does(before, since):
    found = after(IN_ORDER, [a_condition("Ready", before)])["Ready"]
    assert found["lastTransitionTime"] == time_text(since)


def test_a_new_condition_begins_now():
    assert {each["lastTransitionTime"] for each in after(UNDER_WAY).values()} == {time_text(NOW)}


def test_a_condition_that_comes_back_begins_anew():
    reconciling = after(UNDER_WAY, merged(IN_ORDER, 1, EARLIER, merged(UNDER_WAY, 1, EARLIER, [])))["Reconciling"]
    assert reconciling["lastTransitionTime"] == time_text(NOW)


def test_the_reason_and_the_message_are_always_the_newest():
    found = after(IN_ORDER, [a_condition("Ready", "True InSync")])["Ready"]
    assert (found["reason"], found["message"]) == ("Available", "It serves.")


@pytest.mark.parametrize(
    ("verdict", "before", "stamps"),
    [
        pytest.param(IN_ORDER, 1, {"Ready": 2, "Synced": 2}, id="in order: it reached AgentRun"),
        pytest.param(UNDER_WAY, 1, {"Ready": 2, "Synced": 2, "Reconciling": 2}, id="accepted and under way"),
        pytest.param(BLOCKED, 1, {"Ready": 2, "Synced": 1}, id="blocked: the one before it was the last"),
        pytest.param(STUCK, 1, {"Ready": 2, "Synced": 1, "Stalled": 2}, id="stuck"),
        pytest.param(BLOCKED, 0, {"Ready": 2, "Synced": None}, id="none ever reached it"),
    ],
)
def test_synced_keeps_the_last_generation_that_reached_agentrun(verdict, before, stamps):
    found = after(verdict, [a_condition("Synced", "True InSync", before)], generation=2)
    assert {kind: each.get("observedGeneration") for kind, each in found.items()} == stamps


@pytest.mark.parametrize(
    ("verdict", "means"),
    [
        pytest.param(IN_ORDER, "Current", id="in order"),
        pytest.param(UNDER_WAY, "InProgress", id="under way"),
        pytest.param(BLOCKED, "InProgress", id="blocked, by what may pass"),
        pytest.param(STUCK, "Failed", id="stuck, until a person acts"),
        pytest.param(LEFT, "Current", id="a difference that is to be left"),
        pytest.param(BLIND, "InProgress", id="blind"),
    ],
)
def test_kstatus_reads_what_is_meant(verdict, means):
    body = an_object()
    status = {"observedGeneration": 1, "conditions": merged(verdict, 1, NOW, [])}
    assert kstatus(body, status) == means
    assert kstatus(an_edited_object(), status) == "InProgress"
    assert kstatus(an_object(deleted_for=1), status) == "Terminating"


def test_a_message_is_cut_so_that_an_answer_of_the_service_does_not_fill_the_status():
    assert len(after(blocked(Reason.REJECTED, "x" * 5000))["Ready"]["message"]) == MESSAGE_LIMIT


@pytest.mark.parametrize(
    "moment",
    [
        pytest.param(datetime(2026, 11, 22, 12, 0, 0, 999_999, tzinfo=UTC), id="whole seconds"),
        pytest.param(datetime(2026, 11, 22, 20, 0, tzinfo=timezone(timedelta(hours=8))), id="another time zone"),
    ],
)
def test_times_are_written_in_utc_and_whole_seconds(moment):
    assert timestamp(moment) == "2026-11-22T12:00:00Z"


@pytest.mark.parametrize(
    ("said", "says", "kept"),
    [
        pytest.param("It is odd (request q1)", "It is odd (request q2)", True, id="the same of another call"),
        pytest.param("It is odd (request q1)", "It is odder (request q2)", False, id="something else"),
        pytest.param("It is odd", "It is odd (request q2)", False, id="at first without a call"),
    ],
)
def test_a_message_that_says_the_same_of_another_call_stays(said, says, kept):
    before = [a_condition("Ready", "True Available") | {"message": said}]
    found = after(Verdict(good(Reason.AVAILABLE, says), SYNCED), before)["Ready"]["message"]
    assert found == (said if kept else says)

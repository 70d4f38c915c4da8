"""What Argo CD's actions change: annotations that the operator reads, and nothing else but for the way out."""

import re
from typing import Any

import pytest
from lupa.lua51 import LuaError

from agentrun_operator.reconcile.desired import desired_of
from agentrun_operator.reconcile.history.entries import with_history_in_full
from agentrun_operator.reconcile.rollout.memory import Memory
from agentrun_operator.reconcile.rollout.request import Request
from agentrun_operator.resources.names import PAUSED, RECONCILE_REQUESTED_AT, ROLLOUT
from agentrun_operator.resources.reasons import Reason
from support.argocd import ACTIONS, offered, patch
from support.objects import Object, a_new_object, an_object
from unit.argocd.test_health import OBJECTS
from unit.argocd.test_offered import AWAITING, BAKING, FAILED, HELD, rolling

THEIRS = {"theirs": "stays"}
NO_STATUS: Object = {"metadata": {"name": "chat"}, "spec": {}}


def annotated(change: Object) -> Object:
    """The annotations of a patch that changes nothing else."""
    found: Object = change["metadata"]["annotations"]
    assert change == {"metadata": {"annotations": found}}
    return found


def after(body: Object, change: Object) -> Object:
    """The object with the annotations of a patch."""
    annotations = (body["metadata"].get("annotations") or {}) | annotated(change)
    kept = {key: value for key, value in annotations.items() if value is not None}
    return body | {"metadata": body["metadata"] | {"annotations": kept}}


@pytest.mark.parametrize(
    ("memory", "text"),
    [
        pytest.param(AWAITING, "approve 7 25", id="approve"),
        pytest.param(AWAITING._replace(weight=0), "approve 7 0", id="approve a dark step"),
        pytest.param(AWAITING._replace(number=999999999), "approve 999999999 25", id="approve one of many"),
        pytest.param(BAKING, "promote 7", id="promote"),
        pytest.param(BAKING, "abort 7", id="abort"),
        pytest.param(FAILED, "retry 7", id="retry"),
        pytest.param(BAKING, "hold 7", id="hold"),
        pytest.param(HELD, "resume 7", id="resume"),
    ],
)
@pytest.mark.parametrize("annotations", [None, THEIRS, {ROLLOUT: "abort 6"}])
def test_an_action_writes_the_request_that_the_operator_heeds(memory: Memory, text: str, annotations: Object | None):
    body = rolling(memory)
    body["metadata"]["annotations"] = annotations
    verb = text.split(maxsplit=1)[0]
    assert verb in offered(body)

    assert annotated(patch(verb, body)) == {ROLLOUT: text}

    asked = Request.of(text)
    assert asked is not None
    assert asked.misfit(memory) == ""


def test_an_approval_that_came_too_early_is_taken_away_and_set_anew_by_the_next_click():
    body = rolling(AWAITING._replace(last_request="approve 7 25"), asked="approve 7 25")

    away = patch("approve", body)

    assert annotated(away) == {ROLLOUT: None}
    assert annotated(patch("approve", after(body, away))) == {ROLLOUT: "approve 7 25"}


def test_a_second_click_before_the_operator_answers_changes_nothing():
    assert patch("approve", rolling(AWAITING, asked="approve 7 25")) == {}


@pytest.mark.parametrize("body", [an_object(), NO_STATUS, a_new_object()], ids=["at rest", "no status", "new"])
@pytest.mark.parametrize("annotations", [None, {}, THEIRS])
def test_a_pause_is_set_and_taken_away(body: Object, annotations: Object | None):
    before = body | {"metadata": body["metadata"] | {"annotations": annotations}}

    asked = patch("pause", before)

    assert annotated(asked) == {PAUSED: "true"}
    assert annotated(patch("resume", after(before, asked))) == {PAUSED: None}


def test_the_operator_takes_the_pause_for_one():
    assert desired_of(after(an_object(), patch("pause", an_object()))).paused


def test_resume_takes_the_pause_away_first_and_lets_the_rollout_go_on_next():
    body = rolling(HELD, paused=True)

    first = patch("resume", body)

    assert annotated(first) == {PAUSED: None}
    assert annotated(patch("resume", after(body, first))) == {ROLLOUT: "resume 7"}


@pytest.mark.parametrize("annotations", [None, THEIRS, {RECONCILE_REQUESTED_AT: "yesterday"}])
def test_reconcile_asks_with_the_time(annotations: Object | None):
    body = an_object()
    body["metadata"]["annotations"] = annotations

    (asked,) = annotated(patch("reconcile", body)).items()

    assert asked[0] == RECONCILE_REQUESTED_AT
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", asked[1])


def test_the_way_out_is_the_one_edit_of_the_spec():
    assert patch("orphan", an_object(deleted_for=9)) == {"spec": {"deletionPolicy": "Orphan"}}


@pytest.mark.parametrize(
    ("action", "body", "why"),
    [
        pytest.param("orphan", an_object(), "It is not being deleted", id="orphan what lives"),
        pytest.param("resume", an_object(), "It is neither paused nor held", id="resume what goes on"),
        pytest.param("resume", NO_STATUS, "It is neither paused nor held", id="resume what has no status"),
        pytest.param("approve", rolling(BAKING), "No step waits for approval", id="approve too early"),
        pytest.param("approve", NO_STATUS, "No step waits for approval", id="approve without a status"),
        pytest.param("promote", an_object(), "There is no rollout", id="promote"),
        pytest.param("abort", NO_STATUS, "There is no rollout", id="abort"),
        pytest.param("retry", rolling(Memory(stable="3")), "There is no rollout", id="retry"),
        pytest.param("hold", a_new_object(), "There is no rollout", id="hold"),
    ],
)
def test_what_is_asked_of_the_wrong_object_by_the_command_line_is_refused_in_words(action: str, body: Object, why: str):
    assert action not in offered(body)
    with pytest.raises(LuaError) as refused:
        patch(action, body)
    assert str(refused.value) == why


ODD = {
    "no metadata to speak of": {"metadata": {}, "spec": {}},
    "empty parts": {"metadata": {"annotations": {}, "finalizers": []}, "spec": {"rollout": {}}, "status": {}},
    "empty status": an_object(status={}, claim=None),
    "no conditions": an_object(status={"observedGeneration": -1}),
    "annotations that look like numbers": an_object(requested="17", asked="7"),
    "a rollout that only begins": an_object(rollout={}, status={"rollout": {"number": 1, "weight": 0}}),
    "a phase of another release": rolling(BAKING, status={"rollout": {"number": 7, "phase": "Resting"}}),
    "paused by another word": an_object(paused=False, requested="", asked="") | {"status": {}},
    "deleted and paused": an_object(deleted_for=9, paused=True),
    "deleted, and ours no more": an_object(deleted_for=9, finalized=False),
    "being deleted in a rollout": rolling(AWAITING, deleted_for=9),
}
EVERY: dict[str, Any] = {reason.value: with_history_in_full(OBJECTS[reason][1]) for reason in Reason} | ODD


@pytest.mark.parametrize("body", EVERY.values(), ids=EVERY)
def test_on_any_object_what_is_offered_works_and_changes_little(body: Object):
    for action in offered(body):
        change = patch(action, body)
        assert change == {"spec": {"deletionPolicy": "Orphan"}} if action == "orphan" else annotated(change)


@pytest.mark.parametrize("body", EVERY.values(), ids=EVERY)
def test_on_any_object_what_is_not_offered_says_why_in_words(body: Object):
    for action in set(ACTIONS) - offered(body):
        assert "attempt to" not in refusal(action, body)


def refusal(action: str, body: Object) -> str:
    """What an action says where it refuses; empty where it does not."""
    try:
        patch(action, body)
    except LuaError as error:
        return str(error)
    return ""

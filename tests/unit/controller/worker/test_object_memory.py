from typing import Any

import pytest

from agentrun_operator.controller.worker.object_memory import LIST_LAG, NEVER, ObjectMemory
from agentrun_operator.resources.names import CLAIM
from support.controller import desired
from support.objects import a_condition

CLAIMED: dict[str, Any] = {"annotations": {CLAIM: "uid-of-chat/runtime-1/chat"}}
COPIED: dict[str, Any] = {"annotations": {CLAIM: "uid-of-another/runtime-1/chat"}}
CREATED: dict[str, Any] = {
    "status": {
        "agentRuntimeId": "runtime-1",
        "endpointId": "e1",
        "conditions": [a_condition("Synced", "True InSync")],
    }
}


@pytest.fixture
def memory() -> ObjectMemory:
    return ObjectMemory("uid-of-chat")


def test_a_track_begins_without_doubts(memory: ObjectMemory):
    assert not memory.doubtful(100.0)
    assert memory.since == NEVER


@pytest.mark.parametrize(
    ("fields", "doubtful"),
    [
        pytest.param({}, False, id="never claimed: nothing of ours can exist"),
        pytest.param(CLAIMED, True, id="claimed before this process, no id recorded: a create may have been sent"),
        pytest.param(CLAIMED | CREATED, False, id="claimed and recorded: the endpoint is known by its id"),
        pytest.param(COPIED, False, id="the claim of another object says nothing"),
    ],
)
def test_at_the_first_look_a_claim_without_an_id_is_a_doubt(
    memory: ObjectMemory, fields: dict[str, Any], *, doubtful: bool
):
    memory.begin(desired("chat", **fields), 100.0)
    assert memory.doubtful(100.0) is doubtful


def test_a_claim_of_this_process_is_no_doubt(memory: ObjectMemory):
    memory.begin(desired("chat"), 100.0)
    memory.begin(desired("chat", **CLAIMED), 101.0)
    assert not memory.doubtful(101.0)


def test_a_doubt_ends_when_lists_must_show_what_there_is(memory: ObjectMemory):
    memory.begin(desired("chat", **CLAIMED), 100.0)
    assert memory.doubtful(100.0 + LIST_LAG - 0.1)
    assert not memory.doubtful(100.0 + LIST_LAG)


def test_from_a_create_on_older_lists_say_nothing_and_an_endpoint_may_exist(memory: ObjectMemory):
    memory.sends_create(100.0)
    assert memory.since == 100.0
    assert memory.doubtful(101.0)
    assert not memory.attempts.claim_unused


def test_an_endpoint_that_was_seen_is_no_doubt(memory: ObjectMemory):
    memory.sends_create(100.0)
    memory.sure()
    assert not memory.doubtful(101.0)


def test_after_a_create_that_was_certainly_refused_the_claim_is_unused(memory: ObjectMemory):
    memory.sends_create(100.0)
    memory.create_was_refused()
    assert not memory.doubtful(101.0)
    assert memory.attempts.claim_unused


def test_an_edit_begins_the_attempts_anew(memory: ObjectMemory):
    memory.begin(desired("chat", generation=1), 100.0)
    first = memory.attempts
    memory.begin(desired("chat", generation=2), 101.0)
    assert (first.generation, memory.attempts.generation) == (1, 2)


def test_before_the_first_look_nothing_but_a_list_of_now_will_do(memory: ObjectMemory):
    assert memory.shown_by(100.0) == 100.0


@pytest.mark.parametrize(
    ("since", "now", "moment"),
    [
        pytest.param(NEVER, 101.0, 101.0, id="a process before this one may have made what lists do not show yet"),
        pytest.param(NEVER, 500.0, 100.0 + LIST_LAG, id="lists show what that one made"),
        pytest.param(400.0, 401.0, 401.0, id="something was just sent"),
        pytest.param(400.0, 500.0, 400.0 + LIST_LAG, id="lists show what came of it"),
    ],
)
def test_which_lists_show_whatever_was_made(memory: ObjectMemory, since: float, now: float, moment: float):
    memory.begin(desired("chat", **CLAIMED, **CREATED), 100.0)
    memory.since = since
    assert memory.shown_by(now) == moment


def test_while_in_doubt_nothing_but_a_list_of_now_will_do(memory: ObjectMemory):
    memory.begin(desired("chat", **CLAIMED), 100.0)
    assert memory.shown_by(500.0) == 500.0


def test_an_endpoint_whose_id_is_not_recorded_yet_is_shown_by_a_list_of_now_only(memory: ObjectMemory):
    recorded = desired("chat", **CLAIMED, **CREATED)
    memory.begin(recorded, 100.0)
    memory.created()
    assert memory.shown_by(500.0) == 500.0
    memory.saw("e1", recorded)
    assert memory.shown_by(500.0) == 100.0 + LIST_LAG
    memory.saw("e2", recorded)
    assert memory.shown_by(500.0) == 500.0

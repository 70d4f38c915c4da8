"""What is remembered of an object, as values: each step gives the next."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from agentrun_operator.controller.worker.object_memory import LIST_LAG, NEVER, Moment, ObjectMemory
from agentrun_operator.reconcile.actions import Create, Delete, Update, Write
from agentrun_operator.reconcile.after_write import WriteResult
from agentrun_operator.reconcile.state.delta import Difference
from agentrun_operator.reconcile.state.observed import EndpointSeen, Problem
from agentrun_operator.resources.reasons import Reason
from support.controller import body, claim, desired, endpoint
from support.objects import a_condition

CLAIMED: dict[str, Any] = {"status": {"claim": claim()}}
COPIED: dict[str, Any] = {"status": {"claim": claim("uid-of-another")}}
CREATED: dict[str, Any] = {
    "status": {
        "claim": claim(),
        "agentRuntimeId": "runtime-1",
        "endpointId": "e1",
        "conditions": [a_condition("Synced", "True InSync")],
    }
}


CREATE, DELETE = Create(), Delete()
UPDATE = Update((Difference("description", "ours", "theirs"),))
MADE = WriteResult(endpoint=endpoint("e1", "chat"))
UNTOLD = WriteResult()
PROBLEM = Problem(Reason.REMOTE_UNAVAILABLE, "it did not work")
REFUSED, LOST = WriteResult(PROBLEM), WriteResult(PROBLEM, certain=False)


@pytest.fixture
def memory() -> ObjectMemory:
    return ObjectMemory("uid-of-chat")


def at(clock: float) -> Moment:
    return Moment(datetime.fromtimestamp(clock, UTC), clock)


def answered(
    memory: ObjectMemory, write: Write, result: WriteResult, now: float = 101.0, *, unused: bool = True
) -> ObjectMemory:
    """After a write and its answer."""
    sent = memory.before(write, at(100.0))
    return sent.after(write, result, at(now), claim_unused=unused, retry_max=300.0, jitter=0.0)


def seen(endpoint_id: str) -> EndpointSeen:
    return EndpointSeen.of(endpoint(endpoint_id, "chat"))


def test_a_memory_begins_without_doubts(memory: ObjectMemory):
    assert not memory.doubtful(100.0)
    assert memory.changed_at == NEVER


@pytest.mark.parametrize(
    ("fields", "doubtful"),
    [
        pytest.param({}, False, id="never claimed: nothing of ours can exist"),
        pytest.param(CLAIMED, True, id="claimed before this process, no id recorded: a create may have been sent"),
        pytest.param(CREATED, False, id="claimed and recorded: the endpoint is known by its id"),
        pytest.param(COPIED, False, id="the claim of another object says nothing"),
    ],
)
def test_at_the_first_look_a_claim_without_an_id_is_a_doubt(
    memory: ObjectMemory, fields: dict[str, Any], *, doubtful: bool
):
    memory = memory.begin(desired("chat", **fields), 100.0)
    assert memory.doubtful(100.0) is doubtful


def test_a_claim_of_this_process_is_no_doubt(memory: ObjectMemory):
    memory = memory.begin(desired("chat"), 100.0).begin(desired("chat", **CLAIMED), 101.0)
    assert not memory.doubtful(101.0)


def test_a_doubt_ends_when_lists_must_show_what_there_is(memory: ObjectMemory):
    memory = memory.begin(desired("chat", **CLAIMED), 100.0)
    assert memory.doubtful(100.0 + LIST_LAG - 0.1)
    assert not memory.doubtful(100.0 + LIST_LAG)


def test_from_a_create_on_older_lists_say_nothing_and_an_endpoint_may_exist(memory: ObjectMemory):
    memory = memory.claiming().before(CREATE, at(100.0))
    assert memory.changed_at == 100.0
    assert memory.doubtful(101.0)
    assert not memory.attempts.claim_unused


def test_an_endpoint_that_was_seen_is_no_doubt(memory: ObjectMemory):
    memory = memory.before(CREATE, at(100.0)).settled()
    assert not memory.doubtful(101.0)


def test_after_a_create_that_was_certainly_refused_the_claim_is_unused(memory: ObjectMemory):
    memory = answered(memory, CREATE, REFUSED)
    assert not memory.doubtful(101.0)
    assert memory.attempts.claim_unused


def test_an_edit_begins_the_attempts_anew(memory: ObjectMemory):
    first = memory.begin(desired("chat", generation=1), 100.0)
    second = first.begin(desired("chat", generation=2), 101.0)
    assert (first.attempts.generation, second.attempts.generation) == (1, 2)


def test_before_the_first_look_nothing_but_a_list_of_now_will_do(memory: ObjectMemory):
    assert memory.conclusive_from(100.0) == 100.0


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
    memory = memory.begin(desired("chat", **CREATED), 100.0)._replace(changed_at=since)
    assert memory.conclusive_from(now) == moment


def test_while_in_doubt_nothing_but_a_list_of_now_will_do(memory: ObjectMemory):
    memory = memory.begin(desired("chat", **CLAIMED), 100.0)
    assert memory.conclusive_from(500.0) == 500.0


def test_an_endpoint_whose_id_is_not_recorded_yet_is_conclusive_from_a_list_of_now_only(memory: ObjectMemory):
    recorded = desired("chat", **CREATED)
    memory = answered(memory.begin(recorded, 85.0), CREATE, MADE)
    assert memory.conclusive_from(500.0) == 500.0
    memory = memory.saw(seen("e1"), recorded)
    assert memory.conclusive_from(500.0) == 100.0 + LIST_LAG
    memory = memory.saw(seen("e2"), recorded)
    assert memory.conclusive_from(500.0) == 500.0
    assert memory.saw(None, recorded) is memory


@pytest.mark.parametrize(
    ("write", "result", "unused", "doubtful", "claim_unused", "changed_at", "because"),
    [
        (CREATE, MADE, True, False, False, 100.0, "the answer tells the id"),
        (CREATE, UNTOLD, True, True, False, 101.0, "it was accepted, and nobody knows as what"),
        (CREATE, LOST, True, True, False, 101.0, "it may have been done"),
        (CREATE, REFUSED, True, False, True, 100.0, "nothing was ever made under this claim"),
        (CREATE, REFUSED, False, True, False, 100.0, "an earlier create under this claim may have been done"),
        (UPDATE, MADE, True, False, True, NEVER, "the answer is the newest look there is"),
        (UPDATE, UNTOLD, True, False, True, 101.0, "older lists show what was before"),
        (UPDATE, LOST, True, False, True, 101.0, "older lists may show what was before"),
        (UPDATE, REFUSED, True, False, True, NEVER, "nothing was done"),
        (DELETE, UNTOLD, True, False, True, 101.0, "older lists show what was deleted"),
        (DELETE, REFUSED, True, False, True, NEVER, "nothing was done"),
    ],
    ids=lambda value: type(value).__name__.lower() if isinstance(value, Create | Update | Delete) else None,
)
def test_after_a_write(
    memory: ObjectMemory,
    write: Write,
    result: WriteResult,
    *,
    unused: bool,
    doubtful: bool,
    claim_unused: bool,
    changed_at: float,
    because: str,
):
    after = answered(memory.claiming() if unused else memory, write, result, unused=unused)
    found = (after.doubtful(102.0), after.attempts.claim_unused, after.changed_at)
    assert found == (doubtful, claim_unused, changed_at), because


@pytest.mark.parametrize(
    ("write", "updates", "deleted", "pause"),
    [
        pytest.param(CREATE, 0, False, 0.0, id="a create is not counted: it is made once"),
        pytest.param(UPDATE, 1, False, 0.0, id="an update may turn out to be in vain"),
        pytest.param(replace(UPDATE, recovery=True), 1, False, 1.0, id="one that answers a failed state has to wait"),
        pytest.param(DELETE, 0, True, 0.0, id="a deletion is remembered from its first acceptance"),
        pytest.param(replace(DELETE, recovery=True), 0, True, 1.0, id="one that is repeated has to wait"),
    ],
)
def test_what_an_accepted_write_counts_for(
    memory: ObjectMemory, write: Write, updates: int, pause: float, *, deleted: bool
):
    after = answered(memory, write, MADE).attempts
    assert (after.updates, after.deleted_at is not None) == (updates, deleted)
    assert after.waiting(at(101.0).time) == pause


def test_a_write_that_was_not_done_counts_for_nothing(memory: ObjectMemory):
    for write in (UPDATE, replace(DELETE, recovery=True)):
        assert answered(memory, write, REFUSED).attempts == memory.attempts


def test_no_step_changes_what_was_remembered_before(memory: ObjectMemory):
    answered(memory.begin(desired("chat", **CLAIMED), 99.0).claiming(), CREATE, LOST).settled()
    assert memory == ObjectMemory("uid-of-chat")


def test_pauses_after_conflicts_grow_until_a_write_is_taken(memory: ObjectMemory):
    pauses = []
    for _ in range(12):
        memory = memory.conflicted()
        pauses.append(memory.conflict_pause(300.0, 0.0))
    assert pauses[:4] == [0.5, 1.0, 2.0, 4.0]
    assert pauses[-1] == 300.0


def test_decisions_go_by_the_status_that_could_not_be_written(memory: ObjectMemory):
    made = body("chat", status={"state": "CREATING"})
    assert memory.status(made) is made["status"]
    assert memory._replace(unwritten={"state": "READY"}).status(made) == {"state": "READY"}


@pytest.mark.parametrize(
    "status",
    [
        pytest.param({"state": "READY"}, id="taken out"),
        pytest.param({"state": "READY", "claim": claim(runtime_id="another")}, id="written over"),
    ],
)
def test_a_claim_that_stood_counts_whatever_somebody_wrote_since(memory: ObjectMemory, status: dict[str, Any]):
    memory = memory.begin(desired("chat", **CLAIMED), 100.0)
    assert memory.status(body("chat", status=status)) == {"state": "READY", "claim": claim()}


def test_a_claim_that_somebody_wrote_into_a_status_later_is_none(memory: ObjectMemory):
    memory = memory.begin(desired("chat"), 100.0)
    assert memory.status(body("chat", **CLAIMED)) == {}


def test_the_endpoint_that_was_made_is_known_before_the_status_tells_of_it(memory: ObjectMemory):
    memory = answered(memory.begin(desired("chat", **CLAIMED), 99.0), CREATE, MADE)
    known = memory.status(body("chat", **CLAIMED))
    assert (known["endpointId"], known["agentRuntimeId"]) == ("e1", "runtime-1")
    assert "endpointId" not in memory.told({"state": "CREATE_FAILED"}).status(body("chat", **CLAIMED))
    assert "endpointId" not in memory.untold({"state": "CREATE_FAILED"}).status(body("chat", **CLAIMED))


@pytest.mark.parametrize(
    ("result", "unused", "pending"),
    [
        pytest.param(MADE, True, True, id="made"),
        pytest.param(LOST, True, True, id="nobody knows"),
        pytest.param(REFUSED, True, False, id="certainly refused"),
        pytest.param(REFUSED, False, True, id="refused after one of which nobody knows"),
    ],
)
def test_what_a_create_may_have_made_is_pending_until_the_status_tells_of_it(
    memory: ObjectMemory, result: WriteResult, *, unused: bool, pending: bool
):
    memory = memory.begin(desired("chat", **CLAIMED), 99.0).before(CREATE, at(100.0), body("chat"))
    memory = memory.after(CREATE, result, at(101.0), claim_unused=unused, retry_max=300.0, jitter=0.0)
    assert bool(memory.pending) is pending
    assert bool(memory.told({"state": "CREATING"}).pending) is pending
    assert memory.told({"endpointId": "e1"}).pending is None
    assert memory.holding(None).pending is None


def test_a_claim_that_was_given_up_counts_no_more_though_it_is_still_written(memory: ObjectMemory):
    memory = memory.begin(desired("chat", **CLAIMED), 100.0).holding(None)
    assert memory.status(body("chat", **CLAIMED)) == {}

from typing import Any

import pytest

from agentrun_operator.controller.worker.object_memory import LIST_LAG, NEVER, Track
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
def track() -> Track:
    return Track("uid-of-chat")


def test_a_track_begins_without_doubts(track: Track):
    assert not track.doubtful(100.0)
    assert track.since == NEVER


@pytest.mark.parametrize(
    ("fields", "doubtful"),
    [
        pytest.param({}, False, id="never claimed: nothing of ours can exist"),
        pytest.param(CLAIMED, True, id="claimed before this process, no id recorded: a create may have been sent"),
        pytest.param(CLAIMED | CREATED, False, id="claimed and recorded: the endpoint is known by its id"),
        pytest.param(COPIED, False, id="the claim of another object says nothing"),
    ],
)
def test_at_the_first_look_a_claim_without_an_id_is_a_doubt(track: Track, fields: dict[str, Any], *, doubtful: bool):
    track.begin(desired("chat", **fields), 100.0)
    assert track.doubtful(100.0) is doubtful


def test_a_claim_of_this_process_is_no_doubt(track: Track):
    track.begin(desired("chat"), 100.0)
    track.begin(desired("chat", **CLAIMED), 101.0)
    assert not track.doubtful(101.0)


def test_a_doubt_ends_when_lists_must_show_what_there_is(track: Track):
    track.begin(desired("chat", **CLAIMED), 100.0)
    assert track.doubtful(100.0 + LIST_LAG - 0.1)
    assert not track.doubtful(100.0 + LIST_LAG)


def test_from_a_create_on_older_lists_say_nothing_and_an_endpoint_may_exist(track: Track):
    track.sends_create(100.0)
    assert track.since == 100.0
    assert track.doubtful(101.0)
    assert not track.attempts.claim_unused


def test_an_endpoint_that_was_seen_is_no_doubt(track: Track):
    track.sends_create(100.0)
    track.sure()
    assert not track.doubtful(101.0)


def test_after_a_create_that_was_certainly_refused_the_claim_is_unused(track: Track):
    track.sends_create(100.0)
    track.create_was_refused()
    assert not track.doubtful(101.0)
    assert track.attempts.claim_unused


def test_an_edit_begins_the_attempts_anew(track: Track):
    track.begin(desired("chat", generation=1), 100.0)
    first = track.attempts
    track.begin(desired("chat", generation=2), 101.0)
    assert (first.generation, track.attempts.generation) == (1, 2)


def test_before_the_first_look_nothing_but_a_list_of_now_will_do(track: Track):
    assert track.shown_by(100.0) == 100.0


@pytest.mark.parametrize(
    ("since", "now", "moment"),
    [
        pytest.param(NEVER, 101.0, 101.0, id="a process before this one may have made what lists do not show yet"),
        pytest.param(NEVER, 500.0, 100.0 + LIST_LAG, id="lists show what that one made"),
        pytest.param(400.0, 401.0, 401.0, id="something was just sent"),
        pytest.param(400.0, 500.0, 400.0 + LIST_LAG, id="lists show what came of it"),
    ],
)
def test_which_lists_show_whatever_was_made(track: Track, since: float, now: float, moment: float):
    track.begin(desired("chat", **CLAIMED, **CREATED), 100.0)
    track.since = since
    assert track.shown_by(now) == moment


def test_while_in_doubt_nothing_but_a_list_of_now_will_do(track: Track):
    track.begin(desired("chat", **CLAIMED), 100.0)
    assert track.shown_by(500.0) == 500.0


def test_an_endpoint_whose_id_is_not_recorded_yet_is_shown_by_a_list_of_now_only(track: Track):
    recorded = desired("chat", **CLAIMED, **CREATED)
    track.begin(recorded, 100.0)
    track.created()
    assert track.shown_by(500.0) == 500.0
    track.saw("e1", recorded)
    assert track.shown_by(500.0) == 100.0 + LIST_LAG
    track.saw("e2", recorded)
    assert track.shown_by(500.0) == 500.0

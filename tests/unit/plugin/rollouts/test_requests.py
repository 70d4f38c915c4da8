"""The request that a command makes of a rollout as it is, and whether it is answered."""

from typing import Any

import pytest

from agentrun_operator.plugin.edits.edit import NotPossibleError
from agentrun_operator.plugin.exits import UnknownError
from agentrun_operator.plugin.rollouts.record import rolling_of
from agentrun_operator.plugin.rollouts.requests import asked, done, refused
from agentrun_operator.plugin.rollouts.standing_in import request_for_promotion, request_for_shares
from agentrun_operator.reconcile.rollout.memory import Memory
from agentrun_operator.reconcile.rollout.request import Request, Verb
from support.rolling_objects import AT_REST, BACK, FIRST, WAITING, Object, a_rolling, an_object

EARLY = WAITING | {"lastRequest": "approve 7 25"}
HELD = FIRST | {"held": True, "phase": "Held", "cause": "Requested", "lastRequest": "hold 7"}
RESUMED = FIRST | {"lastRequest": "resume 7"}
PROMOTED = {"number": 7, "stableVersion": "4", "history": ["3"], "lastRequest": "promote 7"}


@pytest.mark.parametrize(
    ("verb", "record", "text"),
    [
        pytest.param(Verb.APPROVE, WAITING, "approve 7 25", id="the gate that waits, by its share"),
        pytest.param(Verb.ABORT, FIRST, "abort 7", id="one under way is taken back"),
        pytest.param(Verb.PROMOTE, FIRST, "promote 7", id="one under way skips its steps"),
        pytest.param(Verb.PROMOTE, BACK, "promote 7", id="one that was taken back is promoted after all"),
        pytest.param(Verb.RETRY, BACK, "retry 7", id="one that was taken back begins again"),
        pytest.param(Verb.HOLD, FIRST, "hold 7", id="one under way is held"),
        pytest.param(Verb.HOLD, RESUMED, "hold 7", id="it is held again"),
        pytest.param(Verb.RESUME, HELD, "resume 7", id="it goes on"),
    ],
)
def test_a_request_names_the_rollout_that_is_recorded(verb: Verb, record: Object, text: str):
    found = asked(verb, a_rolling(record))
    assert (found.request.text, found.answered, found.renewed) == (text, False, False)
    assert Request.of(text) == found.request


def test_an_approval_that_came_too_early_is_made_anew():
    assert asked(Verb.APPROVE, a_rolling(EARLY, asked="approve 7 25")).renewed


@pytest.mark.parametrize(
    ("verb", "record"),
    [
        pytest.param(Verb.ABORT, BACK, id="aborted"),
        pytest.param(Verb.HOLD, HELD, id="held"),
        pytest.param(Verb.RESUME, RESUMED, id="resumed"),
        pytest.param(Verb.PROMOTE, PROMOTED, id="promoted"),
    ],
)
def test_what_was_answered_before_is_not_asked_again(verb: Verb, record: Object):
    assert asked(verb, a_rolling(record)).answered


@pytest.mark.parametrize(
    ("verb", "record", "more", "said"),
    [
        pytest.param(Verb.APPROVE, FIRST, {}, "is Progressing at 5% and waits for no approval", id="nothing waits"),
        pytest.param(Verb.APPROVE, AT_REST, {}, "no rollout is under way", id="nothing to approve"),
        pytest.param(Verb.ABORT, AT_REST, {}, "no rollout is under way", id="nothing to abort"),
        pytest.param(Verb.HOLD, BACK, {}, "rollout 7 is not under way", id="nothing to hold"),
        pytest.param(Verb.RESUME, FIRST, {}, "rollout 7 is not held", id="nothing is held"),
        pytest.param(Verb.RETRY, FIRST, {}, "under way: abort it first", id="nothing failed"),
        pytest.param(Verb.PROMOTE, {}, {}, "no rollout is under way", id="no status yet"),
        pytest.param(Verb.ABORT, FIRST, {"paused": True}, "is paused", id="paused"),
        pytest.param(Verb.ABORT, FIRST, {"managementPolicy": "Observe"}, "Observe", id="observed"),
    ],
)
def test_what_would_not_be_answered_is_not_asked(verb: Verb, record: Object, more: dict[str, Any], said: str):
    with pytest.raises(NotPossibleError, match=said):
        asked(verb, a_rolling(record, **more))


@pytest.mark.parametrize(
    ("text", "record", "is_done"),
    [
        pytest.param("approve 7 25", EARLY, False, id="an approval recorded so as not to count"),
        pytest.param(
            "approve 7 25", FIRST | {"step": 3, "weight": 100, "lastRequest": "approve 7 25"}, True, id="approved"
        ),
        pytest.param("hold 7", HELD, True, id="held"),
        pytest.param("abort 7", FIRST, False, id="not yet"),
        pytest.param("retry 7", FIRST | {"number": 8, "lastRequest": "retry 7"}, True, id="begun again"),
    ],
)
def test_a_request_is_done_when_what_it_asks_for_is_so(text: str, record: Object, *, is_done: bool):
    request = Request.of(text)
    assert request
    assert done(request, Memory.of(a_rolling(record).memory.document(3))) is is_done


@pytest.mark.parametrize(
    ("record", "annotation", "said"),
    [
        pytest.param(FIRST, "abort 7", "", id="it may be answered yet"),
        pytest.param(BACK, "", "", id="it was answered, and taken away then"),
        pytest.param(FIRST, "hold 7", "somebody replaced it by 'hold 7'", id="another stands there"),
        pytest.param(FIRST, "", "somebody took it away", id="none stands there"),
        pytest.param(FIRST | {"number": 8}, "abort 7", "rollout 8 is under way", id="it means another rollout"),
    ],
)
def test_a_request_that_will_not_be_answered_is_known(record: Object, annotation: str, said: str):
    request = Request.of("abort 7")
    assert request
    assert refused(request, a_rolling(record, asked=annotation)) == said


def test_an_object_without_a_rollout_has_none():
    with pytest.raises(NotPossibleError, match=r"team-a/chat has no spec\.rollout"):
        rolling_of(an_object({}, None))


def test_what_a_newer_crd_lets_in_is_said():
    with pytest.raises(UnknownError, match="cannot be read by this version"):
        rolling_of(an_object({}, {"strategy": "Canary"}, status={}, driftPolicy="Magic"))


@pytest.mark.parametrize(
    ("shares", "record", "verb"),
    [
        pytest.param({}, FIRST, Verb.ABORT, id="no canaries"),
        pytest.param({"4": 0}, FIRST, Verb.ABORT, id="none for the version that is rolled out"),
        pytest.param({"4": 25}, FIRST | {"phase": "AwaitingApproval"}, Verb.APPROVE, id="the next step's share"),
        pytest.param({"4": 25, "5": 0}, FIRST, Verb.APPROVE, id="and none for another"),
        pytest.param({"4": 5}, FIRST, None, id="what it has"),
    ],
)
def test_shares_are_a_request_where_a_rollout_splits_the_traffic(
    shares: dict[str, int], record: Object, verb: Verb | None
):
    assert request_for_shares(shares, a_rolling(record)) is verb


@pytest.mark.parametrize(
    ("shares", "record", "said"),
    [
        pytest.param({"4": 30}, FIRST, "version 4 has 5%, and 25% comes next", id="no step's share"),
        pytest.param({"4": 99}, WAITING, "all of it comes next", id="less than comes next"),
        pytest.param({"5": 10}, FIRST, "version 4 is rolled out", id="another version"),
        pytest.param({"4": 10, "5": 10}, FIRST, "for version 5", id="two versions"),
        pytest.param({"5": 0}, FIRST, "for version 5", id="another version is to go"),
        pytest.param({"4": 5}, AT_REST, "no rollout is under way", id="nothing is rolled out"),
    ],
)
def test_shares_that_no_step_has_are_no_request(shares: dict[str, int], record: Object, said: str):
    with pytest.raises(NotPossibleError, match=said):
        request_for_shares(shares, a_rolling(record))


@pytest.mark.parametrize(
    ("version", "record", "verb"),
    [
        pytest.param("", FIRST, Verb.PROMOTE, id="the one that is rolled out"),
        pytest.param("4", FIRST, Verb.PROMOTE, id="the same by its name"),
        pytest.param("4", BACK, Verb.PROMOTE, id="the one that was taken back"),
        pytest.param("3", AT_REST, None, id="the one that has all traffic"),
    ],
)
def test_a_promotion_is_a_request_where_a_rollout_splits_the_traffic(version: str, record: Object, verb: Verb | None):
    assert request_for_promotion(version, a_rolling(record)) is verb


@pytest.mark.parametrize(
    ("version", "record", "said"),
    [
        pytest.param("5", FIRST, "version 4 is rolled out, by spec.rollout: for version 5", id="another version"),
        pytest.param("3", FIRST, "for version 3", id="the stable one is no promotion"),
        pytest.param("5", BACK, "no rollout is under way", id="another than the one that was taken back"),
    ],
)
def test_a_promotion_of_another_version_is_none(version: str, record: Object, said: str):
    with pytest.raises(NotPossibleError, match=said):
        request_for_promotion(version, a_rolling(record))

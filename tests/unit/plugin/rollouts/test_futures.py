"""The row that decides about a rollout, as far as the object tells, and what would make another one decide."""

from typing import Any

import pytest

from agentrun_operator.plugin.commands.rollout.explained import WHEN
from agentrun_operator.plugin.rollouts.futures import decided, futures
from agentrun_operator.plugin.rollouts.outside import situation_of
from agentrun_operator.plugin.rollouts.record import rolling_of
from agentrun_operator.reconcile.rollout.course import ROWS, course
from agentrun_operator.reconcile.rollout.situation import Situation
from support.rolling_objects import AT_REST, BACK, BY_PROOF, BY_TIME, FIRST, NOW, WAITING, Object, an_object

UNSETTLED = FIRST | {"settledAt": None}
SETTLED = FIRST | {"provedBy": None, "proofLeft": 3600}
HELD = FIRST | {"held": True, "phase": "Held", "cause": "Requested", "provedBy": None, "proofLeft": 1200}
BAKED = FIRST | {"settledAt": "2026-11-22T11:30:00Z"}
FROZEN = FIRST | {"phase": "Held", "cause": "Frozen", "provedBy": None, "proofLeft": 1200}
MUTE = BAKED | {"phase": "Held", "cause": "NoData"}
MISSING = AT_REST | {"phase": "Held", "cause": "VersionUnknown"}
UNREAD = {
    "conditions": [{"type": "Synced", "reason": "RemoteUnavailable", "lastTransitionTime": "2026-11-22T11:30:00Z"}]
}


def situation(record: Object, block: Object = BY_PROOF, **more: Any) -> Situation:
    found = an_object(record, block, **more)
    return situation_of(rolling_of(found), found["status"], NOW)


@pytest.mark.parametrize(
    ("record", "more", "row"),
    [
        pytest.param(WAITING, {}, "awaiting", id="a gate waits"),
        pytest.param(FIRST, {}, "unproved", id="it bakes"),
        pytest.param(BAKED, {"block": BY_TIME}, "next_step", id="it baked, by time alone"),
        pytest.param(BAKED, {}, "unproved", id="it baked, and what was proved is not known"),
        pytest.param(UNSETTLED, {"status": {"state": "UPDATING"}}, "unsettled", id="its share is being set"),
        pytest.param(UNSETTLED, {}, "settled_now", id="its share was set"),
        pytest.param(HELD, {}, "held", id="held by a person"),
        pytest.param(FROZEN, {}, "held", id="frozen"),
        pytest.param(MUTE, {}, "unproved", id="no data"),
        pytest.param(FIRST | {"provedBy": "2026-11-22T11:59:00Z"}, {}, "deadline_exceeded", id="too late"),
        pytest.param(FIRST | {"failures": 2}, {}, "analysis_failed", id="too many failures"),
        pytest.param(FIRST, {"paused": True}, "paused", id="paused"),
        pytest.param(FIRST, {"status": UNREAD}, "unreachable", id="AgentRun cannot be read"),
        pytest.param(FIRST, {"asked": "abort 7"}, "aborted", id="an abort stands in the annotation"),
        pytest.param(FIRST, {"targetVersion": "3"}, "taken_back", id="the goal was taken back"),
        pytest.param(FIRST, {"targetVersion": "5"}, "begun", id="another goal"),
        pytest.param(FIRST | {"plan": "1:0"}, {}, "edited", id="another plan"),
        pytest.param(BACK, {}, "failed_before", id="taken back"),
        pytest.param(AT_REST, {"targetVersion": "3"}, "arrived", id="at rest"),
        pytest.param(MISSING, {}, "goal_unknown", id="a version that is not published"),
        pytest.param(AT_REST | {"history": ["4"]}, {}, "at_once", id="back to one that was stable"),
        pytest.param(
            WAITING | {"step": 3, "weight": 100, "phase": "Progressing", "settledAt": "2026-11-22T11:00:00Z"},
            {"block": BY_TIME, "status": {"targetVersion": "4"}},
            "last_step",
            id="all is proved",
        ),
    ],
)
def test_the_row_that_decides_is_found_from_outside(record: Object, more: dict[str, Any], row: str):
    given = situation(record, **more)
    if record.get("plan"):
        given = given._replace(memory=given.memory._replace(plan=record["plan"]))
    assert decided(given).row == row


def test_each_row_of_the_table_has_its_words():
    assert list(WHEN) == [row.__name__ for row in ROWS]


@pytest.mark.parametrize(
    "record", [WAITING, FIRST, HELD, FROZEN, MUTE], ids=["waits", "bakes", "held", "frozen", "mute"]
)
def test_what_stands_still_is_what_production_would_record(record: Object):
    given = situation(record)
    assert course(given) == given.memory


def test_latest_means_the_version_that_is_under_way():
    assert decided(situation(FIRST, targetVersion="LATEST")).row == "unproved"
    assert decided(situation(AT_REST, targetVersion="LATEST")).row == "arrived"


@pytest.mark.parametrize(
    ("record", "more", "expected"),
    [
        pytest.param(
            WAITING,
            {},
            {
                "targetVersion is 3 again": "taken_back",
                "`approve 7 25`": "next_step",
                "`promote 7`": "at_once",
                "`abort 7`": "aborted",
                "`hold 7`": "held",
                "2 more failing rounds": "analysis_failed",
            },
            id="a gate waits",
        ),
        pytest.param(
            SETTLED,
            {"block": BY_TIME},
            {
                "targetVersion is 3 again": "taken_back",
                "`promote 7`": "at_once",
                "`abort 7`": "aborted",
                "`hold 7`": "held",
                "the bake is over": "next_step",
            },
            id="it bakes, by time alone",
        ),
        pytest.param(FIRST, {"paused": True}, {"the annotation `paused` goes": "unproved"}, id="paused"),
        pytest.param(FIRST, {"status": UNREAD}, {"AgentRun can be read again": "unproved"}, id="AgentRun is away"),
        pytest.param(BACK, {}, {"`promote 7`": "at_once", "`retry 7`": "begun"}, id="taken back"),
        pytest.param(AT_REST, {"targetVersion": "3"}, {}, id="at rest"),
    ],
)
def test_what_would_change_it_is_found_by_trying(record: Object, more: dict[str, Any], expected: dict[str, str]):
    assert {future.when: future.decided.row for future in futures(situation(record, **more))} == expected


def test_proof_and_bake_are_named_together_where_both_are_missing():
    found = {future.when: future.decided.told for future in futures(situation(FIRST))}
    assert found["the bake is over and the proof is there"].startswith("Rollout 7, step 2: version 4 gets 25%")
    assert "the deadline is over without proof" in found


def test_a_hold_goes_when_it_is_resumed():
    found = {future.when: future.decided.row for future in futures(situation(HELD))}
    assert found["`resume 7`"] == "unproved"

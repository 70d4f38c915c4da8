"""What people read of a rollout: versions, shares, causes, the checks that failed; each once."""

import pytest

from agentrun_operator.reconcile.rollout.course import course
from agentrun_operator.reconcile.rollout.events import Event, dropped, happened, ignored
from agentrun_operator.reconcile.rollout.memory import Cause, Check, Memory, Phase
from agentrun_operator.reconcile.rollout.situation import Situation
from support.rollout_situations import EDITED, GATED, PLAIN, PLAN, PROVED, RESTING, ROLLING, STANDING, a_situation

BAD = Check("refund", "Fail", "3/4", "4/4")
SLOW = Check("latency", "Fail", "2.1")
WAITING = STANDING._replace(phase=Phase.AWAITING_APPROVAL)
FAILED = RESTING._replace(number=7, phase=Phase.ROLLED_BACK, cause=Cause.ABORTED, failed_plan=PLAN.id("4"))
SESSIONS = "Open sessions may stay on version 4 until they are idle"


def told(given: Situation) -> list[str]:
    return [f"{event.reason}{'!' * event.warning}: {event.message}" for event in happened(given.memory, course(given))]


@pytest.mark.parametrize(
    ("given", "texts"),
    [
        (a_situation(memory=RESTING, seen=PLAIN), ["RolloutStarted: Rollout 7: version 4 gets 5%, version 3 the rest"]),
        (
            a_situation(memory=Memory(), seen=PLAIN),
            ["RolloutStarted: Rollout 1: version 4 gets 5%, version 3 the rest"],
        ),
        (a_situation(memory=Memory(), goal="3", seen=PLAIN), []),
        (a_situation(memory=STANDING), ["RolloutStepped: Rollout 7, step 3: version 4 gets all traffic"]),
        (
            a_situation(GATED, WAITING, request="approve 7 25"),
            [
                "RolloutApproved: Rollout 7: version 4 at 25% was approved",
                "RolloutStepped: Rollout 7, step 3: version 4 gets all traffic",
            ],
        ),
        (a_situation(GATED, STANDING, request="approve 7 25"), []),
        (
            a_situation(goal="5"),
            [
                (
                    "RolloutReplaced: Rollout 8 in place of 7, for version 4 at 25%:"
                    " version 5 gets 5%, version 3 the rest. Open sessions may stay on version 4 until they are idle"
                )
            ],
        ),
        (
            a_situation(EDITED),
            ["RolloutReplaced: Rollout 8 in place of 7, by an edited plan: version 4 gets 25%, version 3 the rest"],
        ),
        (
            a_situation(memory=RESTING, goal="2", seen=PLAIN),
            ["RolloutPromoted: Version 2 gets all traffic, without steps; it was version 3 before"],
        ),
        (
            a_situation(request="promote 7"),
            ["RolloutPromoted: Version 4 gets all traffic; it was version 3 before"],
        ),
        (
            a_situation(goal="3"),
            [
                (
                    "RolledBack!: Rollout 7: version 4 was taken back from 25%, and version 3 gets all traffic:"
                    f" the spec wants the stable version again. {SESSIONS}"
                )
            ],
        ),
        (
            a_situation(evidence=PROVED._replace(failing=2, checks=(BAD, SLOW, Check("orders", "Pass", "4/4")))),
            [
                (
                    "RolledBack!: Rollout 7: version 4 was taken back from 25%, and version 3 gets all traffic:"
                    f" AnalysisFailed (refund 3/4 of 4/4, latency 2.1). {SESSIONS}"
                )
            ],
        ),
        (
            a_situation(request="abort 7"),
            [
                (
                    "RolledBack!: Rollout 7: version 4 was taken back from 25%, and version 3 gets all traffic:"
                    f" Aborted. {SESSIONS}"
                )
            ],
        ),
        (a_situation(request="hold 7"), ["RolloutHeld!: Rollout 7: version 4 stays at 25%: Requested"]),
        (
            a_situation(memory=STANDING._replace(held=True, phase=Phase.HELD, cause=Cause.REQUESTED)),
            [],
        ),
        (a_situation(memory=RESTING, seen=PLAIN, frozen=True), ["RolloutHeld!: No rollout begins: Frozen"]),
        (a_situation(memory=FAILED, goal="3", seen=PLAIN), []),
    ],
)
def test_what_happened_is_told(given, texts):
    assert told(given) == texts


def answers(text: str, given: Situation) -> list[Event | None]:
    """What is told of a request that stands in the annotation: at first sight, and once that is recorded."""
    given = given._replace(request=text)
    after = course(given)
    return [ignored(text, given.memory, after), ignored(text, after, after)]


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("", a_situation()),
        ("abort 7", a_situation()),
        ("hold 7", a_situation()),
        ("promote 7", a_situation()),
        ("retry 7", a_situation(memory=FAILED, seen=PLAIN)),
        ("approve 7 25", a_situation(GATED, WAITING)),
        ("approve 6 25", a_situation(memory=STANDING._replace(last_request="approve 6 25"))),
        ("retry 7", a_situation(memory=FAILED, seen=PLAIN, frozen=True)),
        ("abort 7", a_situation(blind=True)),
    ],
)
def test_a_request_that_is_or_will_be_answered_is_not_told_to_be_ignored(text, given):
    assert answers(text, given) == [None, None]


@pytest.mark.parametrize(
    ("text", "given", "why"),
    [
        ("abort 6", a_situation(), "rollout 7 is under way"),
        ("off with it", a_situation(), "it is not `<verb> <number> [<weight>]`"),
        ("approve 7 25", a_situation(GATED, ROLLING, evidence=PROVED._replace(passed=1)), "it came before"),
        ("approve 7 25", a_situation(GATED, STANDING), "it came before"),
    ],
)
def test_a_request_that_does_not_fit_is_told_with_the_reason(text, given, why):
    first, then = answers(text, given)
    assert first is not None
    assert then is not None
    assert first.reason == then.reason == "RequestIgnored"
    assert first.warning
    assert why in first.message
    assert repr(text) in first.message


def test_an_approval_that_a_restarted_process_finds_standing_is_told_of():
    memory = WAITING._replace(last_request="approve 7 25")
    event = ignored("approve 7 25", memory, memory)
    assert event is not None
    assert "set it again" in event.message


def test_a_block_that_was_removed_in_mid_rollout_is_told_of():
    assert dropped(RESTING) is None
    assert dropped(ROLLING) == Event(
        "RolloutDropped",
        "spec.rollout was removed while rollout 7 of version 4 was at 25%: targetVersion gets all traffic now,"
        " without steps",
        warning=True,
    )

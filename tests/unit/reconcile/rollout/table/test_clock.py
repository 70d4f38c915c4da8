"""The deadline for proof: when its clock runs, when it stands, and that nothing gives a step more time than it has."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from agentrun_operator.reconcile.rollout.course import course
from agentrun_operator.reconcile.rollout.memory import Cause, Phase
from agentrun_operator.reconcile.rollout.proof.evidence import Evidence
from support.rollout_situations import (
    AT_25,
    BAKE,
    BAKED,
    BAKING,
    BY_TIME,
    DEADLINE,
    NOW,
    PLAIN,
    PROVED,
    RESTING,
    ROLLING,
    STANDING,
    UNPROVED,
    a_situation,
    ago,
    clock,
    each,
    row,
)

LEFT = 1800
NOTHING = Evidence()
UNSETTLED = ROLLING._replace(settled_at=None)
BAKES = PROVED._replace(since=BAKING)

CLOCKS = [
    row("a new rollout", a_situation(memory=RESTING, seen=PLAIN), records=f"runs for {DEADLINE}", because="it begins"),
    row(
        "the next step",
        a_situation(memory=STANDING),
        records=f"runs for {DEADLINE}",
        because="a step's record begins it",
    ),
    row(
        "another version",
        a_situation(goal="5"),
        records=f"runs for {DEADLINE}",
        because="another rollout's step is another step",
    ),
    row("at rest", a_situation(goal="3"), records="none", because="there is nothing to prove"),
    row("unproved", a_situation(evidence=NOTHING), records=f"runs for {LEFT}", because="as recorded"),
    row(
        "unproved and settled only now",
        a_situation(memory=UNSETTLED, evidence=NOTHING),
        records=f"runs for {LEFT}",
        because="the time until it was settled counts",
    ),
    row(
        "a restart",
        a_situation(evidence=Evidence(7, 2, BAKED)),
        records=f"runs for {LEFT}",
        because="it does not begin anew",
    ),
    row(
        "a passing round without a write",
        a_situation(evidence=UNPROVED),
        records=f"runs for {LEFT}",
        because="the process knows better, and a write for that alone would be one each round",
    ),
    row(
        "a passing round with a write",
        a_situation(evidence=UNPROVED, request="hold 6", seen=PLAIN),
        records=f"runs for {DEADLINE - 60}",
        because="what is written anyway tells of the passing round",
    ),
    row(
        "proved, and it bakes",
        a_situation(memory=ROLLING._replace(settled_at=BAKING), evidence=BAKES),
        records=f"stands at {DEADLINE}",
        because="the bake and the approval are nobody's fault",
    ),
    row(
        "proved, and then the process lost it",
        a_situation(memory=STANDING, evidence=NOTHING),
        records=f"runs for {DEADLINE}",
        because="it was proved until now",
    ),
    row(
        "proved, and the last round says nothing",
        a_situation(memory=STANDING, evidence=PROVED._replace(inconclusive=Cause.NO_DATA)),
        records=f"runs for {DEADLINE}",
        because="it is not proved any more",
    ),
    row("paused", a_situation(paused=True), records=f"stands at {DEADLINE - 60}", because="nothing can be proved"),
    row(
        "paused for long",
        a_situation(memory=UNSETTLED._replace(proved_by=None, proof_left=77), paused=True, evidence=NOTHING),
        records="stands at 77",
        because="what is left stays",
    ),
    row(
        "held by a person",
        a_situation(memory=ROLLING._replace(held=True), evidence=NOTHING),
        records=f"stands at {LEFT}",
        because="a person wants it so",
    ),
    row(
        "resumed",
        a_situation(
            memory=ROLLING._replace(held=True, proved_by=None, proof_left=77, phase=Phase.HELD),
            evidence=NOTHING,
            request="resume 7",
        ),
        records="runs for 77",
        because="holding and resuming gives no more time",
    ),
    row(
        "frozen",
        a_situation(frozen=True, evidence=NOTHING),
        records=f"stands at {LEFT}",
        because="the operator's setting",
    ),
    row(
        "drift that is reported",
        a_situation(drifted=True, seen=PLAIN, evidence=NOTHING),
        records=f"stands at {LEFT}",
        because="somebody else's doing",
    ),
    row(
        "drift that is changed back",
        a_situation(seen=PLAIN, evidence=NOTHING),
        records=f"runs for {LEFT}",
        because="it is on its way",
    ),
    row(
        "AgentRun unreachable",
        a_situation(blind=True, seen=None, evidence=NOTHING),
        records=f"stands at {LEFT}",
        because="not the canary's fault",
    ),
    row(
        "AgentRun reachable again",
        a_situation(memory=ROLLING._replace(proved_by=None, proof_left=77), evidence=NOTHING),
        records="runs for 77",
        because="a network that comes and goes gives no more time",
    ),
    row(
        "a round that waits for its turn",
        a_situation(evidence=Evidence(7, 2, BAKED, waiting=True)),
        records=f"stands at {LEFT}",
        because="others are asked first",
    ),
    row(
        "a round of another step that waits for its turn",
        a_situation(evidence=Evidence(7, 1, BAKED, waiting=True)),
        records=f"runs for {LEFT}",
        because="it says nothing of this step",
    ),
    row(
        "not converging",
        a_situation(memory=UNSETTLED, seen=PLAIN, not_converging=True, evidence=NOTHING),
        records=f"runs for {LEFT}",
        because="a step that never settles has to end",
    ),
    row(
        "no data",
        a_situation(evidence=Evidence(7, 2, BAKED, inconclusive=Cause.NO_DATA)),
        records=f"runs for {LEFT}",
        because="no data for ever has to end",
    ),
    row(
        "an unknown goal",
        a_situation(goal=None, evidence=NOTHING),
        records=f"runs for {LEFT}",
        because="it is held, and the clock stands for no cause but those that are named",
    ),
    row(
        "by time alone, settled",
        a_situation(BY_TIME, ROLLING._replace(settled_at=BAKING), evidence=NOTHING),
        records=f"stands at {LEFT}",
        because="only unsettled time counts, and what was used is used",
    ),
    row(
        "by time alone, drifted",
        a_situation(BY_TIME, ROLLING._replace(proved_by=None, proof_left=77), seen=PLAIN, evidence=NOTHING),
        records="runs for 77",
        because="only unsettled time counts, and what was used is used",
    ),
    row(
        "a record without any",
        a_situation(memory=ROLLING._replace(proved_by=None), evidence=NOTHING),
        records=f"runs for {DEADLINE}",
        because="it has to end some time",
    ),
]


@each(CLOCKS)
def test_how_the_clock_is(row):
    assert clock(course(row.given)) == row.records, row.because


def the_life_of_a_silent_step(minutes: int, looks: Callable[[int], dict[str, Any]]) -> int | None:
    """How long it lives, looked at each minute, by what a look is like."""
    given = a_situation(memory=ROLLING._replace(proved_by=NOW + timedelta(seconds=DEADLINE)), evidence=NOTHING)
    for minute in range(minutes):
        given = given._replace(now=NOW + timedelta(minutes=minute), **looks(minute))
        memory = course(given)
        if not memory.running:
            return minute
        given = given.remembering(memory)
    return None


def test_a_step_that_says_nothing_ends_at_its_deadline():
    assert the_life_of_a_silent_step(120, lambda _: {}) == DEADLINE // 60


def test_an_agentrun_that_comes_and_goes_makes_it_no_longer_than_it_was_away():
    minutes = the_life_of_a_silent_step(240, lambda minute: {"blind": minute % 2 == 1})
    assert minutes in range(2 * DEADLINE // 60, 2 * DEADLINE // 60 + 3)


def test_drift_again_and_again_makes_it_no_longer():
    minutes = the_life_of_a_silent_step(240, lambda minute: {"seen": PLAIN if minute % 2 else AT_25})
    assert minutes == DEADLINE // 60


def test_drift_again_and_again_ends_a_plan_by_time_alone_too():
    def looks(minute):
        return {"plan": BY_TIME._replace(deadline=600.0), "seen": PLAIN if minute % 2 else AT_25}

    assert the_life_of_a_silent_step(240, looks) is not None


@pytest.mark.parametrize("every", [2, 5, 59])
def test_restarts_make_it_no_longer(every):
    def looks(minute):
        return {"evidence": NOTHING if minute % every == 0 else Evidence(7, 2, BAKED, inconclusive=Cause.NO_DATA)}

    assert the_life_of_a_silent_step(240, looks) == DEADLINE // 60


def test_what_was_proved_and_lost_has_its_deadline_once_and_not_with_each_restart():
    given = a_situation(memory=STANDING, evidence=NOTHING)
    first = course(given)
    again = course(given._replace(memory=first, now=NOW + timedelta(minutes=30)))
    assert first.proved_by == again.proved_by == NOW + timedelta(seconds=DEADLINE)


def test_a_bake_that_is_longer_than_the_deadline_harms_no_step_that_is_proved():
    memory = ROLLING._replace(settled_at=ago(BAKE - 1), proved_by=ago(-1))
    given = a_situation(memory=memory, evidence=PROVED._replace(since=memory.settled_at, passed_at=ago(DEADLINE)))
    assert course(given).running

"""The rounds of a step: when they are due, and what they prove."""

from datetime import datetime, timedelta

import pytest

from agentrun_operator.reconcile.rollout.memory import Cause, Check
from agentrun_operator.reconcile.rollout.proof.evidence import PROOF, Evidence
from agentrun_operator.reconcile.rollout.proof.judge import RoundVerdict, Verdict
from agentrun_operator.reconcile.rollout.proof.rounds import (
    Series,
    StepTiming,
    calls_of,
    evidence_of,
    metrics_due,
    misfit,
    probes_due,
)
from agentrun_operator.resources.rollout.analysis import Probes
from support.objects import NOW

SAYS = {
    "P": RoundVerdict(Verdict.PASS, (Check("a", "Pass"),)),
    "F": RoundVerdict(Verdict.FAIL, (Check("a", "Fail"),)),
    "I": RoundVerdict(Verdict.INCONCLUSIVE, (), Cause.PROBE_UNAVAILABLE, "told"),
    "C": RoundVerdict(Verdict.INCONCLUSIVE, (), Cause.CONTROL_FAILED, "told", wants_control=True),
}
TOOK = 20
"""Seconds that each round takes."""


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def series(rounds: str) -> Series:
    """Rounds by a letter and the second in which they began, such as "P0 P300"."""
    found = Series()
    for each in rounds.split():
        found = found.after(SAYS[each[0]], at(int(each[1:])), at(int(each[1:]) + TOOK))
    return found


def timing(bake: float = 600, failure_limit: int = 1) -> StepTiming:
    return StepTiming(NOW, bake, failure_limit)


@pytest.mark.parametrize(
    ("rounds", "bake", "limit", "due"),
    [
        pytest.param("", 600, 1, 0, id="the first when it has settled"),
        pytest.param("P0", 600, 1, 300, id="then each interval"),
        pytest.param("P0 P300", 600, 1, 600, id="one at the end of the bake"),
        pytest.param("P0", 120, 1, 120, id="also where that is sooner"),
        pytest.param("P0 P300", 400, 1, 400, id="however soon after another"),
        pytest.param("P0 P300 P600", 600, 1, 900, id="and each interval after it"),
        pytest.param("P0", 0, 1, TOOK, id="two at once where there is no bake"),
        pytest.param("P700", 600, 1, 720, id="two at once after a restart late in the step"),
        pytest.param("P700 P720", 600, 1, 1020, id="and then each interval"),
        pytest.param("F0", 600, 1, TOOK, id="one that fails is repeated at once"),
        pytest.param("F0 F20", 600, 1, 320, id="not for ever where it is only held"),
        pytest.param("F0 F20", 600, 2, 40, id="as long as the step bears it"),
        pytest.param("F0 P20", 600, 1, 320, id="and then each interval"),
        pytest.param("F0 P20 P320 F600", 600, 1, 900, id="beyond what it bears not at once"),
        pytest.param("I0", 600, 1, TOOK + 10, id="one that says nothing soon"),
        pytest.param("I0 I30", 600, 1, 70, id="with growing pauses"),
        pytest.param("I0 I30 I70 I130 I230 I410", 600, 1, 410 + TOOK + 300, id="up to the interval"),
        pytest.param("I0 P30 I330", 600, 1, 360, id="that begin anew"),
        pytest.param("C0", 600, 1, TOOK, id="one that misses a control as soon as it is there"),
    ],
)
def test_a_round_of_probes_is_due(rounds, bake, limit, due):
    assert probes_due(series(rounds), timing(bake, limit), 300) == at(due)


@pytest.mark.parametrize(("rounds", "due"), [("", 60), ("P60", 120), ("F60", 120), ("I60", 120), ("P500", 560)])
def test_a_round_of_metrics_is_due_each_interval_and_first_after_one(rounds, due):
    assert metrics_due(series(rounds), timing(), 60) == at(due)


def evidence(probes: str | None, metrics: str | None, *, waiting: bool = False) -> Evidence:
    both = [None if rounds is None else series(rounds) for rounds in (probes, metrics)]
    return evidence_of(7, 2, timing(), *both, waiting=waiting)


@pytest.mark.parametrize(
    ("probes", "metrics", "passed"),
    [
        pytest.param("", None, 0, id="nothing yet"),
        pytest.param("P0", None, 1, id="one"),
        pytest.param("P0 P300", None, 1, id="not two before the one at the end of the bake"),
        pytest.param("P0 P300 P600", None, 3, id="with it all"),
        pytest.param("P600 P620", None, 2, id="two at its end"),
        pytest.param("P600", None, 1, id="one at its end is one"),
        pytest.param("P0 P300 F600", None, 1, id="not while the last one failed"),
        pytest.param("P0 P300 I600", None, 1, id="nor while it said nothing"),
        pytest.param("P0 P300 F600 P620", None, 3, id="but when it passed again"),
        pytest.param(None, "P60 P120", 2, id="metrics need no end"),
        pytest.param(None, "P60 P120 F180", 1, id="but the last of them to pass"),
        pytest.param("P0 P300 P600", "P60", 1, id="the lesser of both"),
        pytest.param("P0", "P60 P120 P180", 1, id="whichever that is"),
        pytest.param("P0 P300 P600", "", 0, id="none of one is none"),
        pytest.param(None, None, 0, id="nothing asked for proves nothing"),
    ],
)
def test_rounds_prove(probes, metrics, passed):
    assert evidence(probes, metrics).passed == passed


@pytest.mark.parametrize(
    ("probes", "metrics", "since"),
    [
        ("P0", None, 20),
        ("P0 F300", None, 20),
        ("P0 P300", "P60 P120", 140),
        ("P0", "P60 P120", 20),
        ("P0", "", None),
        ("", "P60", None),
        ("I0", None, None),
    ],
)
def test_the_proof_is_as_old_as_that_of_the_check_that_lacks_it_longest(probes, metrics, since):
    assert evidence(probes, metrics).passed_at == (None if since is None else at(since))


def test_evidence_tells_why_the_last_round_said_nothing_and_forgets_it_with_the_next():
    assert (evidence("P0 I300", "P60").inconclusive, evidence("P0 I300", "P60").told) == (
        Cause.PROBE_UNAVAILABLE,
        "told",
    )
    assert evidence("P0", "P60 I120").inconclusive is Cause.PROBE_UNAVAILABLE
    assert (evidence("I0 P300", None).inconclusive, evidence("I0 P300", None).told) == (None, "")


def test_what_the_checks_last_said_stays_while_they_say_nothing():
    assert evidence("F0 I300", "P60").checks == (Check("a", "Fail"), Check("a", "Pass"))


def test_failing_rounds_count_until_they_are_recorded():
    assert evidence("F0 F20 P300", "F60").failing == 3
    found = series("F0 F20").recorded(1)
    assert (found.unrecorded, found.failed) == (1, 2)
    assert found.recorded(5).unrecorded == 0
    assert found.after(SAYS["F"], at(40), at(60)).unrecorded == 2


def test_a_control_once_wanted_is_wanted_on():
    assert evidence("C0 P300", None).wants_control
    assert not evidence("I0", None).wants_control


def test_evidence_tells_of_which_step_it_is():
    found = evidence("P0", None, waiting=True)
    assert found.is_of(7, 2)
    assert found.waiting
    assert PROOF == 2


def probes(prompts: int, repeat: int, *, compared: bool) -> Probes:
    asked = [{"name": f"p{number}", "messages": [{"content": "?"}]} for number in range(prompts)]
    against = {"againstStable": {"maxPassRateDrop": 1}} if compared else {}
    return Probes.model_validate({"prompts": asked, "repeat": repeat, **against})


def test_a_round_makes_one_call_for_each_answer_and_one_to_open_it():
    assert calls_of(probes(3, 2, compared=False)) == 7
    assert calls_of(probes(3, 2, compared=True)) == 14
    assert calls_of(probes(20, 5, compared=True)) == 202


def test_rounds_that_cannot_be_made_in_time_are_told_with_the_way_out():
    assert misfit(60, 60, 60) == ""
    assert misfit(202, 300, 60) == ""
    told = misfit(61, 60, 60)
    assert "probe-calls-per-minute" in told
    assert "61 calls" in told
    assert "probes.interval" in told

"""A round of golden prompts: what it says, and whose fault it is."""

from collections.abc import Sequence

import pytest

from agentrun_operator.reconcile.rollout.memory import Cause, Check
from agentrun_operator.reconcile.rollout.proof.expectation import Judged, Outcome
from agentrun_operator.reconcile.rollout.proof.judge import Pair, RoundVerdict, Verdict, judge_round
from agentrun_operator.resources.rollout.analysis import Probes

PASS, FAIL, OPEN = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE

LETTERS = {
    "+": Judged(Outcome.RIGHT, 1.0, 100, 200),
    "-": Judged(Outcome.WRONG, 1.0, 100, 200),
    "s": Judged(Outcome.RIGHT, 2.0, 100, 200),  # slow
    "t": Judged(Outcome.RIGHT, 1.0, 200, 200),  # talkative
    "u": Judged(Outcome.RIGHT, 1.0, None, 200),  # tells no usage
    "0": Judged(Outcome.RIGHT, 0.0, 0, 200),
    "?": Judged(Outcome.UNTOLD, 1.0, None, 200),
    "b": Judged(Outcome.BROKEN, 30.0, None, 502),
    "k": Judged(Outcome.UNAVAILABLE),  # nothing to sign with
    "a": Judged(Outcome.UNAVAILABLE, 0.1, None, 403),
}


def probes(*, against: dict[str, object] | None = None, required: bool = False, **fields) -> Probes:
    prompts = [
        {"name": name, "messages": [{"content": "?"}], "required": required and name == "first"}
        for name in ("first", "second")
    ]
    return Probes.model_validate({"prompts": prompts, **fields, **({"againstStable": against} if against else {})})


def verdict(asked: Probes, canary: str, stable: str = "") -> RoundVerdict:
    """The verdict of a round: one letter for each answer, of the first prompt before the second's; " " is not asked."""
    return judge_round(asked, pairs(canary, stable or " " * len(canary)))


def pairs(canary: str, stable: str) -> Sequence[Pair]:
    half = len(canary) // 2
    return [
        Pair("first" if place < half else "second", LETTERS[mine], LETTERS.get(theirs))
        for place, (mine, theirs) in enumerate(zip(canary, stable, strict=True))
    ]


@pytest.mark.parametrize(
    ("asked", "canary", "stable", "says", "cause"),
    [
        pytest.param({}, "++", "", PASS, None, id="all right"),
        pytest.param({}, "+-", "", FAIL, None, id="one wrong, and all have to be right"),
        pytest.param({"minPassRate": 75}, "+++-", "", PASS, None, id="one wrong of four, and three are enough"),
        pytest.param({"minPassRate": 76}, "+++-", "", FAIL, None, id="three are not quite enough"),
        pytest.param({"minPassRate": 50, "required": True}, "+-++", "", FAIL, None, id="a required one is wrong once"),
        pytest.param({"minPassRate": 50, "required": True}, "+++-", "", PASS, None, id="one that is not required is"),
        pytest.param({}, "+b", "", OPEN, Cause.CONTROL_FAILED, id="no answer, and no control"),
        pytest.param({}, "+b", " b", OPEN, Cause.CONTROL_FAILED, id="no answer from either"),
        pytest.param({}, "+b", " +", FAIL, None, id="no answer, and the control answers"),
        pytest.param({}, "+b", " -", FAIL, None, id="the control need not be right"),
        pytest.param({}, "+b", " a", OPEN, Cause.PROBE_UNAVAILABLE, id="the control may not be asked"),
        pytest.param({}, "+a", "", OPEN, Cause.PROBE_UNAVAILABLE, id="it may not be asked"),
        pytest.param({}, "+k", "", OPEN, Cause.PROBE_UNAVAILABLE, id="there is nothing to ask with"),
        pytest.param({}, "bk", "b ", OPEN, Cause.CONTROL_FAILED, id="it was not asked any more"),
        pytest.param({}, "+a", " +", OPEN, Cause.PROBE_UNAVAILABLE, id="which is nobody's fault"),
        pytest.param({}, "-a", "", FAIL, None, id="wrong is wrong, whatever the other may be"),
        pytest.param({"minPassRate": 50}, "-a", "", OPEN, Cause.PROBE_UNAVAILABLE, id="the other one decides"),
        pytest.param({"minPassRate": 50}, "+a", "", OPEN, Cause.PROBE_UNAVAILABLE, id="enough, but not all is known"),
        pytest.param({"minPassRate": 50}, "-b", " b", OPEN, Cause.CONTROL_FAILED, id="the broken one decides"),
        pytest.param({}, "-b", " b", FAIL, None, id="a broken one excuses no wrong one"),
        pytest.param({"required": True, "minPassRate": 1}, "b+", "b ", OPEN, Cause.CONTROL_FAILED, id="a required one"),
        pytest.param({}, "+?", "", OPEN, Cause.NO_DATA, id="no usage where there is a limit for it"),
    ],
)
def test_a_round_says(asked, canary, stable, says, cause):
    found = verdict(probes(**asked), canary, stable)
    assert (found.verdict, found.cause) == (says, cause)
    assert bool(found.told) == (says is OPEN)


@pytest.mark.parametrize(
    ("limits", "canary", "stable", "says", "check"),
    [
        ({"maxLatencyRatio": "2"}, "ss", "++", PASS, Check("maxLatencyRatio", PASS, "2.00", "2", "1.00s")),
        ({"maxLatencyRatio": "1.9"}, "ss", "++", FAIL, Check("maxLatencyRatio", FAIL, "2.00", "1.9", "1.00s")),
        ({"maxLatencyRatio": "1.9"}, "+++s", "++++", PASS, Check("maxLatencyRatio", PASS, "1.00", "1.9", "1.00s")),
        ({"maxLatencyRatio": "1.9"}, "++", "ss", PASS, Check("maxLatencyRatio", PASS, "0.50", "1.9", "2.00s")),
        ({"maxLatencyRatio": "1.9"}, "00", "00", PASS, Check("maxLatencyRatio", PASS, "1.00", "1.9", "0.00s")),
        ({"maxLatencyRatio": "1.9"}, "++", "bb", OPEN, Check("maxLatencyRatio", OPEN, "", "1.9")),
        ({"maxTokenRatio": "2"}, "tt", "++", PASS, Check("maxTokenRatio", PASS, "2.00", "2", "100")),
        ({"maxTokenRatio": "1.4"}, "t+", "++", FAIL, Check("maxTokenRatio", FAIL, "1.50", "1.4", "100")),
        ({"maxTokenRatio": "1.4"}, "u+", "++", OPEN, Check("maxTokenRatio", OPEN, "", "1.4")),
        ({"maxTokenRatio": "1.4"}, "++", "uu", OPEN, Check("maxTokenRatio", OPEN, "", "1.4")),
        ({"maxTokenRatio": "1.4"}, "00", "00", PASS, Check("maxTokenRatio", PASS, "0.00", "1.4", "1")),
        ({"maxPassRateDrop": 25}, "+++-", "++++", PASS, Check("maxPassRateDrop", PASS, "25", "25", "100%")),
        ({"maxPassRateDrop": 24}, "+++-", "++++", FAIL, Check("maxPassRateDrop", FAIL, "25", "24", "100%")),
        ({"maxPassRateDrop": 0}, "+++-", "++--", PASS, Check("maxPassRateDrop", PASS, "0", "0", "50%")),
        ({"maxPassRateDrop": 0}, "++++", "+++b", OPEN, Check("maxPassRateDrop", OPEN, "0", "0", "75%")),
        ({"maxPassRateDrop": 25}, "+++-", "+++b", OPEN, Check("maxPassRateDrop", OPEN, "0", "25", "75%")),
        ({"maxPassRateDrop": 10}, "+++-", "+++b", OPEN, Check("maxPassRateDrop", OPEN, "0", "10", "75%")),
        ({"maxPassRateDrop": 0}, "+++-", "++++", FAIL, Check("maxPassRateDrop", FAIL, "25", "0", "100%")),
    ],
)
def test_a_round_is_held_against_the_stable_version(limits, canary, stable, says, check):
    found = verdict(probes(against=limits, minPassRate=1), canary, stable)
    assert found.verdict is says
    assert found.checks[-1] == check


@pytest.mark.parametrize(
    ("canary", "stable", "cause"),
    [("++", "bb", Cause.CONTROL_FAILED), ("++", "aa", Cause.PROBE_UNAVAILABLE), ("uu", "++", Cause.NO_DATA)],
)
def test_a_stable_version_that_cannot_be_measured_says_why(canary, stable, cause):
    limits = {"maxLatencyRatio": "9", "maxTokenRatio": "9", "maxPassRateDrop": 100}
    assert verdict(probes(against=limits), canary, stable).cause is cause


def test_checks_tell_names_and_numbers():
    found = verdict(probes(required=True, minPassRate=75, repeat=2), "+-++", "++++")
    assert found.checks == (
        Check("first", FAIL, "1/2", "2/2", "2/2"),
        Check("second", PASS, "2/2", "", "2/2"),
        Check("minPassRate", PASS, "75%", "75%", "100%"),
    )


def test_one_wrong_answer_of_those_allowed_fails_no_check():
    assert {check.verdict for check in verdict(probes(minPassRate=75), "+++-").checks} == {PASS}


def test_where_too_many_are_wrong_the_prompts_that_were_show_it():
    found = {check.name: check.verdict for check in verdict(probes(minPassRate=75), "++--").checks}
    assert found == {"first": PASS, "second": FAIL, "minPassRate": FAIL}


def test_a_control_is_wanted_where_one_is_missing_and_nowhere_else():
    assert verdict(probes(), "+b").wants_control
    assert not verdict(probes(), "+b", " b").wants_control
    assert not verdict(probes(), "+a").wants_control
    assert not verdict(probes(), "++").wants_control


def test_who_may_not_ask_is_told_by_which_status():
    assert "403" in verdict(probes(), "+a").told

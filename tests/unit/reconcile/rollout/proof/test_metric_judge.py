"""A round of metrics: values beside their limits, and what no data means."""

import pytest

from agentrun_operator.reconcile.rollout.memory import Cause, Check
from agentrun_operator.reconcile.rollout.proof.judge import Verdict
from agentrun_operator.reconcile.rollout.proof.metric_judge import Measured, compared, counts, judge_metrics
from agentrun_operator.reconcile.rollout.proof.queries import NOTHING, Reading
from agentrun_operator.resources.rollout.analysis import Metric

PASS, FAIL, OPEN = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE
LOST = Reading(error="Prometheus refuses the query (timeout)")


def metric(**fields) -> Metric:
    return Metric.model_validate({"name": "errors", "query": 'x{v="$(version)"}', **fields})


def value(number: float | None) -> Reading:
    return Reading(number)


@pytest.mark.parametrize(
    ("limits", "measured", "says", "cause"),
    [
        pytest.param({"max": "0.02"}, Measured(value(0.02)), PASS, None, id="just the most"),
        pytest.param({"max": "0.02"}, Measured(value(0.021)), FAIL, None, id="more"),
        pytest.param({"min": "0.9"}, Measured(value(0.9)), PASS, None, id="just the least"),
        pytest.param({"min": "0.9"}, Measured(value(0.89)), FAIL, None, id="less"),
        pytest.param({"min": "1", "max": "2"}, Measured(value(3)), FAIL, None, id="both limits count"),
        pytest.param({"maxRatioToStable": "1.5"}, Measured(value(3), value(2)), PASS, None, id="as much as it may"),
        pytest.param({"maxRatioToStable": "1.5"}, Measured(value(3.1), value(2)), FAIL, None, id="more than that"),
        pytest.param(
            {"maxRatioToStable": "1.5"}, Measured(value(0), value(0)), PASS, None, id="nothing beside nothing"
        ),
        pytest.param({"maxRatioToStable": "1.5"}, Measured(value(1), value(0)), FAIL, None, id="some beside nothing"),
        pytest.param(
            {"maxRatioToStable": "1.5"}, Measured(value(3), NOTHING), OPEN, Cause.NO_DATA, id="nothing to compare with"
        ),
        pytest.param({"max": "1"}, Measured(NOTHING), OPEN, Cause.NO_DATA, id="no data holds"),
        pytest.param({"max": "1", "noData": "Pass"}, Measured(NOTHING), PASS, None, id="unless it passes"),
        pytest.param({"max": "1", "noData": "Fail"}, Measured(NOTHING), FAIL, None, id="or fails"),
        pytest.param(
            {"max": "1", "noData": "Pass"}, Measured(LOST), OPEN, Cause.METRICS_UNAVAILABLE, id="an error is no data"
        ),
        pytest.param(
            {"max": "1", "noData": "Fail"},
            Measured(value(9), LOST),
            OPEN,
            Cause.METRICS_UNAVAILABLE,
            id="nor is it a failure",
        ),
        pytest.param(
            {"max": "1", "samplesQuery": "y", "minSamples": 20},
            Measured(value(9), samples=value(19)),
            OPEN,
            Cause.NO_DATA,
            id="too few samples are no data",
        ),
        pytest.param(
            {"max": "1", "samplesQuery": "y", "minSamples": 20},
            Measured(value(9), samples=value(20)),
            FAIL,
            None,
            id="enough are",
        ),
        pytest.param(
            {"max": "1", "samplesQuery": "y", "minSamples": 20},
            Measured(value(0), samples=NOTHING),
            OPEN,
            Cause.NO_DATA,
            id="no samples are too few",
        ),
        pytest.param(
            {"max": "1", "samplesQuery": "y", "minSamples": 20},
            Measured(value(0), samples=LOST),
            OPEN,
            Cause.METRICS_UNAVAILABLE,
            id="unknown samples",
        ),
    ],
)
def test_a_metric_says(limits, measured, says, cause):
    found = judge_metrics([(metric(**limits), measured)], values_shown=True)
    assert (found.verdict, found.cause) == (says, cause)
    assert bool(found.told) == (says is OPEN)


def test_one_that_fails_goes_before_one_without_data_and_that_before_one_that_passes():
    good, bad, none = ((metric(max="1"), Measured(value(each))) for each in (0.5, 2, None))
    assert judge_metrics([good, none, bad], values_shown=True).verdict is FAIL
    assert judge_metrics([good, none], values_shown=True).verdict is OPEN
    assert judge_metrics([good, good], values_shown=True).verdict is PASS


def test_checks_tell_the_values_and_what_was_asked_for():
    measured = Measured(value(0.0123456789), value(0.01))
    found = judge_metrics([(metric(max="0.02", maxRatioToStable="1.5"), measured)], values_shown=True)
    assert found.checks == (Check("errors", PASS, "0.0123457", "max 0.02, maxRatioToStable 1.5", "0.01"),)


def test_values_that_could_be_of_others_are_not_told():
    measured = Measured(value(42.0), value(41.0))
    found = judge_metrics([(metric(max="1", maxRatioToStable="9"), measured)], values_shown=False)
    assert found.checks == (Check("errors", FAIL, "", "max 1, maxRatioToStable 9", ""),)


@pytest.mark.parametrize(
    ("limits", "weight", "before", "does_count", "is_compared"),
    [
        pytest.param({"max": "1"}, 0, {}, False, False, id="without traffic there is nothing to measure"),
        pytest.param({"maxRatioToStable": "2"}, 0, {"errors": 1.0}, False, True, id="nor to compare"),
        pytest.param({"max": "1"}, 5, {}, True, False, id="with some there is"),
        pytest.param({"maxRatioToStable": "2"}, 5, {}, True, True, id="and the stable version has the rest"),
        pytest.param({"maxRatioToStable": "2"}, 100, {"errors": 1.0}, True, True, id="at 100 it had some before"),
        pytest.param({"maxRatioToStable": "2"}, 100, {"other": 1.0}, False, False, id="or that is not known"),
        pytest.param({"max": "1", "maxRatioToStable": "2"}, 100, {}, True, False, id="and another limit counts alone"),
    ],
)
def test_a_metric_counts_where_there_is_something_to_measure(limits, weight, before, does_count, is_compared):
    asked = metric(**limits)
    assert counts(asked, weight, before) is does_count
    assert not does_count or compared(asked, weight, before) is is_compared


def test_nothing_to_measure_is_no_pass():
    found = judge_metrics([], values_shown=True)
    assert (found.verdict, found.cause) == (OPEN, Cause.NO_DATA)

"""Judges a round of metrics: one value each, beside its limits and the stable version's. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from agentrun_operator.reconcile.rollout.memory import ALL, Cause, Check
from agentrun_operator.reconcile.rollout.proof.judge import RoundVerdict, Verdict, overall
from agentrun_operator.reconcile.rollout.proof.queries import NOTHING, Reading
from agentrun_operator.resources.rollout.analysis import NoData

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from agentrun_operator.resources.rollout.analysis import Metric

BY_POLICY = {NoData.HOLD: Verdict.INCONCLUSIVE, NoData.PASS: Verdict.PASS, NoData.FAIL: Verdict.FAIL}


class Measured(NamedTuple):
    """What was measured for a metric.

    Args:
        canary: the new version's value.
        stable: the stable version's; None if it was not asked for.
        samples: how many samples the value rests on; None if that was not asked for.
    """

    canary: Reading
    stable: Reading | None = None
    samples: Reading | None = None


def counts(metric: Metric, weight: int, before: Mapping[str, float]) -> bool:
    """Whether a metric says anything at a weight.

    Args:
        metric: the metric.
        weight: the new version's share in percent: without any, there is nothing to measure.
        before: the stable version's values of the step before, by the metrics' names: at 100 it has no traffic.
    """
    bounded = metric.min is not None or metric.max is not None
    return weight > 0 and (bounded or weight < ALL or metric.name in before)


def compared(metric: Metric, weight: int, before: Mapping[str, float]) -> bool:
    """Whether a metric is compared with the stable version at a weight; as `counts`."""
    return metric.max_ratio_to_stable is not None and (0 < weight < ALL or metric.name in before)


def judge_metrics(measured: Sequence[tuple[Metric, Measured]], *, values_shown: bool) -> RoundVerdict:
    """What a round of metrics says.

    Args:
        measured: each metric that counts, and what was measured.
        values_shown: whether its checks may tell the values: not where they could be of others.
    """
    if not measured:
        told = "no metric says anything at this weight: give one with min or max, or probes"
        return RoundVerdict(Verdict.INCONCLUSIVE, cause=Cause.NO_DATA, told=told)
    checks = tuple(_check(metric, found, values_shown=values_shown) for metric, found in measured)
    verdict = overall(checks)
    if verdict is not Verdict.INCONCLUSIVE:
        return RoundVerdict(verdict, checks)
    cause, told = _why(measured)
    return RoundVerdict(verdict, checks, cause, told)


def _check(metric: Metric, measured: Measured, *, values_shown: bool) -> Check:
    canary, stable = measured.canary.value, measured.stable.value if measured.stable else None
    shown = [f"{value:.6g}" if value is not None and values_shown else "" for value in (canary, stable)]
    return Check(metric.name, _verdict(metric, measured), shown[0], _limit(metric, measured), shown[1])


def _verdict(metric: Metric, measured: Measured) -> Verdict:
    if _error(measured):
        return Verdict.INCONCLUSIVE
    value = measured.canary.value
    if value is None or _lacks_data(metric, measured):
        return BY_POLICY[metric.no_data]
    too_low = metric.min is not None and value < float(metric.min)
    too_high = metric.max is not None and value > float(metric.max)
    return Verdict.FAIL if too_low or too_high or _is_worse(metric, value, measured.stable) else Verdict.PASS


def _lacks_data(metric: Metric, measured: Measured) -> bool:
    """Whether the value rests on too little, or what it is compared with is not there."""
    samples = measured.samples or NOTHING
    few = metric.min_samples is not None and (samples.value is None or samples.value < metric.min_samples)
    return few or (measured.stable is not None and measured.stable.value is None)


def _is_worse(metric: Metric, value: float, stable: Reading | None) -> bool:
    if metric.max_ratio_to_stable is None or stable is None or stable.value is None:
        return False
    return value > float(metric.max_ratio_to_stable) * stable.value


def _limit(metric: Metric, measured: Measured) -> str:
    limits = {"min": metric.min, "max": metric.max}
    if measured.stable is not None:
        limits["maxRatioToStable"] = metric.max_ratio_to_stable
    return ", ".join(f"{name} {limit}" for name, limit in limits.items() if limit is not None)


def _error(measured: Measured) -> str:
    return next((reading.error for reading in measured if reading and reading.error), "")


def _why(measured: Sequence[tuple[Metric, Measured]]) -> tuple[Cause, str]:
    for metric, found in measured:
        if error := _error(found):
            return Cause.METRICS_UNAVAILABLE, f"metric {metric.name}: {error}"
    held = [metric.name for metric, found in measured if _verdict(metric, found) is Verdict.INCONCLUSIVE]
    return Cause.NO_DATA, f"no data, or too little, for {', '.join(held)}: is there traffic, and is it measured?"

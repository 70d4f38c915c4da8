"""One round of metrics: each query that counts at the weight, for the new version, and the stable one to compare."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from agentrun_operator.reconcile.rollout.memory import ALL, Cause
from agentrun_operator.reconcile.rollout.proof.judge import RoundVerdict, Verdict
from agentrun_operator.reconcile.rollout.proof.metric_judge import Measured, compared, counts, judge_metrics
from agentrun_operator.reconcile.rollout.proof.queries import Names, Reading, rendered

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractAsyncContextManager

    from agentrun_operator.controller.analysis.assignment import Assignment
    from agentrun_operator.controller.analysis.prometheus import Prometheus
    from agentrun_operator.resources.rollout.analysis import Metric


class MetricsRound(NamedTuple):
    """A round to be made.

    Args:
        assignment: what is proved.
        metrics: what is asked for.
        before: the stable version's values of the step before, by the metrics' names.
        prometheus: where it is asked.
        turn: waits until a query may be made.
    """

    assignment: Assignment
    metrics: Sequence[Metric]
    before: Mapping[str, float]
    prometheus: Prometheus
    turn: Callable[[], AbstractAsyncContextManager[None]]

    async def run(self) -> tuple[RoundVerdict, dict[str, float]]:
        """Ask everything.

        Returns:
            what the round says, and the stable version's values that were seen.
        """
        namespace = self.assignment.key.namespace
        if why := self.prometheus.forbidden(namespace):
            return RoundVerdict(Verdict.INCONCLUSIVE, cause=Cause.METRICS_NOT_CONFIGURED, told=why), {}
        measured = [
            (metric, await self._measured(metric))
            for metric in self.metrics
            if counts(metric, self.assignment.weight, self.before)
        ]
        stable = {metric.name: found.stable.value for metric, found in measured if found.stable}
        seen = {name: value for name, value in stable.items() if value is not None}
        return judge_metrics(measured, values_shown=self.prometheus.values_shown), seen

    async def _measured(self, metric: Metric) -> Measured:
        names = self._names(self.assignment.canary)
        canary = await self._value(metric.query, names)
        samples = await self._value(metric.samples_query, names) if metric.samples_query else None
        return Measured(canary, await self._stable(metric), samples)

    async def _stable(self, metric: Metric) -> Reading | None:
        if not compared(metric, self.assignment.weight, self.before):
            return None
        if self.assignment.weight == ALL:
            return Reading(self.before[metric.name])
        return await self._value(metric.query, self._names(self.assignment.stable))

    async def _value(self, query: str, names: Names) -> Reading:
        namespace = self.assignment.key.namespace
        async with self.turn():
            return await self.prometheus.ask(namespace, rendered(query, names))

    def _names(self, version: str) -> Names:
        told = self.assignment
        return Names(version, told.stable, told.endpoint_name, told.runtime_name, str(told.weight))

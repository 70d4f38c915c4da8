"""What a plan takes at the least and costs at the most, computed from the block. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from agentrun_operator.reconcile.rollout.proof.rounds import calls_of
from agentrun_operator.resources.rollout.fields import seconds

if TYPE_CHECKING:
    from agentrun_operator.reconcile.rollout.plan import Plan, PlanStep
    from agentrun_operator.resources.rollout.analysis import Probes
    from agentrun_operator.resources.rollout.plan import Rollout

QUERY = 10.0
"""Seconds that a query of Prometheus takes at the most."""


class Forecast(NamedTuple):
    """What to expect of a plan; times in seconds.

    Args:
        steps: what each step takes at the least.
        longest: what all steps take if each uses up its deadline and bakes then; people who approve come on top.
        calls: calls of the agents at the most, if nobody is waited for.
        tokens: tokens of their answers at the most.
        waiting: calls for each interval that is waited longer.
        reverts: the longest time until a version that turned bad is taken back, by what finds it out; AgentRun's own
            time to set the split comes on top.
    """

    steps: tuple[float, ...]
    longest: float
    calls: int
    tokens: int
    waiting: int
    reverts: dict[str, float]

    @property
    def earliest(self) -> float:
        """What the whole plan takes at the least."""
        return sum(self.steps)


def forecast(rollout: Rollout, plan: Plan) -> Forecast:
    """What to expect of a plan.

    Args:
        rollout: the block.
        plan: the same as decisions read it.
    """
    probes = rollout.analysis.probes if rollout.analysis else None
    rounds = sum(_rounds(step, plan) for step in plan.steps)
    calls = calls_of(probes) if probes else 0
    most = (rounds + plan.failure_limit * len(plan.steps)) * calls
    return Forecast(
        steps=tuple(_earliest(step, plan) for step in plan.steps),
        longest=sum(plan.deadline + step.bake for step in plan.steps),
        calls=most,
        tokens=most * probes.max_tokens if probes else 0,
        waiting=calls,
        reverts=_reverts(probes, plan),
    )


def _earliest(step: PlanStep, plan: Plan) -> float:
    """Two passing rounds of each kind and the bake, whichever is longer."""
    probes = min(plan.probe_interval, step.bake) if step.bake else plan.probe_interval
    metrics = 2 * plan.interval if plan.metrics and step.weight else 0.0
    return max(step.bake, probes, metrics)


def _rounds(step: PlanStep, plan: Plan) -> int:
    """How many rounds of probes there are: at the start, at the end of the bake, each interval; two at the least."""
    if not plan.probes:
        return 0
    time = _earliest(step, plan)
    regular = int(time // plan.probe_interval) + 1
    return max(2, regular + (step.bake % plan.probe_interval > 0))


def _reverts(probes: Probes | None, plan: Plan) -> dict[str, float]:
    """Until the next round, and then as many failing ones as the step does not bear."""
    rounds = plan.failure_limit + 1
    found = {}
    if probes:
        longest = calls_of(probes) * seconds(probes.timeout)
        found["probes"] = plan.probe_interval + rounds * longest
    if plan.metrics:
        found["metrics"] = plan.interval + rounds * QUERY * plan.metrics
    return found

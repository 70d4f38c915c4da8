"""The plan of a rollout, as decisions read it: durations in seconds, and a digest that an edit changes."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from agentrun_operator.resources.rollout.fields import seconds
from agentrun_operator.resources.rollout.plan import OnFailure, Rollout, Strategy

if TYPE_CHECKING:
    from collections.abc import Mapping

FORM = "1"
"""The version of the form of a plan's id: that of another is computed anew before it is compared."""

DIGITS = 16


class PlanStep(NamedTuple):
    """One step: the share in percent, how long it lasts at least in seconds, and whether a person has to agree."""

    weight: int
    bake: float
    approval: bool


class Plan(NamedTuple):
    """A plan.

    Args:
        digest: of the whole block; another one is another plan.
        steps: the steps, by weight.
        immediate: whether the steps are skipped.
        deadline: the longest time without proof in a step, in seconds.
        reverts: whether a version that fails is taken off the traffic; else it is held where it is.
        rollback_window: how many of the latest stable versions are gone back to at once.
        failure_limit: how many failing rounds a step bears.
        interval: seconds between two rounds of metrics.
        metrics: how many metrics are asked for.
        probe_interval: seconds between two rounds of probes; 0 without probes.
        compares: whether the stable version is asked the same.
    """

    digest: str
    steps: tuple[PlanStep, ...]
    immediate: bool = False
    deadline: float = 3600.0
    reverts: bool = True
    rollback_window: int = 3
    failure_limit: int = 1
    interval: float = 60.0
    metrics: int = 0
    probe_interval: float = 0.0
    compares: bool = False

    @property
    def probes(self) -> bool:
        """Whether golden prompts are put to the new version."""
        return bool(self.probe_interval)

    @property
    def proves(self) -> bool:
        """Whether a step asks for proof; else the plan goes by time alone."""
        return self.probes or bool(self.metrics)

    def step(self, number: int) -> PlanStep:
        """The step of a number, from 1; the last one where a recorded number is beyond it: the plan was cut short."""
        return self.steps[min(number, len(self.steps)) - 1]

    def id(self, version: str) -> str:
        """The id of this plan for a version: what is recorded of it."""
        both = f"{version} {self.digest}"
        return f"{FORM}:{sha256(both.encode()).hexdigest()[:DIGITS]}"


def plan_of(rollout: Rollout, digest: str) -> Plan:
    """The plan that a block asks for.

    Args:
        rollout: the block. The conversations of its prompts may have been left out.
        digest: that of the whole block.
    """
    analysis = rollout.analysis
    probes = analysis.probes if analysis else None
    return Plan(
        digest=digest,
        steps=tuple(PlanStep(step.weight, seconds(step.bake), step.approval) for step in rollout.steps),
        immediate=rollout.strategy is Strategy.IMMEDIATE,
        deadline=seconds(rollout.deadline),
        reverts=rollout.on_failure is OnFailure.REVERT,
        rollback_window=rollout.rollback_window,
        failure_limit=analysis.failure_limit if analysis else 0,
        interval=seconds(analysis.interval) if analysis else 0.0,
        metrics=len(analysis.metrics) if analysis else 0,
        probe_interval=seconds(probes.interval) if probes else 0.0,
        compares=bool(probes and probes.against_stable),
    )


def block_digest(block: Mapping[str, object]) -> str:
    """A digest of a block as it was written: what equals its default, or is absent, is the same."""
    written = Rollout.model_validate(block).model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return sha256(json.dumps(written, sort_keys=True, separators=(",", ":")).encode()).hexdigest()

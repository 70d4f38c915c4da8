"""`spec.rollout`: the steps of a plan and what becomes of it. `rollout: {}` is a whole plan, by time alone."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import ConfigDict, Field

from agentrun_operator.resources.part import Part, list_map, rule, rules
from agentrun_operator.resources.rollout.analysis import Analysis
from agentrun_operator.resources.rollout.fields import Duration


class Strategy(StrEnum):
    """How a new version comes to its traffic."""

    CANARY = "Canary"
    IMMEDIATE = "Immediate"


class OnFailure(StrEnum):
    """What becomes of a version that fails."""

    REVERT = "Revert"
    HOLD = "Hold"


class Step(Part):
    """One step of a plan."""

    weight: Annotated[int, Field(ge=0, le=100)]
    """The share of the traffic that the new version gets, in percent. 0: none, it is probed only."""

    bake: Duration = "5m"
    """How long the step lasts at least, once AgentRun holds its weight, for example `10m`."""

    approval: bool = False
    """Whether a person has to let it go on, by the annotation `rollout`."""


class Rollout(Part):
    """How a new `targetVersion` earns its traffic, and when it is taken back."""

    model_config = ConfigDict(
        json_schema_extra=rules(
            rule(
                "self.steps.map(s, s.weight).isSorted()",
                "the weights of rollout.steps must rise from step to step",
                path=".steps",
            ),
            rule(
                "!self.steps.exists(s, s.weight == 0) || (has(self.analysis) && has(self.analysis.probes))",
                "a step of weight 0 gets no traffic: it needs rollout.analysis.probes",
                path=".steps",
            ),
            rule(
                "!self.steps.exists(s, s.weight == 100) || !has(self.analysis) || has(self.analysis.probes) ||"
                " (has(self.analysis.metrics) && self.analysis.metrics.exists(m, has(m.min) || has(m.max)))",
                "a step of weight 100 leaves the stable version nothing to be measured by: it needs"
                " rollout.analysis.probes, or a metric with min or max",
                path=".steps",
            ),
            rule("duration(self.deadline) >= duration('1m')", "rollout.deadline must be 1m at least", path=".deadline"),
            rule(
                "!has(self.analysis) || duration(self.deadline) >= duration(self.analysis.interval)"
                " + duration(self.analysis.interval)",
                "rollout.deadline must be twice analysis.interval at least: a step needs two rounds",
                path=".deadline",
            ),
            rule(
                "!has(self.analysis) || !has(self.analysis.probes) ||"
                " duration(self.deadline) >= duration(self.analysis.probes.interval)"
                " + duration(self.analysis.probes.interval)",
                "rollout.deadline must be twice analysis.probes.interval at least: a step needs two rounds",
                path=".deadline",
            ),
        )
    )

    strategy: Strategy = Strategy.CANARY
    """`Canary` goes by the steps. `Immediate` skips them: the target version gets all traffic at once."""

    steps: Annotated[list[Step], Field(min_length=1, max_length=20, json_schema_extra=list_map("weight"))] = [
        Step(weight=10),
        Step(weight=50),
    ]
    """The steps, by weight, which rises. After the last one the version is promoted: it gets all traffic."""

    deadline: Duration = "1h"
    """The longest time without proof in a step."""

    on_failure: OnFailure = OnFailure.REVERT
    """What becomes of a version that fails: `Revert` takes it off the traffic, `Hold` leaves it where it is."""

    rollback_window: Annotated[int, Field(ge=0, le=10)] = 3
    """How many of the latest stable versions are gone back to at once, without steps."""

    analysis: Analysis | None = None
    """The proof that each step asks for. Absent: the plan goes by time alone."""

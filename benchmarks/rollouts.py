"""What a rollout costs: of many at once by time alone, and of one with a probe, an approval and a hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.manifests import Load, names
from benchmarks.phases import running
from benchmarks.plans import RolloutPlan, goal, request
from benchmarks.rollout_figures import Rolling

if TYPE_CHECKING:
    from benchmarks.programs import Program
    from benchmarks.stage import Stage

PAUSE = 25.0
"""Seconds in which nothing is to happen: some rounds of probes."""


async def by_time(stage: Stage, program: Program, count: int) -> Rolling:
    """Have `count` objects roll out a version at once, and rest."""
    await stage.calm()
    async with running(stage, program, "by-time", names(count), Load(count, plan=RolloutPlan.TIME)) as phases:
        await phases.create()
        cost = await phases.roll(goal(), 2, "RolledOut")
        return Rolling(RolloutPlan.TIME, count, cost, {"rest": await phases.rest(PAUSE)})


async def gated(stage: Stage, program: Program) -> Rolling:
    """Have one object roll out a version, which a person approves, and then another one, which a person holds."""
    await stage.calm()
    async with running(stage, program, "gated", names(1), Load(1, plan=RolloutPlan.GATED)) as phases:
        await phases.create()
        first = await phases.roll(goal(), 2, "AwaitingApproval")
        rests = {"awaiting approval": await phases.rest(PAUSE)}
        last = await phases.roll(request("approve 1 25"), 2, "RolledOut")
        rests["rest"] = await phases.rest(PAUSE)
        await phases.roll(goal("2"), 3, "RollingOut")
        await phases.roll(request("hold 2"), 3, "RolloutHeld")
        rests["held"] = await phases.rest(PAUSE)
        return Rolling(RolloutPlan.GATED, 1, first + last, rests)

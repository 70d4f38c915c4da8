"""Versions that turn bad while they have traffic: how soon they are taken back, under the default limits."""

from __future__ import annotations

import asyncio
import math
import time
from typing import TYPE_CHECKING

from benchmarks.figures import Spread
from benchmarks.manifests import Load, names
from benchmarks.parallel import for_each
from benchmarks.phases import UPDATE, running
from benchmarks.plans import FAILURE_LIMIT, INTERVAL, NEW, PROMPTS, RolloutPlan, goal
from benchmarks.rollout_figures import TurnedBad

if TYPE_CHECKING:
    from benchmarks.phases import Phases
    from benchmarks.programs import Program
    from benchmarks.stage import Stage

COUNT = 10
"""Objects, each of a runtime and an account of its own: the limit of calls is an account's."""

APART = 1.0
"""Seconds between two that begin, so that their rounds are not in step."""

PROVED = 1.5 * INTERVAL
"""Seconds after the last one has begun until all of them are proved again and again."""

BAKED = 3.0 * INTERVAL
"""Seconds in which they are proved and nothing else happens."""

ANSWER = 0.5
"""Seconds that an agent takes for an answer."""

AT_A_TIME = 2
"""Prompts that the operator asks at the same time."""

WITHIN = 60.0


async def turned_bad(stage: Stage, program: Program) -> TurnedBad:
    """Have versions roll out that answer well; then, one after the other, they do not."""
    await stage.calm()
    load = Load(COUNT, COUNT, COUNT, RolloutPlan.PROOF)
    async with running(stage, program, "turned-bad", names(COUNT), load) as phases:
        await for_each(phases.names, phases.make)
        await phases.observer.all_rolled(phases.names, 1, "RolledOut", WITHIN)
        await _begin(phases)
        baking = await phases.rest(BAKED)
        late = [await _one(phases, name) for name in phases.names]
    return TurnedBad(
        interval=INTERVAL,
        rounds=FAILURE_LIMIT + 1,
        round=ANSWER * (1 + math.ceil(PROMPTS / AT_A_TIME)),
        noticed=Spread.of(noticed for noticed, _ in late),
        answered=Spread.of(answered for _, answered in late),
        baking=baking,
        objects=COUNT,
    )


async def _begin(phases: Phases) -> None:
    """Have all of them roll out, one after the other, and be proved for a while."""
    await phases.stage.agentrun.teach(phases.runtimes, NEW, latency=ANSWER)
    for name in phases.names:
        await phases.cluster.patch(name, goal())
        await asyncio.sleep(APART)
    await phases.observer.all_rolled(phases.names, 2, "RollingOut", WITHIN)
    await asyncio.sleep(PROVED)


async def _one(phases: Phases, name: str) -> tuple[float, float]:
    """Have one version answer badly: how long it takes until it is taken back, since then and since it first did so."""
    agentrun, runtime = phases.stage.agentrun, phases.runtime_of(name)
    turned = time.time()
    await agentrun.teach([runtime], NEW, latency=ANSWER, text="I cannot help with that")
    await phases.observer.all_rolled([name], 2, "RolledBack", WITHIN)
    await phases.settle()
    back = (await agentrun.arrivals(UPDATE))[name]
    asked = await agentrun.answers(runtime, NEW, turned)
    return back - turned, back - asked[0] - ANSWER

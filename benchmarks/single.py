"""One object at a time: how soon its Ready shows that AgentRun says READY."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.figures import Spread
from benchmarks.manifests import names
from benchmarks.phases import CREATE, running
from benchmarks.stage import LATENCY

if TYPE_CHECKING:
    from random import Random

    from benchmarks.phases import Phases
    from benchmarks.programs import Program
    from benchmarks.stage import Stage

TRIES = 20
SHORTEST, LONGEST = 0.3, 3.3
"""Seconds that AgentRun takes, drawn anew each time: no poll is in step with it."""

WITHIN = 60.0


async def single(stage: Stage, program: Program, random: Random) -> Spread:
    """Make some objects, each when the one before is Ready."""
    await stage.calm()
    objects = names(TRIES, "single")
    async with running(stage, program, "single", objects) as phases:
        return Spread.of([await _one(phases, name, random.uniform(SHORTEST, LONGEST)) for name in objects])


async def _one(phases: Phases, name: str, transition: float) -> float:
    await phases.stage.calm(transition)
    await phases.make(name)
    ready = await phases.observer.all_ready([name], 1, WITHIN)
    arrivals = await phases.stage.agentrun.arrivals(CREATE)
    return ready - arrivals[name] - LATENCY - transition

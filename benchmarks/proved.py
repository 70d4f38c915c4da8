"""Many objects that roll out at once by proof, under the default limits: most of the time they wait for their turn. And
a user's edits of others meanwhile.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from benchmarks.figures import Spread
from benchmarks.manifests import Load, edit, names
from benchmarks.parallel import for_each
from benchmarks.phases import UPDATE, running
from benchmarks.plans import RolloutPlan, goal
from benchmarks.rollout_figures import Meanwhile, Rolling
from benchmarks.stage import LATENCY, TRANSITION

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.phases import Phases
    from benchmarks.programs import Program
    from benchmarks.stage import Stage

OTHERS = 40
PAUSE = 0.5
"""Seconds between two edits; each is of another object."""

EDITED = 60.0
"""Seconds after the rollouts have begun at which the others are edited: all of them wait by then."""

WITHIN = 60.0
PROVED_WITHIN = 1200.0

Late = tuple[Spread, Spread]


async def proved(stage: Stage, program: Program, count: int) -> tuple[Rolling, Meanwhile]:
    """Have `count` objects roll out a version by proof, and edit others before and meanwhile."""
    await stage.calm()
    others = names(OTHERS, "other")
    async with running(stage, program, "proved", names(count), Load(count, plan=RolloutPlan.BRIEF)) as phases:
        await for_each(others, phases.make_plain)
        await phases.create()
        await phases.observer.all_ready(others, 1, WITHIN)
        found: list[Late] = []
        alone = await phases.meter.cost(_edited(phases, others, 2, found))
        edits = asyncio.create_task(_edited_later(phases, others, found))
        cost = await phases.roll(goal(), 2, "RolledOut", PROVED_WITHIN)
        await edits
        taken_back = sum(reason == "RolledBack" for _, _, reason in phases.observer.rolled)
        rests = {"rest": await phases.rest(30.0)}
    (started, ready), (started_later, ready_later) = found
    rolling = Rolling(RolloutPlan.BRIEF, count, cost - alone, rests, taken_back)
    return rolling, Meanwhile((started, started_later), (ready, ready_later))


async def _edited_later(phases: Phases, others: Sequence[str], found: list[Late]) -> None:
    await asyncio.sleep(EDITED)
    await _edited(phases, others, 3, found)


async def _edited(phases: Phases, others: Sequence[str], generation: int, found: list[Late]) -> float:
    """Edit one object after the other, and leave in `found` how late each call and each Ready was; the seconds."""
    began, sent = time.time(), dict[str, float]()
    for name in others:
        await asyncio.sleep(PAUSE)
        sent[name] = time.time()
        await phases.cluster.patch(name, edit(f"Edited for the {generation}th time"))
    last = await phases.observer.all_ready(others, generation, WITHIN)
    arrivals = await phases.stage.agentrun.arrivals(UPDATE)
    ready = phases.observer.ready
    found.append(
        (
            Spread.of(arrivals[name] - sent[name] for name in others),
            Spread.of(ready[name, generation] - arrivals[name] - LATENCY - TRANSITION for name in others),
        )
    )
    return last - began

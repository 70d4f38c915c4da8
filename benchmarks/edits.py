"""A user's edits while a bulk of new objects keeps the program busy: how soon each starts, and how soon it shows."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from benchmarks.figures import Edits, Spread
from benchmarks.manifests import edit, names
from benchmarks.parallel import for_each
from benchmarks.phases import UPDATE, running

if TYPE_CHECKING:
    from benchmarks.manifests import Load
    from benchmarks.phases import Phases
    from benchmarks.programs import Program
    from benchmarks.stage import Stage

EDITED = 40
PAUSE = 0.5
"""Seconds between two edits; each is of another object."""

WITHIN = 600.0


async def edits(stage: Stage, program: Program, name: str, load: Load) -> Edits:
    """Make objects, and edit others meanwhile."""
    await stage.calm()
    mine, bulk = names(EDITED, "edited"), names(load.objects)
    async with running(stage, program, f"{name}-edits-{load.runtimes}", bulk, load) as phases:
        await for_each(mine, phases.make)
        await phases.observer.all_ready(mine, 1, WITHIN)
        making = asyncio.create_task(for_each(bulk, phases.make))
        sent = await _edited(phases, mine, making)
        await phases.observer.all_ready(sent, 2, WITHIN)
        arrivals = await stage.agentrun.arrivals(UPDATE)
        await phases.observer.all_ready(bulk, 1, WITHIN)
    return Edits(
        program=name,
        objects=load.objects,
        runtimes=load.runtimes,
        started=Spread.of(arrivals[each] - at for each, at in sent.items()),
        shown=Spread.of(phases.observer.ready[each, 2] - at for each, at in sent.items()),
    )


async def _edited(phases: Phases, objects: list[str], making: asyncio.Task[None]) -> dict[str, float]:
    """Edit one object after the other until the bulk is Ready; when each edit was sent."""
    sent: dict[str, float] = {}
    for name in objects:
        await asyncio.sleep(PAUSE)
        if making.done() and all((each, 1) in phases.observer.ready for each in phases.names):
            break
        sent[name] = time.time()
        await phases.cluster.patch(name, edit("Edited in the middle of a bulk"))
    await making
    return sent

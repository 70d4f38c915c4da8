"""A wide account under the default limit of calls: what a restart asks for, how soon a user's edit right after it
starts, and what rest costs.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from typing import TYPE_CHECKING

from benchmarks.figures import AtDefault
from benchmarks.manifests import edit, names
from benchmarks.phases import UPDATE, running, running_on
from benchmarks.programs import limited_operator, operator

if TYPE_CHECKING:
    from benchmarks.manifests import Load
    from benchmarks.phases import Phases
    from benchmarks.stage import Stage

LIST = "ListAgentRuntimeEndpoints"

AFTER = 2.0
"""Seconds after its start at which a user edits an object."""

WITHIN = 600.0
"""Seconds within which all runtimes have to be listed."""

NO_MORE = 30.0
"""Seconds after that, for what the restart still asks for."""


async def at_default(stage: Stage, load: Load, rest: float) -> AtDefault:
    """Make objects without a limit, restart with the default one, and rest for so many seconds."""
    await stage.calm()
    async with running(stage, operator, f"default-{load.runtimes}", names(load.objects), load) as made:
        await made.create()
    async with running_on(stage, limited_operator, made.cluster, made.names, made.runtimes, accounts=[]) as phases:
        await asyncio.to_thread(phases.component.stop)
        sent: list[float] = []
        restart = await phases.meter.cost(_restart(phases, sent), starts=True)
        arrivals = await stage.agentrun.arrivals(UPDATE)
        edited = arrivals[phases.names[-1]] - sent[0]
        resting = await phases.rest(rest)
        seconds = Counter(int(at) for at in await stage.agentrun.all_arrivals())
    return AtDefault(load.objects, load.runtimes, edited, restart, resting, max(seconds.values(), default=0))


async def _restart(phases: Phases, sent: list[float]) -> float:
    """Until every runtime was listed; a user edits the last object meanwhile, at the time that is left in `sent`."""
    started = time.monotonic()
    await asyncio.to_thread(phases.component.start)
    await asyncio.sleep(AFTER)
    sent.append(time.time())
    await phases.cluster.patch(phases.names[-1], edit("Edited right after a restart"))
    async with asyncio.timeout(WITHIN):
        while (await phases.stage.agentrun.calls())[LIST] < len(phases.runtimes):  # noqa: ASYNC110 - another process
            await asyncio.sleep(1)
    listed = time.monotonic() - started
    await asyncio.sleep(NO_MORE)
    return listed

"""What changes cost when AgentRun is done at once: the fewest writes that each needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.figures import AtOnce
from benchmarks.manifests import names
from benchmarks.phases import running

if TYPE_CHECKING:
    from benchmarks.programs import Program
    from benchmarks.stage import Stage


async def at_once(stage: Stage, program: Program, count: int) -> AtOnce:
    """Make, change and delete `count` objects."""
    await stage.calm(transition=0.0)
    async with running(stage, program, "at-once", names(count, "once")) as phases:
        return AtOnce(
            objects=count,
            create=await phases.create(),
            update=await phases.update(),
            delete=await phases.delete(),
        )

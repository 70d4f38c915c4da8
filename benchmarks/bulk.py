"""What many objects cost that might roll out a new version, and do not: a rollout block in each, or none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.manifests import names
from benchmarks.phases import running
from benchmarks.rollout_figures import Bulk

if TYPE_CHECKING:
    from benchmarks.manifests import Load
    from benchmarks.programs import Program
    from benchmarks.stage import Stage


async def bulk(stage: Stage, program: Program, load: Load, rest: float) -> Bulk:
    """Make objects, have them rest for so many seconds, and restart the program."""
    await stage.calm()
    namespace = f"bulk-{load.objects}-{load.plan or 'plain'}"
    async with running(stage, program, namespace, names(load.objects), load) as phases:
        return Bulk(
            plan=load.plan,
            objects=load.objects,
            create=await phases.create(),
            rest=await phases.rest(rest),
            resting_memory=phases.memory(),
            restart=await phases.restart(),
            restarted_memory=phases.memory(),
        )

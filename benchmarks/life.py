"""A program's life with a number of objects: they are made, rest, see it restart, are changed and are deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.figures import Life
from benchmarks.floor import check_alike, floor
from benchmarks.manifests import names
from benchmarks.phases import running
from benchmarks.programs import operator
from benchmarks.stage import TRANSITION

if TYPE_CHECKING:
    from benchmarks.manifests import Load
    from benchmarks.programs import Program
    from benchmarks.stage import Stage


async def life(stage: Stage, program: Program, name: str, load: Load, rest: float) -> Life:
    """One life.

    Args:
        stage: where.
        program: of what.
        name: the program's, for people; and of the namespace.
        load: how many objects, in how many runtimes.
        rest: seconds that they rest.

    Raises:
        RuntimeError: the floor is of other writes than the operator's.
    """
    await stage.calm()
    namespace = f"{name}-{load.objects}-{load.runtimes}-{load.accounts}"
    aside = stage.new_namespace(f"{namespace}-floor")
    before = await floor(aside, load.objects)
    async with running(stage, program, namespace, names(load.objects), load) as phases:
        create = await phases.create()
        if program is operator:
            await check_alike(aside, await phases.cluster.first())
        return Life(
            program=name,
            objects=load.objects,
            runtimes=load.runtimes,
            accounts=load.accounts,
            create=create,
            ready=await phases.readiness(TRANSITION),
            rest=await phases.rest(rest),
            resting_memory=phases.memory(),
            restart=await phases.restart(),
            restarted_memory=phases.memory(),
            update=await phases.update(),
            delete=await phases.delete(),
            floor=(before, await floor(aside, load.objects)),
        )

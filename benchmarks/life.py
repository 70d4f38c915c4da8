"""A program's life with a number of objects: they are made, rest, see it restart, are changed and are deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.figures import Life
from benchmarks.floor import differences, floor
from benchmarks.manifests import names
from benchmarks.phases import running
from benchmarks.stage import TRANSITION

if TYPE_CHECKING:
    from benchmarks.figures import Cost
    from benchmarks.kubernetes import Cluster
    from benchmarks.manifests import Load
    from benchmarks.phases import Phases
    from benchmarks.programs import Program
    from benchmarks.stage import Stage

OURS = "operator"
"""The name of the program that the floor is like."""


async def life(stage: Stage, program: Program, name: str, load: Load, rest: float) -> Life:
    """One life.

    Args:
        stage: where.
        program: of what.
        name: the program's, for people; and of the namespace.
        load: how many objects, in how many runtimes.
        rest: seconds that they rest.
    """
    await stage.calm()
    namespace = f"{name}-{load.objects}-{load.runtimes}-{load.accounts}"
    aside = stage.new_namespace(f"{namespace}-floor")
    before = await floor(aside, load.objects)
    async with running(stage, program, namespace, names(load.objects), load) as phases:
        return Life(
            program=name,
            objects=load.objects,
            runtimes=load.runtimes,
            accounts=load.accounts,
            create=await _created(phases, aside, name),
            ready=await phases.readiness(TRANSITION),
            rest=await phases.rest(rest),
            resting_memory=phases.memory(),
            restart=await phases.restart(),
            restarted_memory=phases.memory(),
            update=await phases.update(),
            delete=await phases.delete(),
            floor=(before, await floor(aside, load.objects)),
        )


async def _created(phases: Phases, aside: Cluster, name: str) -> Cost:
    """The cost of the creates, once it is sure that the floor writes what our own operator does.

    Raises:
        RuntimeError: it does not any more.
    """
    cost = await phases.create()
    if name == OURS and (unlike := await differences(aside, await phases.cluster.first())):
        raise RuntimeError(f"benchmarks/floor.py writes other fields than the operator: {', '.join(sorted(unlike))}")
    return cost

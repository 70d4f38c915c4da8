"""`python -m benchmarks`: runs the measurements one after the other, and shows what came out."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from agentrun_operator.cli.playground.screen import Screen
from benchmarks.at_default import at_default
from benchmarks.at_once import at_once
from benchmarks.bulk import bulk
from benchmarks.edits import edits
from benchmarks.life import life
from benchmarks.machine import machine
from benchmarks.manifests import Load
from benchmarks.plans import RolloutPlan
from benchmarks.programs import limited_operator, operator, plain_kopf
from benchmarks.proved import proved
from benchmarks.report import show, write
from benchmarks.results import Results
from benchmarks.rollouts import by_time, gated
from benchmarks.single import single
from benchmarks.stage import running_stage
from benchmarks.turned_bad import turned_bad

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.stage import Stage

SEED = 1
FEW = 200
"""Objects where only counts matter."""

PER_RUNTIME = 2
"""Objects of each runtime of the wide account."""


class Name(StrEnum):
    """A measurement."""

    OPERATOR = "operator"
    PLAIN = "plain"
    AT_ONCE = "at-once"
    SINGLE = "single"
    EDITS = "edits"
    GROWTH = "growth"
    WIDE = "wide"
    WIDE_EDITS = "wide-edits"
    WIDE_DEFAULT = "wide-default"
    ACCOUNTS = "accounts"
    ROLLOUTS = "rollouts"
    TURNED_BAD = "turned-bad"
    PROVED = "proved"
    BLOCKS = "blocks"


WIDE = (Name.WIDE, Name.WIDE_EDITS, Name.WIDE_DEFAULT)
ACCOUNTS = Load(objects=5000, runtimes=1000, accounts=50)
"""What is made of many accounts, each with a Secret."""

ROLLOUTS = (Name.ROLLOUTS, Name.TURNED_BAD, Name.PROVED, Name.BLOCKS)
ON_REQUEST = (*WIDE, Name.ACCOUNTS, *ROLLOUTS)
USUAL = [name for name in Name if name not in ON_REQUEST]
"""What is done unless something is asked for."""

ROLLING = 100
"""Objects that roll out at once."""

Objects = Annotated[int, typer.Option(help="Objects of a bulk.", min=1)]
Growth = Annotated[list[int], typer.Option(help="Other numbers of objects, for the growth; may be repeated.")]
Only = Annotated[
    list[Name] | None,
    typer.Option(help="Do this alone; may be repeated. The wide account, rollouts and some more come by this only."),
]
Runtimes = Annotated[int, typer.Option(help="Runtimes of the wide account.", min=2)]
PerRuntime = Annotated[int, typer.Option(help="Objects of each of them.", min=1)]
Rest = Annotated[float, typer.Option(help="Seconds that the objects rest: some poll intervals of 60 s.")]
Out = Annotated[Path, typer.Option(help="Folder for the results.", file_okay=False)]
Logs = Annotated[Path | None, typer.Option(help="Folder to keep the logs in.", file_okay=False)]


def main(
    *,
    objects: Objects = 1000,
    growth: Growth = [500, 2000, 5000],  # noqa: B006 - typer copies it
    runtimes: Runtimes = 1000,
    per_runtime: PerRuntime = PER_RUNTIME,
    only: Only = None,
    rest: Rest = 120.0,
    out: Out = Path("docs/performance"),
    logs: Logs = None,
) -> None:
    """Measure the operator on a control plane of this machine, beside its floor and a plain kopf operator."""
    console = Console()
    results = Results(machine())
    plan = _plan(only or USUAL, objects, growth, Load(per_runtime * runtimes, runtimes))
    try:
        asyncio.run(_measure(results, Screen(console), plan, rest, logs))
    finally:
        show(results, console)
        write(results, out)
        console.print(f"Written to {out}")


def _plan(wanted: Sequence[Name], objects: int, growth: Sequence[int], wide: Load) -> list[tuple[Name, Load]]:
    """Each measurement and its loads; a user's edits are made in the largest bulk, and in the wide account."""
    others = [Load(count) for count in growth if count != objects] if Name.GROWTH in wanted else []
    largest = Load(max([objects, *(load.objects for load in others)]))
    blocks = [replace(largest, plan=plan) for plan in (RolloutPlan.LITERAL, RolloutPlan.PROOF)]
    loads = {Name.GROWTH: others, Name.EDITS: [largest]} | {name: [wide] for name in WIDE}
    loads |= {Name.ACCOUNTS: [ACCOUNTS], Name.BLOCKS: blocks}
    loads |= {name: [Load(min(ROLLING, objects))] for name in (Name.ROLLOUTS, Name.PROVED)}
    return [(name, load) for name in wanted for load in loads.get(name, [Load(objects)])]


async def _measure(
    results: Results, screen: Screen, plan: Sequence[tuple[Name, Load]], rest: float, logs: Path | None
) -> None:
    async with running_stage(screen.console, logs) as stage:
        for name, load in plan:
            with screen.doing(f"{name}, objects: {load}"):
                await _one(results, stage, name, load, rest)


async def _one(results: Results, stage: Stage, name: Name, load: Load, rest: float) -> None:
    match name:
        case Name.OPERATOR | Name.GROWTH | Name.WIDE | Name.ACCOUNTS:
            results.lives.append(await life(stage, operator, "operator", load, rest))
        case Name.PLAIN:
            results.lives.append(await life(stage, plain_kopf, "plain-kopf", load, rest))
        case Name.AT_ONCE:
            results.at_once = await at_once(stage, operator, min(FEW, load.objects))
        case Name.SINGLE:
            results.single = await single(stage, operator, Random(SEED))  # noqa: S311 - times, not secrets
        case Name.WIDE_DEFAULT:
            results.at_default = await at_default(stage, load, rest)
        case Name.EDITS | Name.WIDE_EDITS:
            results.edits.append(await edits(stage, operator, "operator", load))
        case _:
            await _rollouts(results, stage, name, load, rest)


async def _rollouts(results: Results, stage: Stage, name: Name, load: Load, rest: float) -> None:
    match name:
        case Name.ROLLOUTS:
            results.rollings += [await by_time(stage, operator, load.objects), await gated(stage, operator)]
        case Name.TURNED_BAD:
            results.turned_bad = await turned_bad(stage, limited_operator)
        case Name.PROVED:
            rolling, results.meanwhile = await proved(stage, limited_operator, load.objects)
            results.rollings.append(rolling)
        case Name.BLOCKS:
            results.bulks.append(await bulk(stage, operator, load, rest))


if __name__ == "__main__":
    typer.run(main)

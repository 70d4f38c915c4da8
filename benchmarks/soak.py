"""`python -m benchmarks.soak`: the operator for half an hour, with changes and faults; then all has to be in sync.

Says what memory grows by once all is warm, whether work is left over, and what is out of sync; exits 1 if anything is.
"""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Annotated

import aiohttp
import typer
from rich.console import Console

from agentrun_operator.cli.playground.screen import Screen
from benchmarks.changes import Changes
from benchmarks.health import growth, sample
from benchmarks.manifests import DESCRIPTION, is_in_sync, names
from benchmarks.phases import running
from benchmarks.programs import operator
from benchmarks.stage import running_stage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.health import Sample
    from benchmarks.phases import Phases

MINUTE = 60.0
SAMPLE = 10.0
"""Seconds between two looks at the metrics."""

WARM = 5.0
"""Minutes until memory should grow no more; of a shorter soak, half of it."""

CALM = 600.0
"""Seconds that everything gets to come into sync after the faults: twice the longest pause between two tries."""

SHARE = 0.01
"""Objects that are changed each minute."""

LEAK = 10.0
"""MiB an hour that count as a leak."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What was asked for: see the options."""

    minutes: float
    objects: int
    seed: int
    logs: Path | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came out.

    Attributes:
        growth: MiB an hour, after the warm-up.
        descriptors: open ones at the end, more than after the warm-up.
        left: passes that run or wait at the end.
        defects: passes that a defect has stopped.
        out_of_sync: objects that are not what they ask for, in Kubernetes or in AgentRun.
    """

    growth: float
    descriptors: float
    left: float
    defects: float
    out_of_sync: list[str]

    @property
    def good(self) -> bool:
        """Whether nothing leaks and nothing is out of sync."""
        return self.growth <= LEAK and not self.left and not self.defects and not self.out_of_sync


Minutes = Annotated[float, typer.Option(help="How long changes and faults go on.", min=0.5)]
Objects = Annotated[int, typer.Option(help="How many objects.", min=1)]
Seed = Annotated[int, typer.Option(help="Of what is changed and what fails.")]
Out = Annotated[Path | None, typer.Option(help="File for the samples and the verdict, as JSON.", dir_okay=False)]
Logs = Annotated[Path | None, typer.Option(help="Folder to keep the logs in.", file_okay=False)]


def main(
    *, minutes: Minutes = 30.0, objects: Objects = 1000, seed: Seed = 1, out: Out = None, logs: Logs = None
) -> None:
    """Run the operator for a while with changes and faults, and see what it keeps."""
    console = Console()
    samples: list[Sample] = []
    verdict = asyncio.run(_soak(Screen(console), Plan(minutes, objects, seed, logs), samples))
    console.print(asdict(verdict))
    if out:
        out.write_text(json.dumps({"verdict": asdict(verdict), "samples": [asdict(each) for each in samples]}) + "\n")
    raise typer.Exit(0 if verdict.good else 1)


async def _soak(screen: Screen, plan: Plan, samples: list[Sample]) -> Verdict:
    objects = names(plan.objects)
    async with running_stage(screen.console, plan.logs) as stage, running(stage, operator, "soak", objects) as phases:
        changes = Changes(phases, Random(plan.seed))  # noqa: S311 - chance, no secret
        with screen.doing(f"Making {plan.objects:,} objects"):
            await phases.create()
        with screen.doing(f"{plan.minutes:g} minutes of changes and faults"):
            await changes.begin_faults()
            await _live(phases, changes, samples, plan.minutes * MINUTE)
        with screen.doing("Coming into sync without faults"):
            await stage.calm()
            out_of_sync = await _come_into_sync(phases, changes)
            await phases.settle()
            await _watch(phases, samples, 0.0)
        screen.say("Changes: " + ", ".join(f"{count} {kind}" for kind, count in changes.counts.items()))
    return _verdict(samples, plan.minutes, out_of_sync)


async def _live(phases: Phases, changes: Changes, samples: list[Sample], seconds: float) -> None:
    """Change at their pace, each on its own; those that take longer are waited for."""
    pause = MINUTE / (SHARE * len(phases.names))
    async with asyncio.TaskGroup() as group:
        group.create_task(_watch(phases, samples, seconds))
        for _ in range(int(seconds / pause)):
            group.create_task(changes.change())
            await asyncio.sleep(pause)


async def _watch(phases: Phases, samples: list[Sample], seconds: float) -> None:
    """Take samples for so many seconds; at least one."""
    end = time.monotonic() + seconds
    async with aiohttp.ClientSession() as http:
        while True:
            samples.append(await sample(http, f"{phases.url}/metrics", time.monotonic()))
            if time.monotonic() + SAMPLE > end:
                return
            await asyncio.sleep(SAMPLE)


async def _come_into_sync(phases: Phases, changes: Changes) -> list[str]:
    """Wait until every object is what it asks for; those that are not so in the end."""
    end = time.monotonic() + CALM
    while True:
        found = await _out_of_sync(phases, changes)
        if not found or time.monotonic() >= end:
            return found
        await asyncio.sleep(SAMPLE)


async def _out_of_sync(phases: Phases, changes: Changes) -> list[str]:
    """Objects that are not in sync by their status, or by what AgentRun really holds; strays there count as well."""
    said = {body["metadata"]["name"] for body in await phases.cluster.objects() if is_in_sync(body)}
    endpoints = await phases.stage.agentrun.endpoints()
    held = [(each["agentRuntimeEndpointName"], each["description"], each["status"]) for each in endpoints]
    asked = [(name, changes.wanted.get(name, DESCRIPTION), "READY") for name in phases.names]
    differing = {name for name, *_ in set(held) ^ set(asked)} | ({"twice"} if len(held) != len(set(held)) else set())
    return sorted(differing | (set(phases.names) - said))


def _verdict(samples: Sequence[Sample], minutes: float, out_of_sync: list[str]) -> Verdict:
    warm = min(WARM, minutes / 2) * MINUTE
    steady = [each for each in samples if each.at - samples[0].at >= warm]
    last = samples[-1]
    return Verdict(
        growth=growth(steady),
        descriptors=last.descriptors - steady[0].descriptors,
        left=last.active + last.depth,
        defects=last.defects,
        out_of_sync=out_of_sync,
    )


if __name__ == "__main__":
    typer.run(main)

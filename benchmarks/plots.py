"""Which charts are drawn of the results. Pure: results in, SVG by file name out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.svg import Series, bar_chart, line_chart

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmarks.figures import Life, Results

PROGRAMS = ("operator", "plain-kopf")
OBJECTS = "objects"
BULK = ("create", "update", "delete")


def plots(results: Results) -> dict[str, str]:
    """Every chart that the results suffice for."""
    largest = [lives[-1] for program in PROGRAMS if (lives := _alike(results).get(program))]
    charts = {}
    if results.lives:
        charts["rate.svg"] = line_chart("Objects a second, from creation to Ready", OBJECTS, _rates(results))
        charts["memory.svg"] = _growth(results, "Resident memory at rest, MiB", lambda life: life.resting_memory[0])
        charts["restart.svg"] = _growth(
            results, "Seconds until quiet after a restart", lambda each: each.restart.seconds
        )
        charts["writes.svg"] = bar_chart("Writes to custom resources, for each object", _writes(largest))
        charts["cpu.svg"] = bar_chart("CPU for each object that is made, milliseconds", _cpu(largest))
        charts["ready.svg"] = bar_chart("Ready after AgentRun says READY, seconds", _ready(results, largest))
    return charts


def _alike(results: Results) -> dict[str, list[Life]]:
    """The lives by program, each up to the same number of objects, so that their last ones compare."""
    lives = {program: results.of(program) for program in PROGRAMS}
    least = min((found[-1].objects for found in lives.values() if found), default=0)
    return {program: [life for life in found if life.objects <= least] for program, found in lives.items()}


def _rates(results: Results) -> list[Series]:
    rates = [_series(results, program, lambda life: life.rate) for program in PROGRAMS]
    lives = results.of("operator")
    patches = Series("two patches", [(life.objects, life.floor_rate) for life in lives])
    same = Series("same writes", [(life.objects, life.same_rate) for life in lives])
    return [*rates, patches, same]


def _growth(results: Results, title: str, value: Callable[[Life], float | None]) -> str:
    return line_chart(title, OBJECTS, [_series(results, program, value) for program in PROGRAMS])


def _series(results: Results, program: str, value: Callable[[Life], float | None]) -> Series:
    known = [(life.objects, value(life)) for life in results.of(program)]
    return Series(program, [(objects, found) for objects, found in known if found is not None])


def _writes(lives: Sequence[Life]) -> dict[str, dict[str, float]]:
    return {
        phase: {life.program: getattr(life, phase).object_writes / life.objects for life in lives} for phase in BULK
    }


def _cpu(lives: Sequence[Life]) -> dict[str, dict[str, float]]:
    processes = {"program": "the operator", "kube-apiserver": "API server", "etcd": "etcd", "emulator": "emulator"}
    return {
        shown: {life.program: 1000 * life.create.cpu[name] / life.objects for life in lives}
        for name, shown in processes.items()
    }


def _ready(results: Results, lives: Sequence[Life]) -> dict[str, dict[str, float]]:
    spreads = {f"{life.objects:,} at once, {life.program}": life.ready for life in lives}
    if results.single:
        spreads = {"one at a time, operator": results.single} | spreads
    return {name: {"median": spread.p50, "95th percentile": spread.p95} for name, spread in spreads.items()}

"""Shows results to people: tables on the terminal, and in a folder the data, the same tables and the charts."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from rich.table import Table

from benchmarks.budget import promises
from benchmarks.rollout_report import rollout_tables

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from benchmarks.figures import Cost, Life
    from benchmarks.results import Results

Rows = list[list[str]]


def show(results: Results, console: Console) -> None:
    """Print the tables."""
    for title, rows in _tables(results).items():
        table = Table(*rows[0], title=title)
        for row in rows[1:]:
            table.add_row(*row)
        console.print(table)


def write(results: Results, folder: Path) -> None:
    """Write results.json, results.md and the charts."""
    from benchmarks.plots import charts  # noqa: PLC0415 - matplotlib is large; nothing is measured any more

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "results.json").write_text(json.dumps(asdict(results), indent=1) + "\n")
    (folder / "results.md").write_text(_markdown(results))
    for name, chart in charts(results).items():
        (folder / name).write_text(chart)


def _markdown(results: Results) -> str:
    parts = ["# The last run", "Written by `make bench`; see [how to read it](../performance.md)."]
    parts += [f"- {name}: {value}" for name, value in results.machine.items()]
    for title, (head, *rows) in _tables(results).items():
        lines = [head, ["---"] * len(head), *rows]
        parts += [f"\n## {title}\n", *(f"| {' | '.join(line)} |" for line in lines)]
    return "\n".join(parts) + "\n"


def _tables(results: Results) -> dict[str, Rows]:
    found = {
        "Budget": _budget(results),
        "From creation to deletion": _lives(results),
        "Counted": _counts(results),
        "Edits": _edits(results),
        **rollout_tables(results),
    }
    return {title: rows for title, rows in found.items() if len(rows) > 1}


def _budget(results: Results) -> Rows:
    head = ["what", "target", "measured", ""]
    lines = promises(results)
    return [head, *([each.what, each.target, f"{each.measured:.3g}", "✓" if each.kept else "✗"] for each in lines)]


def _lives(results: Results) -> Rows:
    head = [
        "program",
        "objects",
        "create /s",
        "floor, 2 patches /s",
        "floor, same writes /s",
        "Ready p50, p95 s",
        "update s",
        "delete s",
    ]
    return [[*head, "restart s", "rest MiB", "peak MiB", "rest CPU %"], *(_life(each) for each in results.lives)]


def _life(life: Life) -> list[str]:
    measured = [
        life.program,
        str(life.load),
        f"{life.rate:.0f}",
        f"{life.floor_rate:.0f}",
        f"{life.same_rate:.0f}",
    ]
    times = [f"{life.ready.p50:.1f}, {life.ready.p95:.1f}", *(_seconds(each) for each in (life.update, life.delete))]
    rest = life.rest.cpu["program"] / (life.rest.seconds or 1)
    memory = [f"{life.resting_memory[0]:.0f}", f"{max(life.resting_memory[1], life.restarted_memory[1]):.0f}"]
    return [*measured, *times, _seconds(life.restart), *memory, f"{100 * rest:.2f}"]


def _counts(results: Results) -> Rows:
    head = [
        "program",
        "objects",
        "phase",
        "writes per object",
        "events per object",
        "calls per object",
        "CPU ms per object",
    ]
    rows = [head]
    for life in results.lives:
        phases = {"create": life.create, "rest": life.rest, "restart": life.restart}
        phases |= {"update": life.update, "delete": life.delete}
        rows += [[life.program, str(life.load), name, *_per_object(c, life.objects)] for name, c in phases.items()]
    if once := results.at_once:
        phases = {"create": once.create, "update": once.update, "delete": once.delete}
        rows += [
            ["operator", f"{once.objects:,}", f"{name}, done at once", *_per_object(cost, once.objects)]
            for name, cost in phases.items()
        ]
    return rows


def _per_object(cost: Cost, objects: int) -> list[str]:
    counts = (cost.object_writes, cost.writes.get("event", 0), cost.remote_calls)
    return [*(f"{count / objects:.3g}" for count in counts), f"{1000 * cost.cpu['program'] / objects:.2f}"]


def _edits(results: Results) -> Rows:
    head = ["program", "bulk", "edits", "starts p50 s", "p95 s", "longest s", "shows p50 s", "p95 s"]
    return [
        head,
        *(
            [each.program, str(each.load), str(each.started.count)]
            + [f"{value:.2f}" for value in (each.started.p50, each.started.p95, each.started.longest)]
            + [f"{value:.2f}" for value in (each.shown.p50, each.shown.p95)]
            for each in results.edits
        ),
    ]


def _seconds(cost: Cost) -> str:
    return "never" if cost.seconds is None else f"{cost.seconds:.1f}"

"""Draws the charts of the results. `python -m benchmarks.plots` draws those of docs/performance/ anew."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from matplotlib import style
from matplotlib.figure import Figure
from pydantic import TypeAdapter

from benchmarks.results import Results

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from matplotlib.axes import Axes

    from benchmarks.figures import Life

    Points = Sequence[tuple[float, float]]

STYLE = Path(__file__).with_name("charts.mplstyle")
PROGRAMS = ("operator", "plain-kopf")
BULK = ("create", "update", "delete")


def main(folder: Annotated[Path, typer.Argument(help="Where results.json is.")] = Path("docs/performance")) -> None:
    """Draw the charts anew from results.json."""
    for name, chart in charts_of(folder / "results.json").items():
        (folder / name).write_text(chart)


def charts_of(data: Path) -> dict[str, str]:
    """What `charts` draws of a results.json."""
    return charts(TypeAdapter(Results).validate_json(data.read_bytes()))


def charts(results: Results) -> dict[str, str]:
    """Every chart that the results suffice for as SVG, by its file's name; the same results make the same text."""
    with style.context(STYLE):
        return {name: svg(figure) for name, figure in _plots(results).items()}


def svg(figure: Figure) -> str:
    """The text of a figure's SVG, without what says when it was drawn, and without spaces at the ends of lines."""
    text = StringIO()
    figure.savefig(text, format="svg", metadata={"Creator": None, "Date": None})
    return "".join(f"{line.rstrip()}\n" for line in text.getvalue().splitlines())


def _plots(results: Results) -> dict[str, Figure]:
    largest = [lives[-1] for program in PROGRAMS if (lives := _alike(results).get(program))]
    if not largest:
        return {}
    return {
        "rate.svg": _lines("Objects a second, from creation to Ready", _rates(results)),
        "memory.svg": _growth(results, "Resident memory at rest, MiB", lambda life: life.resting_memory[0]),
        "restart.svg": _growth(results, "Seconds until quiet after a restart", lambda life: life.restart.seconds),
        "writes.svg": _bars("Writes to custom resources, for each object", _writes(largest)),
        "cpu.svg": _bars("CPU for each object that is made, milliseconds", _cpu(largest)),
        "ready.svg": _bars("Ready after AgentRun says READY, seconds", _ready(results, largest)),
    }


def _alike(results: Results) -> dict[str, list[Life]]:
    """The lives by program, each up to the same number of objects, so that their last ones compare."""
    lives = {program: results.of(program) for program in PROGRAMS}
    least = min((found[-1].objects for found in lives.values() if found), default=0)
    return {program: [life for life in found if life.objects <= least] for program, found in lives.items()}


def _rates(results: Results) -> dict[str, Points]:
    lives = results.of("operator")
    floors = {
        "two patches": [(life.objects, life.floor_rate) for life in lives],
        "same writes": [(life.objects, life.same_rate) for life in lives],
    }
    return _by_objects(results, lambda life: life.rate) | floors


def _growth(results: Results, title: str, value: Callable[[Life], float | None]) -> Figure:
    return _lines(title, _by_objects(results, value))


def _by_objects(results: Results, value: Callable[[Life], float | None]) -> dict[str, Points]:
    known = {program: [(life.objects, value(life)) for life in results.of(program)] for program in PROGRAMS}
    return {
        program: [(objects, found) for objects, found in points if found is not None]
        for program, points in known.items()
    }


def _writes(lives: Sequence[Life]) -> dict[str, dict[str, float]]:
    return {
        phase: {life.program: getattr(life, phase).object_writes / life.objects for life in lives} for phase in BULK
    }


def _cpu(lives: Sequence[Life]) -> dict[str, dict[str, float]]:
    processes = {"program": "the program", "kube-apiserver": "API server", "etcd": "etcd", "emulator": "emulator"}
    return {
        shown: {life.program: 1000 * life.create.cpu[name] / life.objects for life in lives}
        for name, shown in processes.items()
    }


def _ready(results: Results, lives: Sequence[Life]) -> dict[str, dict[str, float]]:
    spreads = {f"{life.objects:,} at once, {life.program}": life.ready for life in lives}
    if results.single:
        spreads = {"one at a time, operator": results.single} | spreads
    return {name: {"median": spread.p50, "95th percentile": spread.p95} for name, spread in spreads.items()}


def _lines(title: str, series: Mapping[str, Points]) -> Figure:
    """Lines over the number of objects, with their last values; both axes begin at 0."""
    figure, axes = _titled(title)
    for name, points in series.items():
        if points:
            (line,) = axes.plot(*zip(*points, strict=True), marker="o", label=name)
            label = axes.annotate(_number(points[-1][1]), points[-1], (0, 6), textcoords="offset points", ha="center")
            label.set_color(line.get_color())
    axes.set(xlabel="objects", xlim=(0, None), ylim=(0, None))
    axes.set_xticks(sorted({x for points in series.values() for x, _ in points}))
    figure.legend(loc="outside right upper")
    return figure


def _bars(title: str, groups: Mapping[str, Mapping[str, float]]) -> Figure:
    """Groups of bars, with their values on top."""
    figure, axes = _titled(title)
    names = list(next(iter(groups.values())))
    width = 0.8 / len(names)
    for place, name in enumerate(names):
        left = [group + width * (place - (len(names) - 1) / 2) for group in range(len(groups))]
        bars = axes.bar(left, [group[name] for group in groups.values()], 0.94 * width, label=name)
        axes.bar_label(bars, fmt=_number, padding=2)
    axes.set_xticks(range(len(groups)), list(groups))
    figure.legend(loc="outside right upper")
    return figure


def _titled(title: str) -> tuple[Figure, Axes]:
    figure = Figure()
    axes = figure.subplots()
    axes.set_title(title)
    axes.xaxis.set_major_formatter("{x:,g}")
    axes.yaxis.set_major_formatter("{x:,g}")
    return figure, axes


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.2g}"  # noqa: PLR2004 - three digits


if __name__ == "__main__":
    typer.run(main)

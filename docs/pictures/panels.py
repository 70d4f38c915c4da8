"""Draws panels of a Grafana dashboard: titles, lines over time, single numbers. Pure; it is no Grafana."""
# ruff: noqa: INP001 - scripts beside their pictures, no package

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from matplotlib.figure import Figure
from matplotlib.ticker import MultipleLocator

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import SubFigure

COLUMN, ROW = 0.5, 0.3
"""Inches of a cell of Grafana's grid of 24 columns."""

NARROW = 8
"""Columns of a panel that has no room for each minute."""

PAPER = "#f3f4f6"
UNITS = {"bytes": (2**20, " MiB"), "s": (1, " s")}
"""What a value is divided by, and what is written after it."""


@dataclass(frozen=True)
class Line:
    """A series: its name, and its values by seconds since the begin."""

    name: str
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Panel:
    """A panel: its place in the grid, what it shows, and whether as one number."""

    title: str
    unit: str
    single: bool
    x: int
    y: int
    w: int
    h: int
    lines: Sequence[Line]

    def shown(self, value: float) -> str:
        """A scaled value with its unit."""
        return f"{value:.3g}{UNITS.get(self.unit, (1, ''))[1]}"

    def scaled(self, value: float) -> float:
        """A value in the unit that is shown."""
        return value / UNITS.get(self.unit, (1, ""))[0]


def drawn(panels: Sequence[Panel], note: str) -> Figure:
    """All panels in their rows, over a note that says what this is."""
    rows = [list(row) for _, row in itertools.groupby(panels, key=lambda panel: panel.y)]
    heights = [*(row[0].h for row in rows), 1]
    figure = Figure(figsize=(24 * COLUMN, sum(heights) * ROW), facecolor=PAPER)
    *strips, last = figure.subfigures(len(heights), 1, squeeze=False, height_ratios=heights).flat
    for row, strip in zip(rows, strips, strict=True):
        places = strip.subfigures(1, len(row), squeeze=False, width_ratios=[panel.w for panel in row])
        for panel, place in zip(row, places.flat, strict=True):
            place.set(facecolor="white", edgecolor=PAPER, linewidth=6)
            place.suptitle(panel.title, x=0.11 / COLUMN / panel.w, ha="left", size=9, weight="bold")
            (_number if panel.single or not panel.lines else _chart)(panel, place)
    last.text(0.01, 0.5, note, size=8, va="center")
    return figure


def _number(panel: Panel, part: SubFigure) -> None:
    """The newest value; where there are several, one below the other with their names."""
    last = [(line.name, panel.shown(panel.scaled(line.points[-1][1]))) for line in panel.lines if line.points]
    if len(last) < 2:  # noqa: PLR2004 - several
        part.text(0.5, 0.4, last[0][1] if last else "no data", size=22, ha="center", va="center")
        return
    for place, (name, value) in enumerate(last):
        height = 0.72 * (1 - (place + 0.5) / len(last))
        part.text(0.055, height, name, size=9, va="center")
        part.text(0.945, height, value, size=13, ha="right", va="center")


def _chart(panel: Panel, part: SubFigure) -> None:
    axes = part.subplots()
    for line in panel.lines:
        axes.plot([x / 60 for x, _ in line.points], [panel.scaled(y) for _, y in line.points], label=line.name, lw=1)
    axes.set(xlim=(0, None), ylim=(0, None))
    axes.xaxis.set_major_locator(MultipleLocator(1 if panel.w > NARROW else 2))
    axes.xaxis.set_major_formatter("{x:g} min")
    axes.yaxis.set_major_formatter(lambda value, _: panel.shown(value))
    small = {"fontsize": 8, "labelspacing": 0.2, "columnspacing": 1, "handlelength": 1}
    part.legend(loc="outside lower left", ncols=max(1, panel.w // 4), **small)

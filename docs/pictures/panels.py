"""Panels of a Grafana dashboard as one SVG: titles, lines over time, single numbers. Pure; it is no Grafana."""
# ruff: noqa: INP001 - scripts beside their pictures, no package

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

COLUMN, ROW, GAP = 50, 30, 8
"""Pixels of a cell of Grafana's grid of 24 columns, and between panels."""

COLOURS = ("#2563eb", "#dc2626", "#059669", "#d97706", "#7c3aed", "#0891b2", "#be185d", "#4b5563")
MARGIN_LEFT, MARGIN_TOP = 46, 30
LEGEND_LETTER, LEGEND_ROW = 6.8, 14


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


def drawn(panels: Sequence[Panel], note: str) -> str:
    """All panels in their places, over a note that says what this is."""
    width, height = 24 * COLUMN, max(panel.y + panel.h for panel in panels) * ROW + 24
    size = f'viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="11"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size}>'
    paper = f'<rect width="{width}" height="{height}" fill="#f3f4f6"/>'
    return "\n".join([head, paper, *map(_panel, panels), _text(8, height - 8, note), "</svg>", ""])


def _panel(panel: Panel) -> str:
    width, height = panel.w * COLUMN - GAP, panel.h * ROW - GAP
    frame = f'<rect width="{width}" height="{height}" fill="white" stroke="#d1d5db" rx="3"/>'
    parts = [frame, _text(8, 18, panel.title, weight="bold")]
    parts += [_single(panel, width, height)] if panel.single else _chart(panel, width, height)
    return (
        f'<g transform="translate({panel.x * COLUMN + GAP / 2},{panel.y * ROW + GAP / 2})">' + "".join(parts) + "</g>"
    )


def _single(panel: Panel, width: float, height: float) -> str:
    values = [line.points[-1][1] for line in panel.lines if line.points]
    shown = _number(values[0], panel.unit) if values else "no data"
    return f'<text x="{width / 2}" y="{height / 2 + 20}" font-size="30" text-anchor="middle">{escape(shown)}</text>'


def _chart(panel: Panel, width: float, height: float) -> Iterator[str]:
    named = list(zip(panel.lines, itertools.cycle(COLOURS), strict=False))
    names = list(_legend([(line.name, colour) for line, colour in named], width))
    seconds = max((x for line in panel.lines for x, _ in line.points), default=1.0) or 1.0
    top = _nice_top(y for line in panel.lines for _, y in line.points)
    rows = max((row for row, _, _, _ in names), default=0) + 1
    wide, high = width - MARGIN_LEFT - 10, height - MARGIN_TOP - 22 - LEGEND_ROW * rows
    for step in range(5):
        y = MARGIN_TOP + high * (1 - step / 4)
        yield f'<path d="M{MARGIN_LEFT} {y:.1f}h{wide}" stroke="#e5e7eb"/>'
        yield _text(MARGIN_LEFT - 4, y + 4, _number(top * step / 4, panel.unit), anchor="end")
    for minute in range(math.ceil(seconds / 60)):
        x = MARGIN_LEFT + wide * minute * 60 / seconds
        yield _text(x, MARGIN_TOP + high + 13, f"{minute} min", anchor="middle")
    for line, colour in named:
        spots = [(MARGIN_LEFT + wide * x / seconds, MARGIN_TOP + high * (1 - y / top)) for x, y in line.points]
        yield from (f'<polyline points="{part}" fill="none" stroke="{colour}"/>' for part in _unbroken(spots))
    for row, x, name, colour in names:
        y = height - 6 - LEGEND_ROW * (rows - 1 - row)
        yield f'<rect x="{x}" y="{y - 8}" width="8" height="8" fill="{colour}"/>{_text(x + 11, y, name)}'


def _legend(names: Sequence[tuple[str, str]], width: float) -> Iterator[tuple[int, float, str, str]]:
    """Row, place, name and colour of each name, as many in a row as there is room for."""
    row, x = 0, float(MARGIN_LEFT)
    for name, colour in names:
        room = 24 + LEGEND_LETTER * len(name)
        if x + room > width and x > MARGIN_LEFT:
            row, x = row + 1, float(MARGIN_LEFT)
        yield row, x, name, colour
        x += room


def _unbroken(spots: Iterable[tuple[float, float]]) -> Iterator[str]:
    """The line's pieces; it breaks where there is no value."""
    for missing, piece in itertools.groupby(spots, key=lambda spot: math.isnan(spot[1])):
        if not missing:
            yield " ".join(f"{x:.1f},{y:.1f}" for x, y in piece)


def _text(x: float, y: float, text: str, anchor: str = "start", weight: str = "normal") -> str:
    look = f'text-anchor="{anchor}" font-weight="{weight}" fill="#111827"'
    return f'<text x="{x:.1f}" y="{y:.1f}" {look}>{escape(text)}</text>'


def _nice_top(values: Iterable[float]) -> float:
    highest = max((value for value in values if not math.isnan(value)), default=0.0)
    if highest <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(highest))
    return next(step * power for step in (1, 2, 4, 5, 8, 10) if step * power >= highest)


def _number(value: float, unit: str) -> str:
    scaled, sign = (value / 2**20, " MiB") if unit == "bytes" else (value, " s" if unit == "s" else "")
    return f"{scaled:.3g}{sign}"

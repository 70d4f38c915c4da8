"""Charts as SVG text: lines over a number, and groups of bars. Knows nothing of what is drawn. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

WIDTH, HEIGHT = 720, 360
LEFT, RIGHT, TOP, BOTTOM = 64, 150, 48, 56
PLOT_WIDTH, PLOT_HEIGHT = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
COLOURS = ("#2563eb", "#dc2626", "#6b7280", "#d97706", "#059669", "#7c3aed")
"""Told apart by most colour-blind people in this order; names stand in the same order."""

STEPS = 5
"""Lines of the grid, about."""


@dataclass(frozen=True, slots=True)
class Series:
    """A name, and its points."""

    name: str
    points: Sequence[tuple[float, float]]


def line_chart(title: str, x_title: str, series: Sequence[Series]) -> str:
    """Lines over a number, named beside the chart with their last values; both axes begin at 0.

    Args:
        title: what is shown, with its unit.
        x_title: what it depends on.
        series: the lines.
    """
    top = _nice_top(y for each in series for _, y in each.points)
    right = max((x for each in series for x, _ in each.points), default=1.0)
    marks = sorted({x for each in series for x, _ in each.points})
    shown = [f"{each.name}: {_number(each.points[-1][1])}" for each in series if each.points]
    parts = [_grid(top), _text(LEFT + PLOT_WIDTH / 2, HEIGHT - 12, x_title, "middle")]
    parts += _legend(dict(zip(shown, COLOURS, strict=False)))
    parts += [_text(_x(mark, right), TOP + PLOT_HEIGHT + 20, _number(mark), "middle") for mark in marks]
    for each, colour in zip((each for each in series if each.points), COLOURS, strict=False):
        spots = [(_x(x, right), _y(y, top)) for x, y in each.points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in spots]
    return _page(title, parts)


def bar_chart(title: str, groups: Mapping[str, Mapping[str, float]]) -> str:
    """Bars side by side, with their values on top.

    Args:
        title: what is shown, with its unit.
        groups: for each group under the axis, the values by series.
    """
    names = list(dict.fromkeys(name for group in groups.values() for name in group))
    colours = dict(zip(names, COLOURS, strict=False))
    top = _nice_top(value for group in groups.values() for value in group.values())
    room = PLOT_WIDTH / max(1, len(groups))
    parts = [_grid(top), *_legend(colours)]
    for number, (label, group) in enumerate(groups.items()):
        parts.append(_text(LEFT + room * (number + 0.5), TOP + PLOT_HEIGHT + 20, label, "middle"))
        width = room * 0.8 / max(1, len(group))
        for place, (name, value) in enumerate(group.items()):
            x, y = LEFT + room * (number + 0.1) + width * place, _y(value, top)
            height = TOP + PLOT_HEIGHT - y
            bar = f'x="{x:.1f}" y="{y:.1f}" width="{width * 0.9:.1f}" height="{height:.1f}"'
            parts += [f'<rect {bar} fill="{colours[name]}"/>', _text(x + width * 0.45, y - 4, _number(value), "middle")]
    return _page(title, parts)


def _page(title: str, parts: Iterable[str]) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">'
    paper = f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>'
    name = f'<title>{escape(title)}</title><g font-family="sans-serif" font-size="12">'
    heading = f'<text x="{LEFT}" y="26" font-size="15" font-weight="bold">{escape(title)}</text>'
    return "\n".join([head, paper, name, heading, *parts, "</g></svg>", ""])


def _grid(top: float) -> str:
    lines = []
    for step in range(STEPS + 1):
        value = top * step / STEPS
        y = _y(value, top)
        lines.append(f'<line x1="{LEFT}" x2="{LEFT + PLOT_WIDTH}" y1="{y:.1f}" y2="{y:.1f}" stroke="#e5e7eb"/>')
        lines.append(_text(LEFT - 8, y + 4, _number(value), "end"))
    return "\n".join(lines)


def _legend(colours: Mapping[str, str]) -> Iterable[str]:
    for row, (name, colour) in enumerate(colours.items()):
        y = TOP + 18 * row
        yield f'<rect x="{WIDTH - RIGHT + 12}" y="{y}" width="10" height="10" fill="{colour}"/>'
        yield _text(WIDTH - RIGHT + 28, y + 9, name)


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="#111827">{escape(text)}</text>'


def _x(value: float, right: float) -> float:
    return LEFT + PLOT_WIDTH * value / right


def _y(value: float, top: float) -> float:
    return TOP + PLOT_HEIGHT * (1 - value / top)


def _nice_top(values: Iterable[float]) -> float:
    """The smallest of 1, 2 and 5 times a power of ten that is not below any value."""
    highest = max(values, default=0.0)
    if highest <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(highest))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= highest)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.2g}"  # noqa: PLR2004 - three digits

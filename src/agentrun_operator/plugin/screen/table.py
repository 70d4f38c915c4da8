"""Rows as aligned columns: within a terminal's width, or whole in a pipe. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from agentrun_operator.plugin.screen.page import NARROW, broken
from agentrun_operator.plugin.screen.screen import UNBOUNDED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.text import Text

GAP = 2
LONGEST = 300
"""Characters of a cell, also in a pipe: whoever wrote it cannot fill a screen."""


class Column(NamedTuple):
    """One column.

    Args:
        title: its heading.
        cells: what is in it, printable and on one line.
        short: what stands for the cells where room is scarce.
        least: columns of the terminal below which nothing is cut; 0: it is never cut.
        spare: whether it may be left out, those with the highest number first; 0: it never is.
        styles: of the cells, as rich names them.
        broken: whether its cells, of any length, are broken into lines that fit; of the last column alone.
    """

    title: str
    cells: Sequence[str]
    short: Sequence[str] = ()
    least: int = 0
    spare: int = 0
    styles: Sequence[str] = ()
    broken: bool = False

    @property
    def width(self) -> int:
        """How many columns of the terminal it takes when it is whole, or the fewest if it is broken."""
        if self.broken:
            return NARROW
        from rich.cells import cell_len  # noqa: PLC0415 - JSON goes without

        return max(cell_len(each) for each in (self.title, *(cell[:LONGEST] for cell in self.cells)))


def table(columns: Sequence[Column], width: int | None) -> Iterator[Text]:
    """The lines of a table, its headings first, where it has any.

    Args:
        columns: all as long as the first.
        width: of the terminal; None: whole.
    """
    shown, widths = fitted(columns, width)
    if shown[-1].broken:
        widths[-1] = UNBOUNDED if width is None else max(NARROW, width - _total(widths) + NARROW)
    if any(each.title for each in shown):
        yield _line([each.title for each in shown], widths, ["bold"] * len(shown))
    for row in range(len(columns[0].cells)):
        cells = [each.cells[row] if each.broken else each.cells[row][:LONGEST] for each in shown]
        parts = broken(cells[-1], width and widths[-1]) if shown[-1].broken else [cells[-1]]
        styles = [each.styles[row] if each.styles else "" for each in shown]
        yield _line([*cells[:-1], parts[0]], widths, styles)
        yield from (_line([""] * (len(cells) - 1) + [part], widths, styles) for part in parts[1:])


def _line(cells: Sequence[str], widths: Sequence[int], styles: Sequence[str]) -> Text:
    from rich.cells import cell_len  # noqa: PLC0415 - JSON goes without
    from rich.text import Text  # noqa: PLC0415 - JSON goes without

    line = Text(no_wrap=True)
    for cell, room, style in zip(cells, widths, styles, strict=True):
        shown = _cut(cell, room)
        line.append(shown, style).append(" " * (room - cell_len(shown) + GAP if room < UNBOUNDED else 0))
    line.rstrip()
    return line


def fitted(columns: Sequence[Column], width: int | None) -> tuple[list[Column], list[int]]:
    """The columns that are shown, and how wide: first drawings go, then cells are cut, then columns are left out."""
    shown = list(columns)
    while True:
        widths = [each.width for each in shown]
        if width is None or _total(widths) <= width:
            return shown, widths
        drawn = next((each for each in shown if each.short), None)
        if drawn:
            shown[shown.index(drawn)] = drawn._replace(cells=drawn.short, short=())
            continue
        widths = _cut_down(shown, widths, width)
        spare = max(shown, key=lambda each: each.spare)
        if _total(widths) <= width or not spare.spare:
            return shown, widths
        shown.remove(spare)


def _cut_down(columns: Sequence[Column], widths: list[int], width: int) -> list[int]:
    """The widths that fit, if the columns' least ones do; the widest above its least gives first."""
    widths = list(widths)
    while _total(widths) > width:
        room = [now - each.least if each.least else 0 for now, each in zip(widths, columns, strict=True)]
        if max(room) <= 0:
            break
        widths[room.index(max(room))] -= 1
    return widths


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + GAP * (len(widths) - 1)


def _cut(text: str, room: int) -> str:
    from rich.cells import cell_len, set_cell_size  # noqa: PLC0415 - JSON goes without

    return text if cell_len(text) <= room else set_cell_size(text, max(0, room - 1)).rstrip() + "…"

"""Rows as aligned columns: within a terminal's width, or whole in a pipe. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

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
    """

    title: str
    cells: Sequence[str]
    short: Sequence[str] = ()
    least: int = 0
    spare: int = 0
    styles: Sequence[str] = ()

    @property
    def width(self) -> int:
        """How many columns of the terminal it takes when it is whole."""
        from rich.cells import cell_len  # noqa: PLC0415 - JSON goes without

        return max(cell_len(each) for each in (self.title, *(cell[:LONGEST] for cell in self.cells)))


def table(columns: Sequence[Column], width: int | None) -> Iterator[Text]:
    """The lines of a table, its headings first.

    Args:
        columns: all as long as the first.
        width: of the terminal; None: whole.
    """
    from rich.cells import set_cell_size  # noqa: PLC0415 - JSON goes without
    from rich.text import Text  # noqa: PLC0415 - JSON goes without

    shown, widths = fitted(columns, width)
    for row in range(-1, len(columns[0].cells)):
        line = Text(no_wrap=True)
        for column, room in zip(shown, widths, strict=True):
            whole = column.title if row < 0 else column.cells[row][:LONGEST]
            cell = set_cell_size(_cut(whole, room), room) + " " * GAP
            line.append(cell, "bold" if row < 0 else column.styles[row] if column.styles else "")
        line.rstrip()
        yield line


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

"""Sections of labelled lines, broken at a terminal's width. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from agentrun_operator.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.text import Text

INDENT = 2
NARROW = 20
"""Columns that a text has at least, however long its label."""

LABEL = 28
"""Columns of a label that are shown."""


class Line(NamedTuple):
    """A text, with a label where it begins something. Both may quote anybody.

    Args:
        label: what it is; empty: it goes on with the line above.
        text: what is said.
        style: of the text, as rich names it.
    """

    label: str
    text: str
    style: str = ""


class Section(NamedTuple):
    """Some lines under a title, their labels as a column."""

    title: str
    lines: Sequence[Line]


def page(sections: Sequence[Section], width: int | None) -> Iterator[Text]:
    """The lines of a page; sections without lines are left out.

    Args:
        sections: in their order.
        width: of the terminal; None: no line is broken.
    """
    from rich.text import Text  # noqa: PLC0415 - JSON goes without

    for place, section in enumerate(each for each in sections if each.lines):
        if place:
            yield Text()
        yield Text(printable(section.title), "bold")
        yield from _lines(section, width)


def _lines(section: Section, width: int | None) -> Iterator[Text]:
    from rich.cells import cell_len, set_cell_size  # noqa: PLC0415 - JSON goes without
    from rich.text import Text  # noqa: PLC0415 - JSON goes without

    labels = [printable(each.label)[:LABEL] for each in section.lines]
    left = max(map(cell_len, labels))
    room = None if width is None else max(NARROW, width - left - 2 * INDENT)
    for label, line in zip(labels, section.lines, strict=True):
        for place, part in enumerate(broken(printable(line.text), room)):
            begin = " " * INDENT + set_cell_size("" if place else label, left) + " " * INDENT * bool(left)
            made = Text(begin, no_wrap=True).append(part, line.style)
            made.rstrip()
            yield made


def broken(text: str, room: int | None) -> list[str]:
    """A text as lines of so many columns at most; None: as one.

    Args:
        text: printable, on one line.
        room: columns.
    """
    from rich.console import Console  # noqa: PLC0415 - JSON goes without
    from rich.text import Text  # noqa: PLC0415 - JSON goes without

    if room is None:
        return [text]
    return [each.plain.rstrip() for each in Text(text).wrap(Console(width=room), room)] or [""]

"""kubectl's own table: cut into cells, compared, and shown with colours. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

STYLES = {"True": "green", "False": "yellow", "Unknown": "red", "READY": "green"}
AGE = "AGE"  # changes all the time and tells nothing
LONG = "URL"  # gives way where the terminal is narrow

Row = tuple[str, ...]


def parse_table(text: str) -> list[Row]:
    """The cells of what `kubectl get` prints, the header first.

    Args:
        text: Columns are separated by at least two spaces and begin where their header begins.
    """
    lines = text.splitlines()
    if not lines:
        return []
    starts = [match.start() for match in re.finditer(r"\S+(?: \S+)*", lines[0])]
    bounds = list(zip(starts, [*starts[1:], None], strict=True))
    return [tuple(line[start:end].strip() for start, end in bounds) for line in lines]


def without_age(rows: list[Row]) -> list[Row]:
    """The table without the column that changes by itself."""
    kept = [column for column, name in enumerate(rows[0]) if name != AGE] if rows else []
    return [tuple(row[column] for column in kept) for row in rows]


def lines_changed(rows: Iterable[Row], known: Iterable[Row]) -> list[str]:
    """A line for each row that was not known; cells without content are a dash."""
    before = set(known)
    return ["  ".join(cell or "-" for cell in row) for row in rows if row not in before]


def shown(rows: list[Row]) -> Table:
    """A table for a terminal; words that say good or bad have its colour."""
    header, *body = rows or [("Nothing here yet",)]
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in header:
        table.add_column(name, no_wrap=name != LONG)
    for row in body:
        table.add_row(*(Text(cell, STYLES.get(cell, ""), no_wrap=True, overflow="ellipsis") for cell in row))
    return table

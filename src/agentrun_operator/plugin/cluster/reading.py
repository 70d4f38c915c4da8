"""Reads objects that may hold anything: what is not of the expected kind counts as absent. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)", re.ASCII)
LARGEST: Final = 10**9
LONGEST: Final = 2048
"""Characters of a text that are read; the operator's own are half as long."""


def mapping(value: object, *path: str) -> Mapping[str, object]:
    """What is at a path below a value; empty where nothing is, or something else."""
    found: object = value
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def entries(value: object, most: int = 100) -> Iterator[Mapping[str, object]]:
    """The mappings of a list, at most so many."""
    yield from map(mapping, value[:most] if isinstance(value, list) else ())


def text(value: object) -> str:
    """A text, or the beginning of one without end; empty where there is none."""
    return value[:LONGEST] if isinstance(value, str) else ""


def number(value: object) -> int | None:
    """A whole number of a size that people count to, or None."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value if whole and isinstance(value, int) and abs(value) <= LARGEST else None


def moment(value: object) -> datetime | None:
    """A time as Kubernetes writes it, or None."""
    found = text(value)
    if not MOMENT.fullmatch(found):
        return None
    try:
        return datetime.fromisoformat(found).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def full_name(thing: Mapping[str, object]) -> str:
    """The object as `namespace/name`."""
    metadata = mapping(thing, "metadata")
    return f"{text(metadata.get('namespace'))}/{text(metadata.get('name'))}"

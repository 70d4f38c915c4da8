"""How long something is, in a few characters. Pure."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

UNITS = (("d", 86400), ("h", 3600), ("m", 60), ("s", 1))


def duration(seconds: float) -> str:
    """A duration by its largest unit, and the next where that says more: `45s`, `5m`, `3h20m`, `12d`."""
    left = max(0, int(seconds))
    for (unit, size), (smaller, small) in pairwise(UNITS):
        if left >= size:
            rest = (left % size) // small
            return f"{left // size}{unit}" + (f"{rest}{smaller}" if rest and left // size < FEW else "")
    return f"{left}s"


FEW = 10
"""Of so many of a unit nobody asks for the rest."""


def since(moment: datetime | None, now: datetime) -> str:
    """How long ago a time is; `-` where it is not known."""
    return duration((now - moment).total_seconds()) if moment else "-"

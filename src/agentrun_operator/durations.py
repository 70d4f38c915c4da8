"""How long something takes, for people. Pure; knows nothing of what takes so long."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

UNITS: Final = (("d", 86400), ("h", 3600), ("m", 60), ("s", 1))
WRITTEN: Final = UNITS[1:]
"""The units that a manifest has."""

FEW: Final = 10
"""Of so many of a unit nobody asks for the rest."""


def duration(seconds: float) -> str:
    """A duration by its largest unit, and the next where that says more: `45s`, `5m`, `3h20m`, `12d`.

    Args:
        seconds: how long; less than none counts as none.
    """
    left = max(0, int(seconds))
    for (unit, size), (smaller, small) in pairwise(UNITS):
        if left >= size:
            rest = (left % size) // small
            return f"{left // size}{unit}" + (f"{rest}{smaller}" if rest and left // size < FEW else "")
    return f"{left}s"


def exactly(seconds: float) -> str:
    """A duration to the second, as people write it in a manifest: `1h2m30s`.

    Args:
        seconds: how long.
    """
    left, parts = round(seconds), []
    for unit, size in WRITTEN:
        count, left = divmod(left, size)
        parts += [f"{count}{unit}"] * bool(count)
    return "".join(parts) or "0s"

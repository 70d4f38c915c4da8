"""How long a piece of work still takes, from how much of it is done and how long that took. Pure.

The pace is that of all that was done: a machine that has other things to do as well is believed to go on so.
"""

from __future__ import annotations

from dataclasses import dataclass

EARLIEST = 20.0  # seconds: what is done by then is too little to tell anything
SHORT = 90.0  # seconds: what takes longer is told in minutes
LEAST = 0.02  # share of the work that has to be done before anything is told


@dataclass(frozen=True)
class Work:
    """A piece of work that is under way.

    Args:
        total: how much it is, in any unit; 0: nobody knows.
        done: how much of it is done, in the same unit.
        elapsed: how long that took, in seconds.
    """

    total: float
    done: float
    elapsed: float

    def seconds_left(self) -> float | None:
        """How long the rest takes, in seconds; None as long as nobody can tell."""
        if not self.total or self.elapsed < EARLIEST or self.done < LEAST * self.total:
            return None
        return self.elapsed / self.done * max(self.total - self.done, 0.0)


def in_words(seconds: float | None) -> str:
    """What is left for people, no more exact than it is; empty if nobody can tell."""
    if seconds is None:
        return ""
    if seconds < SHORT:
        return f"about {max(round(seconds, -1), 10):.0f} s left"
    return f"about {seconds / 60:.0f} min left"

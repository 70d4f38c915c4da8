"""Exponential backoff, the one formula of it. Pure: how often something failed, and chance, are arguments."""

from __future__ import annotations

MAX_RETRY_AFTER = 300.0
"""The longest pause in seconds that the service may ask for: a header in the wrong unit must not stop an account for
hours."""

LARGEST_EXPONENT = 64
"""A float knows no end of doubling."""


def backoff(failures: int, *, first: float, at_most: float, chance: float = 0.0, spread: float = 0.5) -> float:
    """Seconds to wait before the next try.

    Args:
        failures: tries that failed before the last one, 0 or more: each doubles the pause.
        first: the pause after the first failure, in seconds.
        at_most: the longest pause in seconds.
        chance: a random number from 0 to 1, so that those who failed together do not come back together.
        spread: the part of the pause that chance may take off.
    """
    return min(at_most, first * 2.0 ** min(failures, LARGEST_EXPONENT)) * (1 - chance * spread)

"""Looks again and again until something is so. A cluster that is out of reach for a moment is asked again."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from agentrun_operator.plugin.cluster.kubectl.refusals import UnreachableError
from agentrun_operator.plugin.exits import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

PAUSE: Final = 1.0
"""Seconds between two looks: each is a start of kubectl."""

TIME: Final = re.compile(r"(?=[0-9])(?:([0-9]{1,4})h)?(?:([0-9]{1,4})m)?(?:([0-9]{1,5})s)?")


class Clock(Protocol):
    """Where the time comes from."""

    @property
    def monotonic(self) -> Callable[[], float]:
        """The seconds, for durations."""

    @property
    def sleep(self) -> Callable[[float], None]:
        """The wait for a number of seconds."""


def seconds_of(duration: str) -> float:
    """The seconds of a duration such as `90s` or `1h30m`.

    Raises:
        UsageError: it is none.
    """
    found = TIME.fullmatch(duration)
    if not found:
        raise UsageError(f"{duration[:40]!r} is no time: write 90s, 5m or 1h30m")
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return hours * 3600.0 + minutes * 60 + seconds


def until(look: Callable[[], T], done: Callable[[T], bool], within: float, clock: Clock) -> T:
    """Look until it is done or the time is over, and return what was seen last.

    Args:
        look: asks the cluster. What cannot be reached after the first look is asked again.
        done: whether what was seen is what is waited for.
        within: seconds.
        clock: the time.

    Raises:
        PluginError: whatever the look raises; that the cluster is out of reach only at the end.
    """
    end = clock.monotonic() + within
    found = look()
    while not done(found):
        left = end - clock.monotonic()
        if left <= 0:
            return found
        clock.sleep(min(PAUSE, left))
        try:
            found = look()
        except UnreachableError:
            if clock.monotonic() >= end:
                raise
    return found

"""What a command works with: the cluster, the terminal, the time. Made once, of the flags."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from agentrun_operator.plugin.cluster.kubectl.kubectl import Kubectl
    from agentrun_operator.plugin.screen.screen import Screen


def utc_now() -> datetime:
    """The time of day."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Session:
    """One run of one command.

    Args:
        kubectl: the cluster.
        screen: the terminal or the pipes.
        now: the time of day.
        monotonic: seconds, for durations.
        sleep: waits for a number of seconds.
    """

    kubectl: Kubectl
    screen: Screen
    now: Callable[[], datetime] = utc_now
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

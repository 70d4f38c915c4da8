"""The operator's own /metrics, read over time: what it keeps that it should have let go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Sequence

    import aiohttp

MIB = 2**20


@dataclass(frozen=True, slots=True)
class Sample:
    """What /metrics said at a moment.

    Attributes:
        at: when, in seconds of some clock.
        memory: resident, in MiB.
        descriptors: open ones: sockets and files.
        active: passes under way.
        depth: objects that wait for a pass.
        defects: passes that a defect has stopped so far.
    """

    at: float
    memory: float
    descriptors: float
    active: float
    depth: float
    defects: float

    @classmethod
    def of(cls, at: float, text: str) -> Self:
        """Read them from the text of /metrics."""
        lines = (line.rpartition(" ") for line in text.splitlines() if line and not line.startswith("#"))
        told = {name: float(value) for name, _, value in lines}
        return cls(
            at=at,
            memory=told["process_resident_memory_bytes"] / MIB,
            descriptors=told["process_open_fds"],
            active=told["agentrun_queue_active"],
            depth=told["agentrun_queue_depth"],
            defects=told.get('agentrun_reconciles_total{outcome="error"}', 0.0),
        )


async def sample(http: aiohttp.ClientSession, url: str, at: float) -> Sample:
    """Ask /metrics.

    Args:
        http: a session.
        url: of the metrics.
        at: when this is, in seconds of some clock.
    """
    async with http.get(url) as response:
        response.raise_for_status()
        return Sample.of(at, await response.text())


def growth(samples: Sequence[Sample]) -> float:
    """MiB an hour by which memory grows: the slope of the line that fits best. 0 with fewer than two samples."""
    if len(samples) < 2:  # noqa: PLR2004 - a line needs two points
        return 0.0
    middle = sum(each.at for each in samples) / len(samples)
    mean = sum(each.memory for each in samples) / len(samples)
    spread = sum((each.at - middle) ** 2 for each in samples)
    slope = sum((each.at - middle) * (each.memory - mean) for each in samples) / spread
    return slope * 3600

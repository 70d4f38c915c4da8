"""Looks at the endpoints of a runtime that are in transition: one by one, or by the pages of its list, whatever takes
fewer calls.

While many are in transition in a big runtime its pages are read in even steps, so that news comes evenly too. How long
each pause is, `schedule` says; whether this refresh or the full one comes next, `poller`.
"""

from __future__ import annotations

import asyncio
from itertools import islice
from typing import TYPE_CHECKING

from agentrun_operator.controller.remote.polling.schedule import PollSchedule, Step
from agentrun_operator.controller.remote.problems import ProblemError

if TYPE_CHECKING:
    from collections.abc import Callable

    from agentrun_operator.controller.remote.polling.page_reader import PageReader
    from agentrun_operator.controller.remote.runtime.runtime import RuntimeCache

TOGETHER = 5
"""Endpoints that are looked at at the same time: few enough that a user's change does not wait behind them."""


class TransitionRefresh:
    """The looks at one runtime's endpoints in transition."""

    def __init__(
        self, cache: RuntimeCache, reader: PageReader, schedule: PollSchedule, clock: Callable[[], float]
    ) -> None:
        """Prepare the first look.

        Args:
            cache: what to refresh.
            reader: the reading of all pages.
            schedule: how often.
            clock: the time in seconds.
        """
        self._cache = cache
        self._reader = reader
        self._schedule = schedule
        self._clock = clock
        self._looked_at = clock()
        self._failures = 0
        self._writes = 0

    @property
    def well(self) -> bool:
        """Whether the last look did not fail."""
        return not self._failures

    def step(self) -> Step | None:
        """The next look; None if nothing is under way."""
        pages = self._reader.pages
        moving = tuple(islice(self._cache.moving(), pages))
        if not moving:
            return None
        return Step(moving) if len(moving) < pages else Step(parts=pages)

    def due(self, step: Step) -> float:
        """When it is."""
        return self._looked_at + self._pause_before(step)

    def replaces_full_refresh(self, step: Step) -> bool:
        """Whether a pass over all pages goes well: at its end it stands for the full refresh."""
        return step.parts > 1 and self._reader.under_way and self.well

    def _pause_before(self, step: Step) -> float:
        if self._failures:
            return self._schedule.failing(self._failures)
        now, cache = self._clock(), self._cache
        writes = cache.writes - self._writes
        return self._schedule.following(step, now - cache.moved_at, quiet=now - cache.wrote_at, writes=writes)

    async def refresh(self, step: Step) -> None:
        """Take one look.

        Raises:
            ProblemError: AgentRun answered none of the calls.
        """
        self._writes = self._cache.writes
        try:
            await (self._get_each(step.endpoint_ids) if step.endpoint_ids else self._reader.step())
        finally:
            self.looked()
        self._failures = 0

    def looked(self) -> None:
        """What is in transition was seen just now, by this look or another: the pause begins."""
        self._looked_at = self._clock()

    def failed(self) -> None:
        """A look failed: the next one is later."""
        self._failures += 1

    async def _get_each(self, endpoint_ids: tuple[str, ...]) -> None:
        """Get them, a few at a time. One that cannot be seen does not hide the others."""
        places = asyncio.Semaphore(TOGETHER)

        async def get(endpoint_id: str) -> ProblemError | None:
            async with places:
                try:
                    await self._cache.get(endpoint_id)
                except ProblemError as error:
                    return error
            return None

        errors = await asyncio.gather(*map(get, endpoint_ids))
        if all(errors) and errors[-1]:
            raise errors[-1]

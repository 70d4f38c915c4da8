"""Looks at all endpoints of a runtime each poll interval: by one list, and page by page after that failed, so that one
page does not void the others.

How long each pause is, `schedule` says; whether this refresh or the other comes next, `poller`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from agentrun_operator.controller.remote.polling.schedule import PollSchedule, Step

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from agentrun_operator.controller.remote.polling.page_reader import PageReader
    from agentrun_operator.controller.remote.runtime.runtime import RuntimeCache


class FullRefresh:
    """The full refresh of one runtime.

    Attributes:
        due: when the next one is, in seconds of the clock.
        page_by_page: whether the last one failed, and is made up for page by page.
    """

    def __init__(
        self,
        cache: RuntimeCache,
        reader: PageReader,
        schedule: PollSchedule,
        *,
        before: Callable[[], Awaitable[None]],
        jitter: Callable[[], float],
        clock: Callable[[], float],
    ) -> None:
        """Prepare the first one.

        Args:
            cache: what to refresh.
            reader: the reading of all pages.
            schedule: how often.
            before: called before each: the account's credentials may have changed.
            jitter: random numbers from 0 to 1.
            clock: the time in seconds.
        """
        self._cache = cache
        self._reader = reader
        self._schedule = schedule
        self._before = before
        self._jitter = jitter
        self._clock = clock
        self.due = clock() + schedule.at_rest(jitter())
        self.page_by_page = False
        self._failures = 0

    async def refresh(self, *, anyway: bool) -> bool:
        """Look, unless everything was seen not long ago.

        Args:
            anyway: looks even then.

        Returns:
            whether all of it was seen just now.

        Raises:
            ProblemError: AgentRun did not say.
        """
        await self._before()
        at_once = (anyway or self._blind) and await self._read_on()
        self._failures = 0
        self.page_by_page = self.page_by_page and self._blind
        if self.page_by_page:
            every_page = Step(parts=self._reader.pages)
            self.due = self._clock() + self._schedule.following(every_page, 0.0, quiet=math.inf, writes=0)
        else:
            self.due = self._cache.seen_at + self._schedule.at_rest(self._jitter())
        return at_once

    def failed(self) -> None:
        """A look failed: it is made up for soon, page by page."""
        self._failures += 1
        self.due = self._clock() + self._schedule.failing(self._failures)
        self.page_by_page = True

    @property
    def _blind(self) -> bool:
        return self._cache.blind_for >= self._schedule.resting

    async def _read_on(self) -> bool:
        """A page, or the whole list; whether it was that."""
        if self.page_by_page and self._reader.pages > 1:
            await self._reader.step()
            return False
        await self._cache.list(newer_than=self._clock())
        self._reader.restart()
        self.page_by_page = False
        return True

"""Keeps one runtime's view fresh: a regular look at everything, and looks at what is under way in between.

A poll tells the objects whose endpoint changed and writes nothing. Either kind of look has its own time and its own
failures, so that neither stops the other. While much is under way in a big runtime its list is read page by page,
evenly, so that its news come evenly too; and so is a list that failed, so that one page does not void the others. How
long each pause is: `pace`.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from itertools import islice
from typing import TYPE_CHECKING

from agentrun_operator.agentrun.operations import PAGE_SIZE
from agentrun_operator.controller.pace import Pace, Step
from agentrun_operator.controller.queue import Priority
from agentrun_operator.controller.sweep import Sweep
from agentrun_operator.controller.turns import urgency
from agentrun_operator.controller.unseen import UnseenError
from agentrun_operator.resources.reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from agentrun_operator.controller.view import RuntimeView

log = logging.getLogger(__name__)

TOGETHER = 5
"""Endpoints that are looked at at the same time: few enough that a user's change does not wait behind them."""


class Poller:
    """The refresh of one runtime's view."""

    def __init__(
        self,
        view: RuntimeView,
        pace: Pace,
        *,
        before: Callable[[], Awaitable[None]],
        jitter: Callable[[], float],
        clock: Callable[[], float] = time.monotonic,
        stale_after: float,
        stale: Callable[[], None],
    ) -> None:
        """Prepares the poller; `run` is the work.

        Args:
            view: what to refresh.
            pace: how often.
            before: called before each regular look: the account's credentials may have changed.
            jitter: random numbers from 0 to 1.
            clock: the time in seconds.
            stale_after: age in seconds at which what is known is too old; when AgentRun says that the runtime is gone,
                it is so at once.
            stale: called once when it is, and once when it no longer is.
        """
        self._view = view
        self._pace = pace
        self._before = before
        self._jitter = jitter
        self._clock = clock
        self._stale_after = stale_after
        self._stale = stale
        self._was_stale = False
        self._wakeup = asyncio.Event()
        self._sweep = Sweep(view, clock)
        self._regular_due = clock() + pace.at_rest(jitter())
        self._regular_failures = 0
        self._page_by_page = False
        self._followed_at = self._versions_at = clock()
        self._failures = 0
        self._writes = 0
        self._lost = False

    def hurry(self) -> None:
        """A change is under way: look soon."""
        self._view.moved_at = self._clock()
        self._wakeup.set()

    async def run(self) -> None:
        """Looks until it is cancelled."""
        urgency.set(Priority.NEW)  # whatever the pass is that began it; looks and new objects take turns
        while True:
            await self._pause()
            await self._look()
            self._tell_if_stale()

    async def _pause(self) -> None:
        """Waits for the next look; a hurry in between makes the rest of it short."""
        while (left := self._due() - self._clock()) > 0:
            self._wakeup.clear()
            wait = min(left, self._changes_end())
            try:
                async with asyncio.timeout(wait):
                    await self._wakeup.wait()
            except TimeoutError:
                if wait == left:
                    return

    def _changes_end(self) -> float:
        """Seconds until the changes that are sent to the runtime may turn out to have ended; the pause is another
        then.
        """
        left = self._view.wrote_at + self._pace.fast - self._clock()
        return left if left > 0 else math.inf

    def _due(self) -> float:
        """When the next look is."""
        if (step := self._next_step()) is None:
            return self._regular_due
        following = self._followed_at + self._pause_before(step)
        return following if self._reads_all(step) else min(following, self._regular_due)

    def _pause_before(self, step: Step) -> float:
        if self._failures:
            return self._pace.failing(self._failures)
        now, view = self._clock(), self._view
        writes = view.writes - self._writes
        return self._pace.following(step, now - view.moved_at, quiet=now - view.wrote_at, writes=writes)

    def _next_step(self) -> Step | None:
        """How to look at what is under way; None if nothing is, or the runtime itself is gone."""
        moving = tuple(islice(self._view.moving(), self._pages))
        if not moving or self._lost:
            return None
        return Step(moving) if len(moving) < self._pages else Step(parts=self._pages)

    @property
    def _pages(self) -> int:
        return -(-len(self._view.book) // PAGE_SIZE)

    def _reads_all(self, step: Step) -> bool:
        """Whether a reading of all pages goes well: it is the regular look when it ends."""
        return step.parts > 1 and self._sweep.under_way and not self._failures

    async def _look(self) -> None:
        step = self._next_step()
        if step and self._clock() >= self._regular_due and not self._reads_all(step):
            step = None
        well = not (self._page_by_page or self._failures)
        try:
            await self._look_at_versions()
            await (self._follow(step) if step else self._look_at_all())
        except UnseenError as error:
            self._failed(following=step is not None)
            if error.problem.reason is Reason.RUNTIME_NOT_FOUND:
                self._lost = True
                self._sweep.restart()
            log.log(
                logging.WARNING if well else logging.DEBUG,
                "Cannot look at runtime %s: %s",
                self._view.runtime_id,
                error,
            )
        except Exception:  # a defect must not leave the runtime without looks for ever
            self._failed(following=step is not None)
            log.exception("A defect stopped a look at runtime %s", self._view.runtime_id)

    def _failed(self, *, following: bool) -> None:
        if following:
            self._failures += 1
        else:
            self._regular_failures += 1
            self._regular_due = self._clock() + self._pace.failing(self._regular_failures)
            self._page_by_page = True

    async def _look_at_all(self) -> None:
        """The regular look, unless everything was read not long ago; or a page of it, where it failed before."""
        await self._before()
        if self._lost or self._blind:
            await self._read_on()
        self._regular_failures = 0
        if self._page_by_page and self._blind:
            every_page = Step(parts=self._pages)
            self._regular_due = self._clock() + self._pace.following(every_page, 0.0, quiet=math.inf, writes=0)
        else:
            self._page_by_page = self._lost = False
            self._regular_due = self._view.seen_at + self._pace.at_rest(self._jitter())

    @property
    def _blind(self) -> bool:
        return self._view.blind_for >= self._pace.resting

    async def _read_on(self) -> None:
        if self._page_by_page and self._pages > 1:
            await self._sweep.step()
        else:
            await self._view.list(newer_than=self._clock())
            self._sweep.restart()
            self._page_by_page = False
            self._followed_at = self._clock()

    async def _look_at_versions(self) -> None:
        """A failure concerns those who follow LATEST, and slows nobody else."""
        now = self._clock()
        if not self._view.follows_latest or now < self._versions_at + self._pace.resting:
            return
        self._versions_at = now
        try:
            await self._view.newest_version(newer_than=now)
        except UnseenError as error:
            log.debug("Cannot look at the versions of runtime %s: %s", self._view.runtime_id, error)

    async def _follow(self, step: Step) -> None:
        """A look at what is under way."""
        self._writes = self._view.writes
        try:
            if not step.endpoint_ids:
                await self._sweep.step()
            else:
                if not self._page_by_page:
                    self._sweep.restart()
                await self._get_each(step.endpoint_ids)
        finally:
            self._followed_at = self._clock()
        self._failures = 0

    async def _get_each(self, endpoint_ids: tuple[str, ...]) -> None:
        """Some at a time. One that cannot be seen does not hide the others."""
        turns = asyncio.Semaphore(TOGETHER)

        async def get(endpoint_id: str) -> UnseenError | None:
            async with turns:
                try:
                    await self._view.get(endpoint_id)
                except UnseenError as error:
                    return error
            return None

        errors = await asyncio.gather(*map(get, endpoint_ids))
        if all(errors) and errors[-1]:
            raise errors[-1]

    def _tell_if_stale(self) -> None:
        stale = self._lost or self._view.blind_for >= self._stale_after
        if stale != self._was_stale:
            self._was_stale = stale
            self._stale()

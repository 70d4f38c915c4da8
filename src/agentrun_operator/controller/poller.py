"""Keeps one runtime's view fresh: a list each interval, sooner and oftener while a change is under way.

A poll tells the objects whose endpoint changed and writes nothing. The list of a big runtime is read page by page while
something is under way, evenly, so that its news come evenly too. How long each pause is: `pace`.
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
            before: called before each look at rest: the account's credentials may have changed.
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
        self._regular_due = clock() + pace.resting
        self._regular_failures = 0
        self._failures = 0
        self._writes = 0
        self._sweep = Sweep(view, clock)
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
        started = self._clock()
        while (left := started + self._next_pause() - self._clock()) > 0:
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

    def _next_pause(self) -> float:
        step = self._next_step()
        if step is None or self._lost:
            failures = max(self._failures, self._regular_failures)
            return self._pace.failing(failures) if failures else self._pace.at_rest(self._jitter())
        if self._failures:
            return self._pace.failing(self._failures)
        now, view = self._clock(), self._view
        writes = view.writes - self._writes
        quiet = now - view.wrote_at
        still = now - view.moved_at if any(view.moving()) else 0.0
        return self._pace.following(step, still, quiet=quiet, writes=writes)

    def _next_step(self) -> Step | None:
        """How to look at what is under way; None if nothing is.

        A list of many pages that failed is made up for page by page: one that fails does not void the others.
        """
        pages = -(-len(self._view.book) // PAGE_SIZE)
        moving = tuple(islice(self._view.moving(), pages))
        if not moving:
            return Step(parts=pages) if self._regular_failures and pages > 1 else None
        return Step(moving) if len(moving) < pages else Step(parts=pages)

    async def _look(self) -> None:
        """One look. When the regular one fails, what is under way is still followed until it is tried again."""
        self._writes = self._view.writes
        step = self._next_step()
        if self._lost or self._regular(step):
            step = None
        try:
            await (self._follow(step) if step else self._rest())
        except UnseenError as error:
            self._failed(step)
            self._lost = error.problem.reason is Reason.RUNTIME_NOT_FOUND
            if self._lost:
                self._sweep.restart()
            level = logging.WARNING if self._failures + self._regular_failures == 1 else logging.DEBUG
            log.log(level, "Cannot look at runtime %s: %s", self._view.runtime_id, error)
        except Exception:  # a defect must not leave the runtime without looks for ever
            self._failed(step)
            log.exception("A defect stopped a look at runtime %s", self._view.runtime_id)
        else:
            self._failures = 0
            if step is None:
                self._regular_failures, self._lost = 0, False

    def _regular(self, step: Step | None) -> bool:
        """Whether it is time for the regular look. A reading of all pages that goes well is one when it ends."""
        reading = step is not None and step.parts > 1 and self._sweep.under_way and not self._failures
        return self._clock() >= self._regular_due and not reading

    def _failed(self, step: Step | None) -> None:
        if step:
            self._failures += 1
        else:
            self._regular_failures += 1
            self._regular_due = self._clock() + self._pace.failing(self._regular_failures)

    async def _rest(self) -> None:
        """The regular look at everything; if all was read not long ago, what is under way is enough."""
        await self._before()
        if self._lost or self._view.blind_for >= self._pace.resting:
            await self._view.list(newer_than=self._clock())
            self._sweep.restart()
        elif step := self._next_step():
            await self._follow(step)
        self._regular_due = self._view.seen_at + self._pace.resting
        if self._view.follows_latest:
            await self._look_at_versions()

    async def _look_at_versions(self) -> None:
        """A failure concerns those who follow LATEST, and slows nobody else."""
        try:
            await self._view.newest_version(newer_than=self._clock())
        except UnseenError as error:
            log.debug("Cannot look at the versions of runtime %s: %s", self._view.runtime_id, error)

    async def _follow(self, step: Step) -> None:
        """A look at what is under way."""
        if step.endpoint_ids:
            self._sweep.restart()
            await self._get_each(step.endpoint_ids)
        else:
            await self._sweep.step()

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

"""Keeps one runtime's view fresh: whose turn it is, the regular look's at everything or what is under way's.

A poll tells the objects whose endpoint changed and writes nothing. Either kind of look has its own time and its own
failures, so that neither stops the other. How each looks: `regular` and `following`; how long each pause is: `pace`.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from typing import TYPE_CHECKING

from agentrun_operator.controller.concurrency.fairness import urgency
from agentrun_operator.controller.concurrency.workqueue import Priority
from agentrun_operator.controller.remote.polling.full_refresh import RegularLook
from agentrun_operator.controller.remote.polling.page_reader import Sweep
from agentrun_operator.controller.remote.polling.transition_refresh import Following
from agentrun_operator.controller.remote.problems import UnseenError
from agentrun_operator.resources.reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from agentrun_operator.controller.remote.polling.schedule import Pace, Step
    from agentrun_operator.controller.remote.runtime.runtime import RuntimeView

log = logging.getLogger(__name__)


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
        self._clock = clock
        self._stale_after = stale_after
        self._stale = stale
        self._was_stale = False
        self._wakeup = asyncio.Event()
        self._sweep = Sweep(view, clock)
        self._regular = RegularLook(view, self._sweep, pace, before=before, jitter=jitter, clock=clock)
        self._following = Following(view, self._sweep, pace, clock)
        self._versions_at = clock()
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
            return self._regular.due
        following = self._following.due(step)
        return following if self._following.reads_all(step) else min(following, self._regular.due)

    def _next_step(self) -> Step | None:
        """How to look at what is under way; None if nothing is, or the runtime itself is gone."""
        return None if self._lost else self._following.step()

    async def _look(self) -> None:
        step = self._next_step()
        if step and self._clock() >= self._regular.due and not self._following.reads_all(step):
            step = None
        turn = self._following if step else self._regular
        well = self._following.well and not self._regular.page_by_page
        try:
            await self._look_at_versions()
            await (self._follow(step) if step else self._look_at_all())
        except UnseenError as error:
            turn.failed()
            if error.problem.reason is Reason.RUNTIME_NOT_FOUND:
                self._lost = True
                self._sweep.restart()
            level = logging.WARNING if well else logging.DEBUG
            log.log(level, "Cannot look at runtime %s: %s", self._view.runtime_id, error)
        except Exception:  # a defect must not leave the runtime without looks for ever
            turn.failed()
            log.exception("A defect stopped a look at runtime %s", self._view.runtime_id)

    async def _follow(self, step: Step) -> None:
        if step.endpoint_ids and not self._regular.page_by_page:
            self._sweep.restart()
        await self._following.look(step)

    async def _look_at_all(self) -> None:
        if await self._regular.look(anyway=self._lost):
            self._following.looked()
        self._lost = self._lost and self._regular.page_by_page

    async def _look_at_versions(self) -> None:
        """A failure concerns those who follow LATEST, and slows nobody else."""
        now = self._clock()
        if not self._view.watchers.on_latest or now < self._versions_at + self._pace.resting:
            return
        self._versions_at = now
        try:
            await self._view.newest_version(newer_than=now)
        except UnseenError as error:
            log.debug("Cannot look at the versions of runtime %s: %s", self._view.runtime_id, error)

    def _tell_if_stale(self) -> None:
        stale = self._lost or self._view.blind_for >= self._stale_after
        if stale != self._was_stale:
            self._was_stale = stale
            self._stale()

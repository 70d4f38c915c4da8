"""Keeps one runtime's cache fresh: a full refresh now and then, and what is in transition more often.

Enqueues the objects whose endpoint changed and writes nothing. Each kind of refresh has its own time and its own
failures, so that neither stops the other. How they read: `full_refresh`, `transition_refresh`. How long each pause is:
`schedule`.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from typing import TYPE_CHECKING

from agentrun_operator.controller.concurrency.priority import Priority, Tenants, looking, tenants, urgency
from agentrun_operator.controller.remote.polling.full_refresh import FullRefresh
from agentrun_operator.controller.remote.polling.page_reader import PageReader
from agentrun_operator.controller.remote.polling.transition_refresh import TransitionRefresh
from agentrun_operator.controller.remote.problems import ProblemError
from agentrun_operator.resources.reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from agentrun_operator.controller.remote.polling.schedule import PollSchedule, Step
    from agentrun_operator.controller.remote.runtime.runtime import RuntimeCache

log = logging.getLogger(__name__)


AGE_STEP = 1.0
"""Seconds between two looks at the age of what is stale, and the most by which it is told too late."""


class Poller:
    """What keeps one runtime's cache fresh."""

    def __init__(
        self,
        cache: RuntimeCache,
        schedule: PollSchedule,
        *,
        before: Callable[[], Awaitable[None]],
        jitter: Callable[[], float],
        clock: Callable[[], float] = time.monotonic,
        stale_after: float,
        stale: Callable[[], None],
    ) -> None:
        """Prepare the poller; `run` is the work.

        Args:
            cache: what to refresh.
            schedule: how often.
            before: called before each full refresh: the account's credentials may have changed.
            jitter: random numbers from 0 to 1.
            clock: the time in seconds.
            stale_after: age in seconds at which what is known is too old; when AgentRun says that the runtime is gone,
                it is so at once.
            stale: called once when it is, and once when it no longer is.
        """
        self._cache = cache
        self._schedule = schedule
        self._clock = clock
        self._stale_after = stale_after
        self._stale = stale
        self._was_stale = False
        self._wakeup = asyncio.Event()
        self._reader = PageReader(cache, clock)
        self._full = FullRefresh(cache, self._reader, schedule, before=before, jitter=jitter, clock=clock)
        self._transitions = TransitionRefresh(cache, self._reader, schedule, clock)
        self._versions_at = clock()
        self._lost = False

    def poll_soon(self) -> None:
        """A change is under way: look soon."""
        self._cache.moved_at = self._clock()
        self._wakeup.set()

    async def run(self) -> None:
        """Look until it is cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._look())
            group.create_task(self._watch_age())

    async def _look(self) -> None:
        urgency.set(Priority.NEW)  # looks and new objects take turns
        looking.set(True)
        while True:
            await self._pause()
            await self._poll()
            self._tell_if_stale()

    async def _watch_age(self) -> None:
        """Tell when what is known becomes stale, whatever the look under way is waiting for."""
        while True:
            await asyncio.sleep(max(self._stale_after - self._cache.blind_for, 0.0) + AGE_STEP)
            self._tell_if_stale()

    async def _pause(self) -> None:
        """Wait until the next look is due; `poll_soon` in between makes the wait short."""
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
        left = self._cache.wrote_at + self._schedule.fast - self._clock()
        return left if left > 0 else math.inf

    def _due(self) -> float:
        """When the next look is."""
        if (step := self._next_step()) is None:
            return self._full.due
        following = self._transitions.due(step)
        return following if self._transitions.replaces_full_refresh(step) else min(following, self._full.due)

    def _next_step(self) -> Step | None:
        """How to look at what is under way; None if nothing is, or the runtime itself is gone."""
        return None if self._lost else self._transitions.step()

    async def _poll(self) -> None:
        tenants.set(Tenants(*{key.namespace for key in self._cache.subscribers}))
        step = self._next_step()
        if step and self._clock() >= self._full.due and not self._transitions.replaces_full_refresh(step):
            step = None
        refresh = self._transitions if step else self._full
        well = self._transitions.well and not self._full.page_by_page
        try:
            await self._refresh_versions()
            await (self._refresh_transitions(step) if step else self._refresh_all())
        except ProblemError as error:
            refresh.failed()
            if error.problem.reason is Reason.RUNTIME_NOT_FOUND:
                self._lost = True
                self._reader.restart()
            level = logging.WARNING if well else logging.DEBUG
            log.log(level, "Cannot look at runtime %s: %s", self._cache.runtime_id, error)
        except Exception:  # a defect must not leave the runtime without looks for ever
            refresh.failed()
            log.exception("A defect stopped a look at runtime %s", self._cache.runtime_id)

    async def _refresh_transitions(self, step: Step) -> None:
        if step.endpoint_ids and not self._full.page_by_page:
            self._reader.restart()
        await self._transitions.refresh(step)

    async def _refresh_all(self) -> None:
        if await self._full.refresh(anyway=self._lost):
            self._transitions.looked()
        self._lost = self._lost and self._full.page_by_page

    async def _refresh_versions(self) -> None:
        """A failure concerns those who follow LATEST, and slows nobody else."""
        now = self._clock()
        if not self._cache.subscribers.on_latest or now < self._versions_at + self._schedule.resting:
            return
        self._versions_at = now
        try:
            await self._cache.info.newest_version(newer_than=now)
        except ProblemError as error:
            log.debug("Cannot look at the versions of runtime %s: %s", self._cache.runtime_id, error)

    def _tell_if_stale(self) -> None:
        stale = self._lost or self._cache.blind_for >= self._stale_after
        if stale != self._was_stale:
            self._was_stale = stale
            self._stale()

"""Keeps one runtime's cache fresh: looks at it when `next_poll` says so, once it is its turn in `poll_share`.

The cache enqueues the objects whose endpoint changed. Nothing is written here, and nothing decided.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from agentrun_operator.controller.concurrency.priority import Priority, Tenants, how_urgent, looking, tenants, urgency
from agentrun_operator.controller.remote.polling.next_poll import VERSIONS_EVERY, PollState, Turn, What, next_poll
from agentrun_operator.controller.remote.polling.page_reader import PageReader
from agentrun_operator.observation.problems import REFUSALS, ProblemError
from agentrun_operator.resources.reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from agentrun_operator.controller.concurrency.fairness import Waiter
    from agentrun_operator.controller.remote.polling.next_poll import Poll
    from agentrun_operator.controller.remote.polling.poll_share import PollShare
    from agentrun_operator.controller.remote.polling.schedule import PollSchedule, Step
    from agentrun_operator.controller.remote.runtime.runtime import RuntimeCache

log = logging.getLogger(__name__)

AGE_STEP = 1.0
"""Seconds between two looks at the age of what is stale, and the most by which it is told too late."""

TOGETHER = 5
"""Endpoints that are looked at at the same time: few enough that a user's change does not wait behind them."""


class Poller:
    """What keeps one runtime's cache fresh."""

    def __init__(
        self,
        cache: RuntimeCache,
        schedule: PollSchedule,
        *,
        share: Callable[[], PollShare],
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
            share: whose turns are waited for, now.
            before: called before each full refresh: the account's credentials may have changed.
            jitter: random numbers from 0 to 1.
            clock: the time in seconds.
            stale_after: age in seconds at which what is known is too old; when AgentRun says that the runtime is gone,
                it is so at once.
            stale: called once when it is, and once when it no longer is.
        """
        self._cache = cache
        self._schedule = schedule
        self._share = share
        self._before = before
        self._jitter = jitter
        self._clock = clock
        self._stale_after = stale_after
        self._stale = stale
        self._was_stale = False
        self._was_refused = False
        self._wakeup = asyncio.Event()
        self._reader = PageReader(cache, clock)
        self._rest_turn: Waiter | None = None
        self._step_turn: Waiter | None = None
        self._shares_in: PollShare | None = None
        self._step_for = Tenants()
        self._urgency = Priority.NEW
        now = clock()
        self._state = PollState(
            due=now + schedule.at_rest(jitter()),
            looked_at=now,
            versions_due=now + self._schedule.interval * VERSIONS_EVERY * jitter(),
            seen_at=now,
            moved_at=now,
        )

    def poll_soon(self) -> None:
        """A change is under way: look soon, and before others if it is a user's edit."""
        self._cache.moved_at = self._clock()
        if how_urgent() is Priority.EDIT:
            self._urgency = Priority.EDIT
            self._step_for.join((), Priority.EDIT)
        self._wakeup.set()

    async def run(self) -> None:
        """Look until it is cancelled."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._look())
                group.create_task(self._watch_age())
        finally:
            for waiter in filter(None, (self._rest_turn, self._step_turn)):
                waiter.given.cancel()
            if self._shares_in:
                self._shares_in.rest.forget(self)

    async def _look(self) -> None:
        urgency.set(Priority.NEW)  # looks and new objects take turns
        looking.set(True)
        while True:
            self._wakeup.clear()
            self._state = self._present()
            if not self._state.moving:
                self._urgency = Priority.NEW
            poll = next_poll(self._state, self._schedule, self._clock())
            if (left := poll.when - self._clock()) > 0:
                await self._pause(left)
            elif poll.needs_turn:
                self._line_up(poll)
            else:
                await self._poll(poll)
                self._tell_if_stale()

    async def _watch_age(self) -> None:
        """Tell when what is known becomes stale, whatever the look under way is waiting for."""
        while True:
            await asyncio.sleep(max(self._stale_after - self._cache.blind_for, 0.0) + AGE_STEP)
            self._tell_if_stale()

    async def _pause(self, seconds: float) -> None:
        """Wait so long, or until `poll_soon`, or for the turn."""
        try:
            async with asyncio.timeout(seconds if seconds < math.inf else None):
                await self._wakeup.wait()
        except TimeoutError:
            return

    def _present(self) -> PollState:
        """The state, with what the cache and the reader know now."""
        cache, pages = self._cache, self._reader.pages
        return replace(
            self._state,
            seen_at=cache.seen_at,
            moved_at=cache.moved_at,
            sent_at=cache.sent_at,
            pages=pages,
            moving=tuple(islice(cache.moving(), pages)),
            reading=self._reader.under_way,
            lost=cache.missing,
            on_latest=bool(cache.subscribers.on_latest),
            rest_turn=_turn(self._rest_turn),
            step_turn=_turn(self._step_turn),
        )

    def _line_up(self, poll: Poll) -> None:
        """Wait for this runtime's turn, for all whose objects depend on it."""
        share = self._share()
        if self._shares_in not in (None, share):
            self._shares_in.rest.forget(self)
        self._shares_in = share
        share.rest.note(self, max(self._reader.pages, 1))
        whose = self._work_for_subscribers(poll)
        if poll.step:
            self._step_for = whose
            self._step_turn = waiter = share.steps.join()
        else:
            if not self._state.refresh_failures:  # else it had its turn, and AgentRun failed
                self._cache.awaits_turn()
            self._rest_turn = waiter = share.rest.join()
            waiter.given.add_done_callback(lambda _: self._cache.has_turn())
        waiter.given.add_done_callback(lambda _: self._wakeup.set())

    def _work_for_subscribers(self, poll: Poll) -> Tenants:
        urgent = self._urgency if poll.step else Priority.NEW
        whose = Tenants(*{key.namespace for key in self._cache.subscribers}, urgency=urgent)
        tenants.set(whose)
        return whose

    async def _poll(self, poll: Poll) -> None:
        """Look, and take down how it went."""
        self._work_for_subscribers(poll)
        state = self._state
        if poll.step:
            self._step_turn = None
        elif state.rest_turn is Turn.GIVEN:
            self._rest_turn = None
        try:
            await self._do(poll)
        except ProblemError as error:
            if error.problem.reason is Reason.RUNTIME_NOT_FOUND:
                self._reader.restart()
            level = logging.WARNING if state.well else logging.DEBUG
            log.log(level, "Cannot look at runtime %s: %s", self._cache.runtime_id, error)
            self._failed(poll)
            self._tell_if_refused(error)
        except Exception:  # a defect must not leave the runtime without looks for ever
            self._failed(poll)
            log.exception("A defect stopped a look at runtime %s", self._cache.runtime_id)

    def _failed(self, poll: Poll) -> None:
        now = self._clock()
        if poll.what is What.STEP:
            self._state = self._state.step_failed(now)
        else:
            self._state = self._state.refresh_failed(self._schedule, now)

    async def _do(self, poll: Poll) -> None:
        if poll.what is What.VERSIONS:
            await self._refresh_versions()
            return
        await (self._take(poll.step) if poll.step else self._refresh())
        self._was_refused = False

    async def _take(self, step: Step) -> None:
        """Look at what is in transition."""
        if self._shares_in:
            self._shares_in.steps.used(step.price)
        self._cache.sent_at = None
        if step.endpoint_ids and not self._state.page_by_page:
            self._reader.restart()
        await (self._get_each(step.endpoint_ids) if step.endpoint_ids else self._reader.step())
        self._state = self._state.stepped(self._clock())

    async def _refresh(self) -> None:
        """Look at everything, or at the next page of it, unless it was seen not long ago."""
        await self._before()
        now = self._clock()
        if self._present().is_blind(self._schedule, now):
            await self._read_on()
        self._state = self._present().refreshed(self._schedule, self._clock(), self._jitter())

    async def _read_on(self) -> None:
        if self._state.page_by_page and self._reader.pages > 1:
            await self._reader.step()
            return
        await self._cache.list(newer_than=self._clock())
        if self._shares_in:
            self._shares_in.rest.used(max(self._reader.pages, 1))
        self._reader.restart()
        self._state = replace(self._state, page_by_page=False).stepped(self._clock())

    async def _refresh_versions(self) -> None:
        """A failure concerns those who follow LATEST, and slows nobody else."""
        now = self._clock()
        self._state = replace(self._state, versions_due=now + self._schedule.interval * VERSIONS_EVERY)
        try:
            await self._cache.info.newest_version(newer_than=now)
        except ProblemError as error:
            log.debug("Cannot look at the versions of runtime %s: %s", self._cache.runtime_id, error)

    async def _get_each(self, endpoint_ids: tuple[str, ...]) -> None:
        """Get them, a few at a time. One that cannot be seen does not hide the others.

        Raises:
            ProblemError: AgentRun answered none of the calls.
        """
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

    def _tell_if_refused(self, error: ProblemError) -> None:
        """Once, until a look succeeds."""
        if error.problem.reason in REFUSALS and not self._was_refused:
            self._was_refused = True
            self._cache.refused()

    def _tell_if_stale(self) -> None:
        stale = self._cache.missing or self._cache.blind_for >= self._stale_after
        if stale != self._was_stale:
            self._was_stale = stale
            self._stale()


def _turn(waiter: Waiter | None) -> Turn:
    if waiter is None:
        return Turn.NONE
    return Turn.GIVEN if waiter.given.done() else Turn.WAITED_FOR

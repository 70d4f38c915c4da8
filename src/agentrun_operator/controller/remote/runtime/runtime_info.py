"""The AgentRuntime itself: whether it exists and is READY, what it is called, and its newest version.

What was answered is kept as long as it serves. The runtime's endpoints are in `runtime`.
"""

from __future__ import annotations

import math
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from agentrun_operator.agentrun.api import operations
from agentrun_operator.agentrun.api.errors import ResourceNotExistError
from agentrun_operator.controller.concurrency.single_flight import SingleFlight
from agentrun_operator.controller.remote.runtime.endpoint_cache import NEVER
from agentrun_operator.observation.problems import reported, runtime_missing
from agentrun_operator.observation.runtimes import numbers_of, seen_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from agentrun_operator.agentrun.http.client import AsyncClient
    from agentrun_operator.controller.keys import ObjectKey
    from agentrun_operator.controller.remote.runtime.runtime_list import RuntimeList
    from agentrun_operator.controller.remote.runtime.subscribers import Subscribers
    from agentrun_operator.reconcile.state.observed import RuntimeSeen

READY_FOR = 600.0
"""Seconds for which a runtime that was READY is taken to be so; AgentRun says so itself when it is not."""

UNREADY_FOR = 1.0
"""Seconds for which one that was not READY is not asked about again."""

MISSING_FOR = 2.0
"""Seconds for which one that did not exist is not asked about again, however many objects name it."""


class RuntimeInfo:
    """What is known of one runtime itself.

    Attributes:
        missing_at: when AgentRun last said that there is no such runtime, in seconds of the clock.
    """

    def __init__(
        self,
        runtime_id: str,
        client: AsyncClient,
        subscribers: Subscribers,
        *,
        enqueue: Callable[[set[ObjectKey]], None],
        blind_for: Callable[[], float],
        clock: Callable[[], float] = time.monotonic,
        until: Callable[[float], float] = lambda _: math.inf,
        runtimes: RuntimeList | None = None,
    ) -> None:
        """Prepare it; nothing is asked yet.

        Args:
            runtime_id: the runtime.
            client: the account's client.
            subscribers: the objects that depend on it.
            enqueue: is called with those whom a change concerns.
            blind_for: seconds since the runtime's endpoints were last seen.
            clock: the time in seconds.
            until: up to when an answer is waited for that was asked for at a time.
            runtimes: the list that may show it; None: it is asked for alone.
        """
        self.missing_at = NEVER
        self._runtime_id = runtime_id
        self._client = client
        self._subscribers = subscribers
        self._enqueue = enqueue
        self._blind_for = blind_for
        self._clock = clock
        self._list = runtimes
        self._runtime: RuntimeSeen | None = None
        self._runtime_at = self._distrusted_at = NEVER
        self._newest: str | None = None
        self._published: frozenset[str] = frozenset()
        self._newest_at = NEVER
        self._runtimes = SingleFlight(self._get, clock, until)
        self._versions = SingleFlight(self._list_versions, clock, until)

    async def seen(self, newer_than: float = NEVER) -> RuntimeSeen:
        """The runtime itself.

        Args:
            newer_than: how new it has to be; without, one that was READY is good for minutes.

        Raises:
            ProblemError: it does not exist, or AgentRun did not say.
        """
        known = self._runtime
        if self.missing_at > max(newer_than, self._clock() - MISSING_FOR):
            raise runtime_missing(self._runtime_id)
        if known is None or self._runtime_at <= max(newer_than, self._outdated(known)):
            listed = newer_than == NEVER and await self._from_list()
            known = listed or await self._asked_for(max(newer_than, self._runtime_at))
        return replace(known, newest_version=self._newest) if self._newest else known

    async def newest_version(self, newer_than: float = NEVER) -> str | None:
        """The newest published version; None when there is none.

        Raises:
            ProblemError: AgentRun did not say.
        """
        if self._newest_at <= newer_than:
            with reported(self._blind_for):
                await self._versions.newer_than(newer_than)
        return self._newest

    async def versions(self, newer_than: float = NEVER) -> frozenset[str]:
        """The numbers of all published versions; for the argument and errors see `newest_version`."""
        await self.newest_version(newer_than)
        return self._published

    def trusts(self, key: ObjectKey, said: str) -> bool:
        """Whether an object may go by the newest version that it says itself, since nobody asked yet; it is told when
        somebody has, and it is another.
        """
        if self._newest_at != NEVER:
            return False
        self._subscribers.says(key, said)
        return True

    def distrust(self) -> None:
        """AgentRun said that the runtime is not READY, or gone: what was known of it is void."""
        self._runtime = None
        self._runtime_at = self._distrusted_at = self._clock()

    async def _from_list(self) -> RuntimeSeen | None:
        """What a list of all runtimes shows that is newer than what is known."""
        if self._list is None:
            return None
        listed = await self._list.newer_than(self._runtime_at, self._runtime_id)
        if found := listed.runtimes.get(self._runtime_id):
            self._runtime, self._runtime_at = found, listed.at
        return found

    async def _asked_for(self, newer_than: float) -> RuntimeSeen:
        with reported(self._blind_for):
            try:
                return await self._runtimes.newer_than(newer_than)
            except ResourceNotExistError:
                if self._runtime is not None:
                    self._enqueue(set(self._subscribers))
                self._runtime, self.missing_at = None, self._clock()
                raise runtime_missing(self._runtime_id) from None

    async def _get(self) -> RuntimeSeen:
        began, seen = await self._answer()
        if began < self._distrusted_at:  # it was asked with credentials that may be void now: once more, and no oftener
            began, seen = await self._answer()
        if began >= self._distrusted_at:
            self._runtime, self._runtime_at = seen, began
        return seen

    async def _answer(self) -> tuple[float, RuntimeSeen]:
        """When AgentRun was asked, and what it says."""
        began = self._clock()
        return began, seen_of(await self._client.run(operations.get_runtime(self._runtime_id)))

    async def _list_versions(self) -> None:
        began = self._clock()
        numbers = numbers_of(await self._client.run(operations.list_versions(self._runtime_id)))
        before, asked_before = self._newest, self._newest_at != NEVER
        self._newest, self._newest_at = str(max(numbers)) if numbers else None, began
        self._published = frozenset(map(str, numbers))
        wrong = self._subscribers.take_wrong(self._newest)
        if asked_before and self._newest != before:
            wrong |= self._subscribers.on_latest
        if wrong:
            self._enqueue(wrong)

    def _outdated(self, runtime: RuntimeSeen) -> float:
        return self._clock() - (READY_FOR if runtime.ready else UNREADY_FOR)

"""One AgentRuntime as seen from here: its endpoints, shared by all its objects, and who wants to hear of them.

Concurrent questions share one call, which is urgent whoever asked first: it serves them all. A failed or partial list
changes nothing.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from typing import TYPE_CHECKING, TypeVar

from agentrun_operator.agentrun.api import operations
from agentrun_operator.agentrun.api.errors import ResourceNotExistError
from agentrun_operator.agentrun.api.paging import MAX_ITEMS
from agentrun_operator.agentrun.odd import oddity_of
from agentrun_operator.controller.concurrency.single_flight import SingleFlight
from agentrun_operator.controller.remote.runtime.endpoint_cache import NEVER, EndpointCache
from agentrun_operator.controller.remote.runtime.runtime_info import RuntimeInfo
from agentrun_operator.controller.remote.runtime.subscribers import Subscribers
from agentrun_operator.observation.problems import reported

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence

    from agentrun_operator.agentrun.api.paging import Traversal
    from agentrun_operator.agentrun.http.client import AsyncClient
    from agentrun_operator.agentrun.models import Endpoint
    from agentrun_operator.controller.keys import ObjectKey
    from agentrun_operator.controller.remote.runtime.runtime_list import RuntimeList

T = TypeVar("T")

log = logging.getLogger(__name__)

PATIENCE = 4.0
"""Seconds for which an answer is waited for when all that is known is stale already: objects say so meanwhile."""

AT_ONCE = 100
"""Endpoints that are taken in before others get their turn: a list may have so many that all of them take seconds."""


class RuntimeCache:
    """One runtime.

    Attributes:
        runtime_id: which.
        endpoints: its endpoints, each as it was seen last.
        info: the runtime itself.
        subscribers: the objects that depend on it.
        moved_at: when anything changed last, or was asked to; as all times here in seconds of the clock.
        sent_at: when the first change was sent that nobody has looked at; None if there is none.
        seen_at: since when everything has been looked at, or the time at which the cache was made.
        refused_at: when AgentRun began to refuse the poller's looks, or last did.
    """

    def __init__(
        self,
        runtime_id: str,
        client: AsyncClient,
        *,
        enqueue: Callable[[set[ObjectKey]], None],
        clock: Callable[[], float] = time.monotonic,
        stale_after: float = math.inf,
        runtimes: RuntimeList | None = None,
        on_write: Callable[[], None] = lambda: None,
    ) -> None:
        """Prepare the cache; nothing is asked yet.

        Args:
            runtime_id: the runtime.
            client: the account's client.
            enqueue: is called with the objects whose endpoint changed, appeared or vanished.
            clock: the time in seconds.
            stale_after: age in seconds at which what is known is too old to wait for news any longer.
            runtimes: the list of the account's runtimes.
            on_write: is called when a change was sent.
        """
        self.runtime_id = runtime_id
        self.endpoints = EndpointCache()
        self.subscribers = Subscribers()
        self.info = RuntimeInfo(
            runtime_id,
            client,
            self.subscribers,
            enqueue=enqueue,
            blind_for=lambda: self.blind_for,
            clock=clock,
            until=self._waited_until,
            runtimes=runtimes,
        )
        self.moved_at = clock()
        self.sent_at: float | None = None
        self.seen_at = clock()
        self.refused_at = NEVER
        self._client = client
        self._enqueue = enqueue
        self._on_write = on_write
        self._clock = clock
        self._stale_after = stale_after
        self._waited = 0.0
        self._waits_since: float | None = None
        self._taking_list = False
        self._lists = SingleFlight(self._list, clock, self._waited_until)

    def moving(self) -> Iterator[str]:
        """The ids of the endpoints of objects here that are in a state which ends by itself."""
        for endpoint in self.endpoints.moving():
            if endpoint.agent_runtime_endpoint_id and self.subscribers.any_at(endpoint.agent_runtime_endpoint_name):
                yield endpoint.agent_runtime_endpoint_id

    @property
    def age(self) -> float:
        """Seconds since the endpoints were last listed, or since the cache was made."""
        return self._clock() - self.seen_at

    @property
    def blind_for(self) -> float:
        """The same, without the time in which nobody tried: what waits for its turn is no sign that anything fails."""
        return self.age - self.waited

    @property
    def waited(self) -> float:
        """Seconds since they were listed in which the next look waited for its turn among others."""
        return self._waited + (0.0 if self._waits_since is None else self._clock() - self._waits_since)

    def awaits_turn(self) -> None:
        """From now on the next look waits for its turn."""
        self._waits_since = self._clock()

    def has_turn(self) -> None:
        """It has it."""
        self._waited, self._waits_since = self.waited, None

    @property
    def missing(self) -> bool:
        """Whether AgentRun says that there is no such runtime, and nothing was seen of it since."""
        return self.info.missing_at >= self.seen_at

    async def list(self, newer_than: float) -> EndpointCache:
        """What is known, at least from a list that began after `newer_than`.

        Raises:
            ProblemError: the list failed, or the runtime does not exist.
        """
        if self.endpoints.listed_at <= newer_than:
            await self._listed(self._lists.newer_than(newer_than))
        return self.endpoints

    async def next_page(self, reading: Traversal) -> None:
        """Look at the endpoints on the next page of a list.

        Raises:
            ProblemError: AgentRun did not say, or the runtime does not exist.
        """
        if len(self.endpoints) > MAX_ITEMS and not self._taking_list:
            self.endpoints.clear()  # pages without end are no knowledge; a list that is taken in ends them itself
        began = self._clock()
        await self._take(
            await self._listed(self._client.run(operations.next_endpoints(self.runtime_id, reading))), began
        )

    def all_read(self, began: float) -> None:
        """Everything was looked at since `began`: what was not seen since then is gone."""
        if began > self.seen_at:
            self.seen_at, self._waited = began, 0.0
            self._waits_since = None if self._waits_since is None else self._clock()
        self._moved(self.endpoints.all_seen(began))
        if missed := self.subscribers.take_missed():
            self._enqueue(missed)

    async def get(self, endpoint_id: str) -> Endpoint | None:
        """One endpoint as it is now, or None if AgentRun says that it, or its runtime, does not exist.

        Raises:
            ProblemError: AgentRun did not say.
        """
        began = self._clock()
        with reported(lambda: self.blind_for):
            try:
                async with asyncio.timeout(self._waited_until(began) - began if self._stale_after < math.inf else None):
                    endpoint = await self._client.run(operations.get_endpoint(self.runtime_id, endpoint_id))
            except ResourceNotExistError:
                self._moved(self.endpoints.gone(endpoint_id, began))
                return None
        self._moved(self.endpoints.seen(endpoint, began))
        return endpoint

    def wrote(self, endpoint: Endpoint | None) -> None:
        """Take in a write's answer. Its own object needs not be told, others that subscribe to the endpoint do."""
        self.moved_at = self._clock()
        self.sent_at = self.moved_at if self.sent_at is None else self.sent_at
        self._on_write()
        changed = self.endpoints.answered(endpoint, self.moved_at) if endpoint is not None else ()
        self._moved(changed, at_least=2)

    def refused(self) -> None:
        """From now on looks are refused: what is known of a change that is under way will not become newer, so whoever
        waits for its end is told. Nobody else is.
        """
        self.refused_at = self._clock()
        names = {endpoint.agent_runtime_endpoint_name or "" for endpoint in self.endpoints.moving()}
        if keys := self.subscribers.of(names):
            self._enqueue(keys)

    def _waited_until(self, began: float) -> float:
        """When an answer is given up that was asked for at `began`: objects have to say that nothing is seen."""
        return max(began + self._stale_after - self.blind_for, began + PATIENCE)

    async def _listed(self, answer: Awaitable[T]) -> T:
        """A list's answer. Where there is nothing to list, the runtime itself is asked whether it exists."""
        with reported(lambda: self.blind_for):
            try:
                return await answer
            except ResourceNotExistError:
                await self.info.seen(newer_than=self._clock())
                raise

    async def _list(self) -> None:
        began = self._clock()
        endpoints = await self._client.run(operations.list_endpoints(self.runtime_id))
        self._taking_list = True
        try:
            await self._take(endpoints, began)
        finally:
            self._taking_list = False
        self.all_read(began)

    async def _take(self, endpoints: Sequence[Endpoint], began: float) -> None:
        """Take in what a look showed that began then."""
        for start in range(0, len(endpoints), AT_ONCE):
            part = endpoints[start : start + AT_ONCE]
            known = self.endpoints.nameless
            self._moved(set[str]().union(*(self.endpoints.seen(endpoint, began) for endpoint in part)))
            if (nameless := self.endpoints.nameless) and not known:
                told = oddity_of(nameless) or "it has no agentRuntimeEndpointName"
                log.warning("Runtime %s has an endpoint that tells no name: %s", self.runtime_id, told)
            await asyncio.sleep(0)

    def _moved(self, names: Iterable[str], *, at_least: int = 1) -> None:
        if keys := self.subscribers.of(names, at_least=at_least):
            self.moved_at = self._clock()
            self._enqueue(keys)

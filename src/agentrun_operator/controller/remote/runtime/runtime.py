"""One AgentRuntime as seen from here: its endpoints, its own state, its versions. Shared by all objects of the runtime.

Concurrent questions share one call, which is urgent whoever asked first: it serves them all. A failed or partial list
changes nothing.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

from agentrun_operator.agentrun.api import operations
from agentrun_operator.agentrun.api.errors import AgentRunError, ResourceNotExistError
from agentrun_operator.agentrun.models import READY_STATES
from agentrun_operator.controller.concurrency.priority import Priority, urgency
from agentrun_operator.controller.concurrency.single_flight import SingleFlight
from agentrun_operator.controller.remote.problems import ProblemError, problem_of, runtime_missing
from agentrun_operator.controller.remote.runtime.endpoint_cache import EndpointCache
from agentrun_operator.controller.remote.runtime.subscribers import Subscribers
from agentrun_operator.reconcile.observed import RuntimeSeen

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Iterator

    from agentrun_operator.agentrun.api.paging import Pass
    from agentrun_operator.agentrun.api.protocol import Operation
    from agentrun_operator.agentrun.http.client import AsyncClient
    from agentrun_operator.agentrun.models import Endpoint, Runtime
    from agentrun_operator.controller.keys import ObjectKey

T = TypeVar("T")

NEVER = float("-inf")

READY_FOR = 600.0
"""Seconds for which a runtime that was READY is taken to be so; AgentRun says so itself when it is not."""

UNREADY_FOR = 1.0
"""Seconds for which one that was not READY is not asked about again."""

MISSING_FOR = 2.0
"""Seconds for which one that did not exist is not asked about again, however many objects name it."""


class RuntimeCache:
    """One runtime.

    Attributes:
        runtime_id: which.
        endpoints: its endpoints, each as it was seen last.
        subscribers: the objects that depend on it.
        moved_at: when anything changed last, or was asked to; as all times here in seconds of the clock.
        seen_at: since when everything has been looked at, or the time at which the view was made.
        writes: the calls so far that changed something.
        wrote_at: when the last of them was answered.
    """

    def __init__(
        self,
        runtime_id: str,
        client: AsyncClient,
        *,
        enqueue: Callable[[set[ObjectKey]], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepares the view; nothing is asked yet.

        Args:
            runtime_id: the runtime.
            client: the account's client.
            enqueue: is called with the objects whose endpoint changed, appeared or vanished.
            clock: the time in seconds.
        """
        self.runtime_id = runtime_id
        self.endpoints = EndpointCache()
        self.subscribers = Subscribers()
        self.moved_at = clock()
        self.seen_at = clock()
        self.writes = 0
        self.wrote_at = NEVER
        self._client = client
        self._enqueue = enqueue
        self._clock = clock
        self._runtime: Runtime | None = None
        self._runtime_at = NEVER
        self._missing_at = NEVER
        self._newest: str | None = None
        self._newest_at = NEVER
        self._lists = SingleFlight(self._list, clock)
        self._runtimes = SingleFlight(self._get_runtime, clock)
        self._versions = SingleFlight(self._list_versions, clock)

    def moving(self) -> Iterator[str]:
        """The ids of the endpoints of objects here that are in a state which ends by itself."""
        for endpoint in self.endpoints.moving():
            if endpoint.agent_runtime_endpoint_id and self.subscribers.any_at(endpoint.agent_runtime_endpoint_name):
                yield endpoint.agent_runtime_endpoint_id

    @property
    def blind_for(self) -> float:
        """Seconds since the endpoints were last listed, or since the view was made."""
        return self._clock() - self.seen_at

    @property
    def missing(self) -> bool:
        """Whether AgentRun says that there is no such runtime, and nothing was seen of it since."""
        return self._missing_at >= self.seen_at

    async def list(self, newer_than: float) -> EndpointCache:
        """What is known, at least from a list that began after `newer_than`.

        Raises:
            UnseenError: the list failed, or the runtime does not exist.
        """
        if self.endpoints.listed_at <= newer_than:
            await self._listed(self._lists.newer_than(newer_than))
        return self.endpoints

    async def next_page(self, reading: Pass) -> None:
        """Looks at the endpoints on the next page of a reading.

        Raises:
            UnseenError: AgentRun did not say, or the runtime does not exist.
        """
        began = self._clock()
        endpoints = await self._listed(self._client.run(operations.next_endpoints(self.runtime_id, reading)))
        self._moved(set[str]().union(*(self.endpoints.seen(endpoint, began) for endpoint in endpoints)))

    def all_read(self, began: float, endpoints: Iterable[Endpoint] = ()) -> None:
        """Everything was looked at since `began`: what is neither among these nor was seen since then is gone."""
        self.seen_at = max(self.seen_at, began)
        self._moved(self.endpoints.listed(endpoints, began))
        if missed := self.subscribers.take_missed():
            self._enqueue(missed)

    async def get(self, endpoint_id: str) -> Endpoint | None:
        """One endpoint as it is now, or None if AgentRun says that it, or its runtime, does not exist.

        Raises:
            UnseenError: AgentRun did not say.
        """
        began = self._clock()
        try:
            endpoint = await self._client.run(operations.get_endpoint(self.runtime_id, endpoint_id))
        except ResourceNotExistError:
            self._moved(self.endpoints.gone(endpoint_id, began))
            return None
        except AgentRunError as error:
            raise ProblemError(problem_of(error, self.blind_for)) from None
        self._moved(self.endpoints.seen(endpoint, began))
        return endpoint

    async def runtime(self, newer_than: float = NEVER) -> RuntimeSeen:
        """The runtime itself.

        Args:
            newer_than: how new it has to be; without, one that was READY is good for minutes.

        Raises:
            UnseenError: it does not exist, or AgentRun did not say.
        """
        known = self._runtime
        if self._missing_at > max(newer_than, self._clock() - MISSING_FOR):
            raise runtime_missing(self.runtime_id)
        if known is None or self._runtime_at <= max(newer_than, self._outdated(known)):
            try:
                known = await self._runtimes.newer_than(max(newer_than, self._runtime_at))
            except ResourceNotExistError:
                if self._runtime is not None:
                    self._enqueue(set(self.subscribers))
                self._runtime, self._missing_at = None, self._clock()
                raise runtime_missing(self.runtime_id) from None
            except AgentRunError as error:
                raise ProblemError(problem_of(error, self.blind_for)) from None
        return RuntimeSeen(
            id=self.runtime_id,
            name=known.agent_runtime_name or "",
            ready=known.status in READY_STATES,
            state=known.status or "",
            newest_version=self._newest,
        )

    async def newest_version(self, newer_than: float = NEVER) -> str | None:
        """The newest published version; None when there is none.

        Raises:
            UnseenError: AgentRun did not say.
        """
        if self._newest_at <= newer_than:
            try:
                await self._versions.newer_than(newer_than)
            except AgentRunError as error:
                raise ProblemError(problem_of(error, self.blind_for)) from None
        return self._newest

    def distrust_runtime(self) -> None:
        """AgentRun said that the runtime is not READY, or gone: what was known of it is void."""
        self._runtime = None

    def wrote(self, endpoint: Endpoint | None) -> None:
        """Takes in a write's answer. Its own object needs not be told, others that watch the endpoint do."""
        self.moved_at = self.wrote_at = self._clock()
        self.writes += 1
        changed = self.endpoints.seen(endpoint, self.moved_at) if endpoint is not None else ()
        self._moved(changed, at_least=2)

    async def _listed(self, answer: Awaitable[T]) -> T:
        """A list's answer. That there is nothing to list is asked for at the runtime itself."""
        try:
            return await answer
        except ResourceNotExistError as error:
            await self.runtime(newer_than=self._clock())
            raise ProblemError(problem_of(error, self.blind_for)) from None
        except AgentRunError as error:
            raise ProblemError(problem_of(error, self.blind_for)) from None

    async def _list(self) -> None:
        began = self._clock()
        self.all_read(began, await self._shared(operations.list_endpoints(self.runtime_id)))

    async def _get_runtime(self) -> Runtime:
        began = self._clock()
        self._runtime = await self._shared(operations.get_runtime(self.runtime_id))
        self._runtime_at = began
        return self._runtime

    async def _list_versions(self) -> None:
        began = self._clock()
        versions = await self._shared(operations.list_versions(self.runtime_id))
        words = (version.agent_runtime_version or "" for version in versions)
        numbers = [int(word) for word in words if word.isdecimal()]
        before, asked_before = self._newest, self._newest_at != NEVER
        self._newest, self._newest_at = str(max(numbers)) if numbers else None, began
        if asked_before and self._newest != before:
            self._enqueue(set(self.subscribers.on_latest))

    async def _shared(self, operation: Operation[T]) -> T:
        """A call in a task of its own, a flight's, for all who wait for it."""
        urgency.set(Priority.CHANGE)
        return await self._client.run(operation)

    def _outdated(self, runtime: Runtime) -> float:
        return self._clock() - (READY_FOR if runtime.status in READY_STATES else UNREADY_FOR)

    def _moved(self, names: Iterable[str], *, at_least: int = 1) -> None:
        if keys := self.subscribers.of(names, at_least=at_least):
            self.moved_at = self._clock()
            self._enqueue(keys)

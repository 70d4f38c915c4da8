"""One AgentRun account and region: its credentials, its client, its rate limit and its runtimes.

Every account has a connection pool and a limit of its own, so that one which hangs or throttles stops no other.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from agentrun_operator.agentrun.api import operations
from agentrun_operator.agentrun.api.errors import AgentRunError, CredentialsNotFoundError
from agentrun_operator.controller.concurrency.priority import Priority, urgency
from agentrun_operator.controller.concurrency.single_flight import SingleFlight
from agentrun_operator.controller.remote.problems import ProblemError, problem_of
from agentrun_operator.controller.remote.runtime.runtime import NEVER, RuntimeCache
from agentrun_operator.reconcile.observed import Problem
from agentrun_operator.resources.reasons import Reason

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable

    from agentrun_operator.agentrun.auth.credentials import Credentials
    from agentrun_operator.agentrun.http.client import AsyncClient
    from agentrun_operator.controller.keys import AccountKey, ObjectKey
    from agentrun_operator.controller.remote.polling.poller import Poller

NAME_GOOD_FOR = 10.0
"""Seconds for which the one runtime of a name serves everybody who asks."""

NAME_BAD_FOR = 2.0
"""Seconds for which it is not asked again for a name that none, or more than one, has."""


class SecretCredentials:
    """A provider of credentials that are read from a Secret: the last good ones stay while an object uses them."""

    def __init__(self, read: Callable[[], Awaitable[Credentials]], clock: Callable[[], float] = time.monotonic) -> None:
        """Prepares the provider; `read` reads the Secret."""
        self._read = SingleFlight(read, clock)
        self._clock = clock
        self._credentials: Credentials | None = None
        self._read_at = NEVER
        self._good_at = clock()
        self.problem: Problem | None = None

    def get(self) -> Credentials:
        """The last good credentials."""
        if self._credentials is None:
            raise CredentialsNotFoundError("the Secret was never read")
        return self._credentials

    async def get_async(self) -> Credentials:
        """The last good credentials."""
        return self.get()

    @property
    def known(self) -> bool:
        """Whether there ever were any."""
        return self._credentials is not None

    async def refresh(self, max_age: float) -> None:
        """Reads the Secret again, unless that was done lately. What went wrong is in `problem`."""
        asked = self._clock()
        if self._read_at > asked - max_age:
            return
        try:
            self._credentials = await self._read.newer_than(asked - max_age)
            self.problem, self._good_at = None, asked
        except ProblemError as error:
            self.problem = replace(error.problem, blind_for=asked - self._good_at)
        self._read_at = asked

    async def lost(self, max_age: float) -> bool:
        """Reads the Secret again, unless that was done lately; whether it was good before and certainly is not now."""
        before = self.problem
        await self.refresh(max_age)
        return before is None and self.problem is not None and self.problem.definite

    def distrust(self) -> None:
        """AgentRun refused the credentials: read the Secret again at the next occasion."""
        self._read_at = NEVER


@dataclass(slots=True)
class PolledRuntime:
    """A runtime's view and the task that keeps it fresh."""

    cache: RuntimeCache
    poller: Poller
    task: asyncio.Task[None] = field(repr=False)


class Account:
    """One account and region."""

    def __init__(
        self,
        account_key: AccountKey,
        client: AsyncClient,
        secret: SecretCredentials | None,
        follow: Callable[[Account, str], PolledRuntime],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepares the account; nothing is asked yet.

        Args:
            account_key: where its credentials come from.
            client: its client.
            secret: the provider of its credentials when they come from a Secret.
            follow: begins to follow a runtime.
            clock: the time in seconds.
        """
        self.account_key = account_key
        self.client = client
        self.secret = secret
        self.users: set[ObjectKey] = set()
        self.polled: dict[str, PolledRuntime] = {}
        self._follow = follow
        self._clock = clock
        self._names: dict[str, SingleFlight[tuple[str, ...]]] = {}
        self._ids: dict[str, tuple[float, tuple[str, ...]]] = {}
        self._runtimes: dict[ObjectKey, str] = {}

    def runtime(self, runtime_id: str) -> PolledRuntime:
        """The view of a runtime, followed from now on."""
        if runtime_id not in self.polled:
            self.polled[runtime_id] = self._follow(self, runtime_id)
        return self.polled[runtime_id]

    def use(self, key: ObjectKey, runtime_id: str, endpoint_name: str, *, latest: bool) -> RuntimeCache:
        """The view of a runtime that an object depends on from now on."""
        if self._runtimes.get(key) not in (None, runtime_id):
            self._leave(key)
        self._runtimes[key] = runtime_id
        cache = self.runtime(runtime_id).cache
        cache.subscribers.add(key, endpoint_name, latest=latest)
        return cache

    def release(self, key: ObjectKey) -> None:
        """An object is gone, or uses another account."""
        self.users.discard(key)
        self._leave(key)

    def _leave(self, key: ObjectKey) -> None:
        """A runtime that nobody depends on is not followed any more."""
        runtime_id = self._runtimes.pop(key, None)
        polled = self.polled.get(runtime_id or "")
        if polled is None:
            return
        polled.cache.subscribers.remove(key)
        if not polled.cache.subscribers:
            polled.task.cancel()
            self.polled.pop(polled.cache.runtime_id, None)

    def poll_soon(self, runtime_id: str) -> None:
        """A change of an endpoint is under way there."""
        if runtime_id in self.polled:
            self.polled[runtime_id].poller.poll_soon()

    async def runtime_id(self, name: str) -> str:
        """The id of the runtime with this name.

        Raises:
            UnseenError: there is none or more than one (definite), or AgentRun did not say.
        """
        until, ids = self._ids.get(name, (NEVER, ()))
        now = self._clock()
        if until <= now:
            ids = await self._search(name, now - NAME_BAD_FOR)
            fresh = {known: answer for known, answer in self._ids.items() if answer[0] > now}
            self._ids = fresh | {name: (self._clock() + _good_for(ids), ids)}
        return _only(name, ids)

    async def _search(self, name: str, moment: float) -> tuple[str, ...]:
        async def read() -> tuple[str, ...]:
            urgency.set(Priority.CHANGE)  # one call, in a task of its own, for all who ask for this name
            runtimes = await self.client.run(operations.list_runtimes(name))
            return tuple(runtime.agent_runtime_id for runtime in runtimes if runtime.agent_runtime_id)

        try:
            return await self._names.setdefault(name, SingleFlight(read, self._clock)).newer_than(moment)
        except AgentRunError as error:
            raise ProblemError(problem_of(error)) from None
        finally:
            self._names.pop(name, None)


def _good_for(ids: tuple[str, ...]) -> float:
    return NAME_GOOD_FOR if len(ids) == 1 else NAME_BAD_FOR


def _only(name: str, ids: tuple[str, ...]) -> str:
    if len(ids) == 1:
        return ids[0]
    if not ids:
        told = f"There is no AgentRuntime named {name!r} in this account and region"
        raise ProblemError(Problem(Reason.RUNTIME_NOT_FOUND, told, definite=True))
    told = f"{len(ids)} AgentRuntimes are named {name!r} ({', '.join(sorted(ids)[:5])}): use agentRuntimeRef.id"
    raise ProblemError(Problem(Reason.RUNTIME_AMBIGUOUS, told, definite=True))

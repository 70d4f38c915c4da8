"""One AgentRun account and region: its credentials, its client, its runtimes, and the objects that use them.

Every account has a connection pool and a limit of its own, so that one which hangs or throttles stops no other.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from agentrun_operator.controller.remote.accounts.owner import Owner
from agentrun_operator.controller.remote.accounts.runtime_names import RuntimeNames
from agentrun_operator.controller.remote.runtime.runtime_list import RuntimeList

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from agentrun_operator.agentrun.http.client import AsyncClient
    from agentrun_operator.controller.keys import AccountKey, ObjectKey
    from agentrun_operator.controller.remote.accounts.secret_credentials import SecretCredentials
    from agentrun_operator.controller.remote.polling.poller import Poller
    from agentrun_operator.controller.remote.runtime.runtime import RuntimeCache

SPELLINGS = 1_000
"""Other ways to write a runtime's id that are remembered."""


@dataclass(slots=True)
class PolledRuntime:
    """What is known of a runtime, and the task that keeps it fresh."""

    cache: RuntimeCache
    poller: Poller
    task: asyncio.Task[None] = field(repr=False)


class Account:
    """One account and region.

    Attributes:
        key: whose credentials it has.
        client: its client.
        secret: the provider of its credentials when they come from a Secret.
        runtimes: the list of its runtimes.
        names: the ids of its runtimes by their names.
        owner: whose account it is.
        users: the objects that use it.
        polled: its runtimes that objects depend on, by id.
    """

    def __init__(
        self,
        key: AccountKey,
        client: AsyncClient,
        secret: SecretCredentials | None,
        poll: Callable[[Account, str], PolledRuntime],
        *,
        clock: Callable[[], float] = time.monotonic,
        said: Callable[[], str] = str,
    ) -> None:
        """Prepare the account; nothing is asked yet.

        Args:
            key: whose credentials it has.
            client: its client.
            secret: the provider of its credentials when they come from a Secret.
            poll: begins to poll a runtime.
            clock: the time in seconds.
            said: the account's id as its owner says it; empty if they do not.
        """
        self.key = key
        self.client = client
        self.secret = secret
        self.runtimes = RuntimeList(client, clock)
        self.names = RuntimeNames(client, self.runtimes, clock)
        self.owner = Owner(client, said, key.region, clock)
        self.users: set[ObjectKey] = set()
        self.polled: dict[str, PolledRuntime] = {}
        self._poll = poll
        self._clock = clock
        self._runtimes: dict[ObjectKey, str] = {}
        self._answered: dict[str, str] = {}

    def distrust(self) -> None:
        """The access key is another one, maybe of another account: what was known of runtimes is void."""
        self.runtimes.forget()
        self.names = RuntimeNames(self.client, self.runtimes, self._clock)
        self.owner.forget()
        for polled in self.polled.values():
            polled.cache.info.distrust()

    def runtime(self, runtime_id: str) -> PolledRuntime:
        """The runtime, polled from now on."""
        if runtime_id not in self.polled:
            self.polled[runtime_id] = self._poll(self, runtime_id)
        return self.polled[runtime_id]

    def answered(self, runtime_id: str) -> str:
        """The id by which AgentRun answers for a runtime, which may be written in another way than it was asked for."""
        return self._answered.get(runtime_id, runtime_id)

    def learn(self, asked: str, answered: str) -> None:
        """Note by which id AgentRun answers: there is one of everything for a runtime, however objects write its id."""
        if asked != answered:
            self._answered = {asked: answered} | dict(islice(self._answered.items(), SPELLINGS))

    def use(self, key: ObjectKey, runtime_id: str, endpoint_name: str, *, latest: bool) -> RuntimeCache:
        """What is known of a runtime, for an object that depends on it from now on."""
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
        """A runtime that nobody depends on is not polled any more."""
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

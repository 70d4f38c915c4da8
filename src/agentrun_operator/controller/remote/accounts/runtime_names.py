"""From a runtime's name to its id, for one account: all who ask for a name share one call and, briefly, its answer."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from agentrun_operator.agentrun.api import operations
from agentrun_operator.controller.concurrency.single_flight import SingleFlight
from agentrun_operator.controller.remote.runtime.endpoint_cache import NEVER
from agentrun_operator.observation.problems import only_id, reported

if TYPE_CHECKING:
    from collections.abc import Callable

    from agentrun_operator.agentrun.http.client import AsyncClient
    from agentrun_operator.controller.remote.runtime.runtime_list import RuntimeList

NAME_GOOD_FOR = 10.0
"""Seconds for which the one runtime of a name serves everybody who asks."""

LISTED_FOR = 30.0
"""Seconds for which a list of all runtimes says whose a name is: a bulk of many names takes few lists."""

NAME_BAD_FOR = 2.0
"""Seconds for which it is not asked again for a name that none, or more than one, has."""


class RuntimeNames:
    """The names that were asked for lately."""

    def __init__(self, client: AsyncClient, runtimes: RuntimeList, clock: Callable[[], float] = time.monotonic) -> None:
        """Prepare the look-up; nothing is asked yet.

        Args:
            client: the account's client.
            runtimes: the list of all its runtimes.
            clock: the time in seconds.
        """
        self._client = client
        self._list = runtimes
        self._clock = clock
        self._searches: dict[str, SingleFlight[tuple[str, ...]]] = {}
        self._ids: dict[str, tuple[float, tuple[str, ...]]] = {}

    async def runtime_id(self, name: str) -> str:
        """The id of the runtime with this name.

        Raises:
            ProblemError: there is none or more than one (definite), or AgentRun did not say.
        """
        until, ids = self._ids.get(name, (NEVER, ()))
        now = self._clock()
        if until <= now:
            listed = await self._list.newer_than(now - LISTED_FOR, name)
            ids = listed.named(name) or await self._search(name, now - NAME_BAD_FOR)
            fresh = {known: answer for known, answer in self._ids.items() if answer[0] > now}
            self._ids = fresh | {name: (self._clock() + _good_for(ids), ids)}
        return only_id(name, ids)

    async def _search(self, name: str, moment: float) -> tuple[str, ...]:
        async def read() -> tuple[str, ...]:
            runtimes = await self._client.run(operations.list_runtimes(name))
            return tuple(runtime.agent_runtime_id for runtime in runtimes if runtime.agent_runtime_id)

        try:
            with reported():
                return await self._searches.setdefault(name, SingleFlight(read, self._clock)).newer_than(moment)
        finally:
            self._searches.pop(name, None)


def _good_for(ids: tuple[str, ...]) -> float:
    return NAME_GOOD_FOR if len(ids) == 1 else NAME_BAD_FOR

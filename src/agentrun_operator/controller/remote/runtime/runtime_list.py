"""The account's runtimes as its paged list shows them: one list for all who ask, once that takes fewer calls than
asking for each.

Only what it shows is believed. A runtime that it lacks may be new, on a page that failed, or told of in part: whoever
asked asks for that one alone, and so do all while the list fails or hangs.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from agentrun_operator.agentrun.api import operations
from agentrun_operator.agentrun.api.errors import AgentRunError
from agentrun_operator.agentrun.api.paging import Traversal
from agentrun_operator.controller.concurrency.single_flight import SingleFlight
from agentrun_operator.controller.remote.runtime.endpoint_cache import NEVER
from agentrun_operator.observation.runtimes import seen_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from agentrun_operator.agentrun.http.client import AsyncClient
    from agentrun_operator.agentrun.models import Runtime
    from agentrun_operator.reconcile.state.observed import RuntimeSeen

FEW = 3
"""Runtimes that are asked for one by one before the first list, which may be a long one."""

WINDOW = 10.0
"""Seconds within which those who ask are counted together."""

GOOD_FOR = 60.0
"""Seconds for which a list is kept."""

PATIENCE = 4.0
"""Seconds for which one is waited for."""

AGAIN_AFTER = 30.0
"""Seconds after one that failed or hung before there is another."""

BAD_PAGES = 2
"""Failures within one list that do not end it. A page that fails is passed over, the first and the last are asked for
again."""

LONGEST = 256
"""Characters of what is kept of a runtime: an id, a name, a state. One that tells more is asked for alone."""


@dataclass(frozen=True, slots=True)
class Listed:
    """What one list showed.

    Args:
        at: when it began.
        runtimes: those that it told all about, by id.
        whole: whether it showed every runtime, so that a name in it is nobody else's.
    """

    at: float = NEVER
    runtimes: dict[str, RuntimeSeen] = field(default_factory=dict)
    whole: bool = False

    def named(self, name: str) -> tuple[str, ...]:
        """The ids of all runtimes of a name; none if it does not show all."""
        if not self.whole:
            return ()
        return tuple(each.id for each in self.runtimes.values() if each.name == name)


class RuntimeList:
    """The list of one account's runtimes."""

    def __init__(self, client: AsyncClient, clock: Callable[[], float] = time.monotonic) -> None:
        """Prepare it; nothing is asked yet.

        Args:
            client: the account's client.
            clock: the time in seconds.
        """
        self._client = client
        self._clock = clock
        self._asked: dict[str, float] = {}
        self._not_before = NEVER
        self.forget()

    def forget(self) -> None:
        """The credentials are others now: what was shown with the former ones is void, and what they still ask for."""
        self._listed = Listed()
        self._pages = 0
        self._credentials = object()
        self._lists = SingleFlight(partial(self._list, self._credentials), self._clock, lambda began: began + PATIENCE)

    async def newer_than(self, moment: float, asking: str) -> Listed:
        """A list that began after `moment`, if there is one or it is worth making; else one that shows nothing.

        Args:
            moment: how new it has to be.
            asking: the id or the name of a runtime, as whoever asks knows it.
        """
        kept = self._kept
        serves = kept.at > moment and (kept.whole or asking in kept.runtimes)
        if not serves and self._worth_it(asking):
            try:
                await self._lists.newer_than(moment)
            except TimeoutError:
                self._not_before = self._clock() + AGAIN_AFTER
        return self._kept if self._kept.at > moment else Listed()

    @property
    def _kept(self) -> Listed:
        """The latest list; none if that is too old."""
        if self._listed.at <= self._clock() - GOOD_FOR:
            self._listed = Listed()
        return self._listed

    def _worth_it(self, asking: str) -> bool:
        """Whether so many ask that a list of all takes fewer calls."""
        now = self._clock()
        self._asked.pop(asking, None)
        self._asked[asking] = now
        while self._asked[oldest := next(iter(self._asked))] <= now - WINDOW:
            del self._asked[oldest]
        return len(self._asked) > max(FEW, self._pages) and now >= self._not_before

    async def _list(self, credentials: object) -> None:
        began, reading = self._clock(), Traversal(operations.PAGE_SIZE)
        found: dict[str, RuntimeSeen] = {}
        failed = sparse = 0
        while not reading.over and reading.last <= len(self._asked):
            try:
                page = await self._client.run(operations.next_runtimes(reading))
            except AgentRunError:
                failed += 1
                if failed > BAD_PAGES:
                    break
                if reading.pages + 1 < reading.last:
                    reading.pages += 1  # it hides none of those behind it
                continue
            seen = [told for each in page if (told := _told(each))]
            sparse += len(page) - len(seen)
            found |= {each.id: each for each in seen}
        if failed:
            self._not_before = self._clock() + AGAIN_AFTER
        whole = reading.over and not failed and not sparse and len(reading.ids) >= reading.expected
        if credentials is self._credentials:
            self._pages, self._listed = reading.last, Listed(began, found, whole)
            asyncio.get_running_loop().call_later(GOOD_FOR + 1, lambda: self._kept)


def _told(runtime: Runtime) -> RuntimeSeen | None:
    """What a list told of a runtime; None if less than is needed, or more than is kept."""
    seen = seen_of(runtime)
    texts = (seen.id, seen.name, seen.state, seen.account, seen.region)
    return seen if all(texts) and max(map(len, texts)) <= LONGEST else None

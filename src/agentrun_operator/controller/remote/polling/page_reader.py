"""Reads the list of a big runtime one page at a time, over and over: what a page shows counts at once, and the next
page may come much later.

Reads only. When the next page is read, the poller decides.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from agentrun_operator.agentrun.api.operations import PAGE_SIZE
from agentrun_operator.agentrun.api.paging import Traversal

if TYPE_CHECKING:
    from collections.abc import Callable

    from agentrun_operator.controller.remote.runtime.runtime import RuntimeCache


class PageReader:
    """The reading of one runtime's list, over and over."""

    def __init__(self, cache: RuntimeCache, clock: Callable[[], float] = time.monotonic) -> None:
        """Prepare the first reading.

        Args:
            cache: what to refresh.
            clock: the time in seconds.
        """
        self._cache = cache
        self._clock = clock
        self._began = clock()
        self._reading: Traversal | None = None

    @property
    def under_way(self) -> bool:
        """Whether some of the pages were read and others not yet."""
        return self._reading is not None

    @property
    def pages(self) -> int:
        """How many there are, by what is known."""
        return -(-len(self._cache.endpoints) // PAGE_SIZE)

    def restart(self) -> None:
        """The next step is the first of a new reading."""
        self._reading = None

    async def step(self) -> None:
        """Look at the next page; behind the last one, a new reading begins.

        Raises:
            ProblemError: AgentRun did not say, and the next step asks for the same page again; or the runtime does not
                exist.
        """
        if self._reading is None:
            self._reading, self._began = Traversal(PAGE_SIZE), self._clock()
        await self._cache.next_page(self._reading)
        if self._reading.at_end:
            reading, self._reading = self._reading, None
            if reading.complete:
                self._cache.all_read(self._began)

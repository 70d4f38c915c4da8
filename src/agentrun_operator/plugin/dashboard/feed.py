"""What one browser has not been sent yet: of each object the newest row alone, so that a slow one costs no more."""

from __future__ import annotations

import asyncio
import json
from itertools import islice
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping

BATCH: Final = 250
"""Rows that are sent at once."""

PAUSE: Final = 0.1
"""Seconds between two sendings: changes that come together are sent together."""

BEAT: Final = 15.0
"""Seconds after which something is sent at least, so that either side sees that the other is gone."""

BEGIN: Final = "event: begin\ndata: {}\n\n"
COMPLETE: Final = "event: complete\ndata: {}\n\n"


class Feed:
    """The changes for one browser, as server-sent events. Told from any thread, read in the event loop that made it.

    Args:
        rows: all there are, by key, each as JSON.
        link: whether they are what the cluster has, as JSON.
        leave: called once nobody reads it any more.
    """

    def __init__(self, rows: Mapping[str, str], link: str, leave: Callable[[Feed], None]) -> None:
        self._pending: dict[str, str | None] = dict(rows)
        self._link: str | None = link
        self._leave = leave
        self._ended = False
        self._loop = asyncio.get_running_loop()
        self._news = asyncio.Event()

    def change(self, key: str, row: str | None) -> None:
        """Have a row sent, or that there is none any more."""
        self._loop.call_soon_threadsafe(self._take, key, row)

    def tell(self, link: str) -> None:
        """Have it sent whether the rows are what the cluster has."""
        self._loop.call_soon_threadsafe(self._take_link, link)

    def end(self) -> None:
        """Send no more."""
        self._loop.call_soon_threadsafe(self._end)

    def leave(self) -> None:
        """Say that nobody reads it any more."""
        self._leave(self)

    async def events(self) -> AsyncIterator[str]:
        """All rows, a word that these are all, and then each change until the feed ends."""
        yield BEGIN
        for event in self._due():
            yield event
        yield COMPLETE
        while not self._ended:
            try:
                async with asyncio.timeout(BEAT):
                    await self._news.wait()
            except TimeoutError:
                yield ": beat\n\n"
            self._news.clear()
            for event in self._due():
                yield event
            await asyncio.sleep(PAUSE)

    def _due(self) -> Iterator[str]:
        """The events that are due; what changes while one is being sent comes with the next."""
        while not self._ended and (self._link is not None or self._pending):
            if self._link is not None:
                link, self._link = self._link, None
                yield f"event: link\ndata: {link}\n\n"
            if self._pending:
                yield f"event: rows\ndata: {self._batch()}\n\n"

    def _batch(self) -> str:
        taken = {key: self._pending.pop(key) for key in list(islice(self._pending, BATCH))}
        rows = ",".join(row for row in taken.values() if row is not None)
        gone = json.dumps([key for key, row in taken.items() if row is None])
        return f'{{"rows":[{rows}],"gone":{gone}}}'

    def _take(self, key: str, row: str | None) -> None:
        self._pending[key] = row
        self._news.set()

    def _take_link(self, link: str) -> None:
        self._link = link
        self._news.set()

    def _end(self) -> None:
        self._ended = True
        self._news.set()

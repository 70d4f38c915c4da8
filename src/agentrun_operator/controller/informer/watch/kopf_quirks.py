"""What works around kopf 1.45, each with its reason: a watch does not end, leaves tasks alone, and tells of an event
at once.

Whether they are still needed is to be looked at when kopf is updated. No handler, no setting.
"""

from __future__ import annotations

import asyncio
import logging
import re
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import kopf
from kopf._cogs.clients import watching

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
    from types import CodeType

log = logging.getLogger(__name__)

TRY = re.compile(r"Request attempt #(\d+)")
TOLD_EVERY = 100


class EveryTask(frozenset[asyncio.Task[object]]):
    """Every task of the loop: kopf cancels tasks that it did not start, unless they are in what it is to ignore."""

    def __contains__(self, task: object) -> bool:
        return True


class ShutdownNoise:
    """Keeps to the debug log what kopf's own tasks run into while it stops.

    It closes its session under those that still scan the API, and its watch under the stream that it reads. Nobody
    waits for them.
    """

    def __init__(self, stop: asyncio.Event) -> None:
        self._stop = stop

    def __call__(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if self._stop.is_set() and _is_kopfs(_code(context)):
            log.debug("While kopf stopped: %s", context.get("exception"))
        else:
            loop.default_exception_handler(context)


def _code(context: dict[str, Any]) -> CodeType | None:
    """The code that the error comes from: a task's, or an asynchronous generator's that was left in the middle."""
    future, generator = context.get("future"), context.get("asyncgen")
    coroutine = future.get_coro() if isinstance(future, asyncio.Task) else None
    return getattr(coroutine, "cr_code", None) or getattr(generator, "ag_code", None)


def _is_kopfs(code: CodeType | None) -> bool:
    return code is not None and Path(code.co_filename).is_relative_to(Path(kopf.__file__).parent)


@contextmanager
def taken(take: Callable[[str | None, Any], None], until_allowed: Callable[[str], Awaitable[None]]) -> Iterator[None]:
    """Events are taken from kopf's watch as they come. On their way to a handler each would get a task, a timer, three
    loggers and a dozen views of the object: a sixth of the time that an object costs.

    Args:
        take: is given an event's type, None for what a list showed, and the object.
        until_allowed: ends when a namespace may be watched: Kopf tries on and on, and each try is an error in the log.
    """
    watch = watching.infinite_watch

    async def marks(**where: Any) -> AsyncIterator[Any]:  # noqa: ANN401 - kopf's own arguments, as they are
        await until_allowed(where["namespace"] or "")
        async for event in watch(**where):
            if isinstance(event, watching.Bookmark):
                yield event
            elif event["type"] != "BOOKMARK":
                _take(take, event)

    watching.infinite_watch = marks
    watching.logger.addFilter(_is_told)
    try:
        yield
    finally:
        watching.infinite_watch = watch
        watching.logger.removeFilter(_is_told)


def _is_told(record: logging.LogRecord) -> bool:
    """Whether the log has a line about a try of kopf's: about the first that fails, and then about one in five minutes,
    where each would have one every three seconds.
    """
    found = TRY.match(record.getMessage())
    return found is None or found[1] == "1" or int(found[1]) % TOLD_EVERY == 0


def _take(take: Callable[[str | None, Any], None], event: Any) -> None:  # noqa: ANN401 - an event of kopf's
    try:
        take(event["type"], event["object"])
    except Exception:  # a defect here must not end the watch of all others
        log.exception("A defect kept an event of the watch from being taken in; the resync looks again")


class ChunkSize:
    """How many objects kopf asks for in one page of its list, which it reads whole: as many as fitted lately. It reads
    the number as a text when a list begins.
    """

    MOST = 50

    def __init__(self, fitting: Callable[[], int]) -> None:
        self._fitting = fitting

    def __str__(self) -> str:
        return str(min(self.MOST, self._fitting()))


class EndlessBackoffs:
    """Pauses between kopf's tries, without end: an API server that is away is no reason to end the watch."""

    FIRST = (0.2, 0.5, 1.0, 2.0)
    REST = 3.0

    def __iter__(self) -> Any:  # noqa: ANN401 - a generator of floats; kopf's setting is typed as any iterable
        yield from self.FIRST
        while True:
            yield self.REST

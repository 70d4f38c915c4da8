"""Does the same thing to many items, a given number at a time. Knows nothing of what is done."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

T = TypeVar("T")

PLACES = 32
"""As many as the operator has workers."""


async def for_each(items: Iterable[T], do: Callable[[T], Awaitable[object]], places: int = PLACES) -> None:
    """Do it to every item, `places` at a time; the first error ends it."""
    left = iter(items)

    async def work() -> None:
        for item in left:
            await do(item)

    async with asyncio.TaskGroup() as group:
        for _ in range(places):
            group.create_task(work())

"""Ends a wait when the operator is to stop. Knows nothing of what is waited for."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Coroutine


async def run_until(work: Coroutine[Any, Any, None], stop: asyncio.Event) -> None:
    """Do the work until it ends, or cut it off once `stop` is set. How it ended is for the caller to look at."""
    tasks = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

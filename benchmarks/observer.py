"""Follows the objects through the API server's watch, as any user can: when each was Ready, and when it was gone."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Self, TypeVar

from benchmarks.manifests import is_ready, rollout_reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from benchmarks.kubernetes import Body, Cluster

K = TypeVar("K")


class Observer:
    """What the objects of a namespace say; follows them while it is entered as a context.

    Attributes:
        ready: when an object, by name and generation, was first seen Ready; in seconds since the epoch.
        rolled: when RolledOut first gave a reason, by the object's name and generation, and the reason.
        gone: when an object was seen deleted, by name.
    """

    def __init__(self, cluster: Cluster) -> None:
        self.ready: dict[tuple[str, int], float] = {}
        self.rolled: dict[tuple[str, int, str], float] = {}
        self.gone: dict[str, float] = {}
        self._events = cluster.watch()
        self._changed = asyncio.Event()
        self._following: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._following = asyncio.create_task(self._follow(), name="observer")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._following:
            self._following.cancel()
            await asyncio.gather(self._following, return_exceptions=True)

    async def all_ready(self, names: Iterable[str], generation: int, within: float) -> float:
        """Wait until these are Ready at a generation; when the last one was, in seconds since the epoch."""
        return await self._all([(name, generation) for name in names], self.ready, within)

    async def all_rolled(self, names: Iterable[str], generation: int, reason: str, within: float) -> float:
        """Wait until the rollouts of these give a reason; when the last one did, in seconds since the epoch."""
        return await self._all([(name, generation, reason) for name in names], self.rolled, within)

    async def all_gone(self, names: Iterable[str], within: float) -> float:
        """Wait until these are gone; when the last one was, in seconds since the epoch."""
        return await self._all(list(names), self.gone, within)

    async def _all(self, keys: list[K], seen: Mapping[K, float], within: float) -> float:
        left = list(keys)
        async with asyncio.timeout(within):
            while left:
                while left and left[-1] in seen:
                    left.pop()
                if left:
                    await self._next()
        return max(seen[key] for key in keys)

    async def _next(self) -> None:
        if self._following is None or self._following.done():
            raise RuntimeError("the watch ended") from (self._following.exception() if self._following else None)
        self._changed.clear()
        await self._changed.wait()

    async def _follow(self) -> None:
        try:
            async for event in self._events:
                self._note(event["type"], event["object"], time.time())
                self._changed.set()
        finally:
            self._changed.set()

    def _note(self, kind: str, body: Body, now: float) -> None:
        metadata = body["metadata"]
        if kind == "DELETED":
            self.gone[metadata["name"]] = now
            return
        if is_ready(body):
            self.ready.setdefault((metadata["name"], metadata["generation"]), now)
        if reason := rollout_reason(body):
            self.rolled.setdefault((metadata["name"], metadata["generation"], reason), now)

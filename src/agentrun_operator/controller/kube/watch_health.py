"""Whether the watches live: for how long one of them has been without a stream that the API server serves. Asks nobody.

A watch that ends is begun again within a second, and counts as living meanwhile.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from agentrun_operator.resources.names import GROUP, PLURAL, VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Container

GRACE = 15.0
"""Seconds for which a watch may be down before this replica is not ready: an API server that restarts takes some."""


class WatchHealth:
    """The watches of one leadership."""

    def __init__(
        self,
        namespaces: tuple[str, ...],
        clock: Callable[[], float] = time.monotonic,
        *,
        forbidden: Container[str] = (),
        told: Callable[[str, str], None] = lambda *_: None,
    ) -> None:
        """None is open yet.

        Args:
            namespaces: what is watched; empty: all namespaces.
            clock: the time in seconds; never set back.
            forbidden: those of them that nobody expects to be watched, now.
            told: called with a namespace, and why the API server does not let it be read; empty when it does.
        """
        self._clock = clock
        base = f"/apis/{GROUP}/{VERSION}"
        self._namespaces = {
            f"{base}/namespaces/{each}/{PLURAL}" if each else f"{base}/{PLURAL}": each for each in namespaces or ("",)
        }
        self._forbidden, self._told = forbidden, told
        self._down: dict[str, float | None] = dict.fromkeys(self._namespaces, clock())
        self._failing: set[str] = set()
        self._opened = False

    @property
    def down_for(self) -> float:
        """Seconds for which the watch that fares worst has been down; 0 while all of them live."""
        now = self._clock()
        return max((now - since for since in self._expected() if since is not None), default=0.0)

    @property
    def is_ready(self) -> bool:
        """Whether all of them were open once, and none has been down for long since."""
        return self._opened and self.down_for <= GRACE

    def asked(self, path: str, *, watching: bool) -> None:
        """A watch, or a page of the list before it, is asked for: there is no watch until one is answered."""
        if path not in self._down:
            return
        if watching:
            self._failing.add(path)
        if self._down[path] is None:
            self._down[path] = self._clock()

    def answered(self, path: str, *, watching: bool) -> None:
        """It was answered well. A list of many pages is on the way to a watch, unless that has failed before."""
        if path not in self._down:
            return
        if watching:
            self._failing.discard(path)
            self._down[path] = None
            self._told(self._namespaces[path], "")
            self._opened = self._opened or all(since is None for since in self._expected())
        elif path not in self._failing:
            self._down[path] = self._clock()

    def refused(self, path: str) -> None:
        """It may not be read."""
        if path in self._down:
            self._told(self._namespaces[path], f"no permission to list or watch {PLURAL}")

    def _expected(self) -> list[float | None]:
        """Those that are to live; all of them where none may be watched. What nobody expects is not missed."""
        expected = [path for path, each in self._namespaces.items() if each not in self._forbidden] or [*self._down]
        for path in self._down.keys() - expected:
            self._down[path] = self._clock()
        return [self._down[path] for path in expected]

    def ended(self) -> None:
        """Nobody watches any more."""
        for path in self._down:
            self.asked(path, watching=False)

"""Keeps the way to the API server open for as long as the operator runs: says when it is read again.

A request never waits for a file or a plugin, unless the server has just refused who asks.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from agentrun_operator.backoff import backoff
from agentrun_operator.controller.kube.login.errors import AccessError
from agentrun_operator.controller.kube.login.problems import Problems
from agentrun_operator.controller.kube.login.reader import SHORTEST, Reader

if TYPE_CHECKING:
    from collections.abc import Callable

    from agentrun_operator.controller.kube.login.access import Access
    from agentrun_operator.controller.kube.login.kubeconfig.credential import Credential
    from agentrun_operator.controller.kube.login.kubeconfig.kubeconfig import Context

RELOAD = 60.0
"""Seconds between two readings: a file may hold another token."""

FIRST_RETRY = 5.0
"""Seconds until what cannot be read is tried again; the pauses grow to RELOAD."""

PATIENCE = 15.0
"""Seconds that a request whose credential was refused waits for another."""

REFUSAL = "The refused credential"


class Login:
    """Where the API server is, and who asks."""

    def __init__(
        self,
        source: Callable[[], Context],
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Prepare it; nothing is read yet.

        Args:
            source: reads the cluster and the user; it may take its time.
            clock: the time in seconds; never set back.
            now: the time of day, by which credentials end.
        """
        self._clock = clock
        self._problems = Problems()
        self._reader = Reader(source, self._problems, clock, now)
        self._access: Access | None = None
        self._accepted: Credential | None = None
        self._refused: Credential | None = None
        self._failures = 0
        self._refusals = 0
        self._waiting: list[asyncio.Future[None]] = []
        self._wanted = asyncio.Event()
        self._wanted_at = float("-inf")

    @property
    def access(self) -> Access:
        """What the next request is to use."""
        if self._access is None:
            raise RuntimeError("the login begins with a look")
        return self._access

    async def look(self, *, renew: bool = False) -> None:
        """Read everything; what is known of what cannot be read stays in use.

        Args:
            renew: whether what a plugin gave is no good any more.

        Raises:
            AccessError: it cannot be read, and is not known either: this was the first look.
        """
        found = await self._reader.read(renew=renew)
        if found.credential != self._refused and found != self._access:
            self._access = found
            self._refused = None
        self._failures = self._failures + 1 if self._problems.any else 0

    async def keep(self) -> None:
        """Look again whenever it is time, until it is cancelled."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._pause()):
                    await self._wanted.wait()
            self._wanted.clear()
            waiting, self._waiting = self._waiting, []
            await self.look(renew=bool(waiting))
            for each in waiting:
                if not each.done():
                    each.set_result(None)

    def accept(self, access: Access) -> None:
        """The server knows who asks so."""
        self._refusals = 0
        if self._accepted is not access.credential:
            self._accepted = access.credential
            if self._refused is None:
                self._problems.solved(REFUSAL)

    async def renewed(self, refused: Access) -> bool:
        """Whether there is another way to ask than one that the server has just refused; waits for it a while."""
        if self.access is refused and (self._waiting or self._clock() >= self._wanted_at + self._patience()):
            await self._looked()
        if self.access is refused:
            self._go_back(refused)
        return self.access is not refused

    async def _looked(self) -> None:
        looked = asyncio.get_running_loop().create_future()
        if not self._waiting:  # those who are refused together are refused once
            self._refusals += 1
            self._wanted_at = self._clock()
        self._waiting.append(looked)
        self._wanted.set()
        self._refused = None
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await looked

    def _go_back(self, refused: Access) -> None:
        """Ask again as the server knew us: what was read last may be half of what somebody is writing."""
        if self._accepted and self._accepted != refused.credential:
            self._problems.met(REFUSAL, AccessError("the API server does not know what was read last (401)"))
            self._refused = refused.credential
            self._access = replace(refused, credential=self._accepted)

    def _patience(self) -> float:
        """Seconds from one look because of a refusal to the next: more and more, while that does not help."""
        return backoff(self._refusals - 1, first=FIRST_RETRY, at_most=RELOAD) if self._refusals else SHORTEST

    def _pause(self) -> float:
        """Seconds until the next look."""
        due = self._reader.renew_at - self._clock()
        if not self._failures:
            return max(0.0, min(RELOAD, due))
        again = backoff(self._failures - 1, first=FIRST_RETRY, at_most=RELOAD)
        return min(again, due) if due > 0 else again

"""A Lease of Kubernetes, held by one replica at a time: client-go's rules, with time measured on one's own clock only.

Peers' clocks are never compared: what counts is when their last renewal was first *seen*. Every write replaces the very
Lease that was read, so that of two who try at once one fails.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from agentrun_operator.controller.errors import LeaseLostError
from agentrun_operator.controller.kube.errors import CONFLICT, NOT_FOUND, KubeError
from agentrun_operator.resources.names import APP, NAME_LABEL, WATCH_SELECTOR

if TYPE_CHECKING:
    from collections.abc import Callable

    from agentrun_operator.controller.keys import Body
    from agentrun_operator.controller.kube.client import KubeClient

log = logging.getLogger(__name__)

RELEASE_TIMEOUT = 2.0
"""Seconds that giving the Lease back may take; the next leader waits for its end otherwise."""


@dataclass(frozen=True, slots=True)
class LeaseConfig:
    """Who asks for which Lease, and how long things take, in seconds.

    Args:
        namespace: the Lease's namespace.
        name: the Lease's name.
        identity: who asks; no two replicas may have the same.
        duration: others may take the Lease this long after the last renewal they saw.
        deadline: the holder stops this long after its last renewal that succeeded.
        retry: the pause between two tries.
        selector: which objects its holder looks after, for others to read; empty: all.
    """

    namespace: str
    name: str
    identity: str
    duration: float
    deadline: float
    retry: float
    selector: str = ""

    @property
    def marks(self) -> Body:
        """What tells others of the Lease whose it is."""
        annotations = {WATCH_SELECTOR: self.selector} if self.selector else {}
        return {"labels": {NAME_LABEL: APP}, "annotations": annotations}


class LeaderElector:
    """One replica's relation to the Lease."""

    def __init__(
        self,
        kube: KubeClient,
        config: LeaseConfig,
        clock: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """Prepare the relation; nothing is asked yet.

        Args:
            kube: the API server.
            config: who asks for which Lease.
            clock: the time in seconds; never set back.
            jitter: random numbers from 0 to 1; they spread the tries for a Lease that is another's.
        """
        self.config = config
        self._kube = kube
        self._clock = clock
        self._jitter = jitter
        self._known: Body | None = None
        self._vanished = False
        self._seen: tuple[Body | None, float] = (None, 0.0)
        self._renewed: float | None = None

    @property
    def held(self) -> bool:
        """Whether no other replica can lead now. To be asked right before every write that nothing else fences."""
        return self._left > 0

    @property
    def holder(self) -> str:
        """Who held it when it was last seen; empty if nobody."""
        return self._spec.get("holderIdentity") or ""

    async def acquire(self) -> None:
        """Wait until the Lease is ours."""
        while True:
            if await self._tried_to_take():
                return
            # Oftener than the holder renews: one that is given back is taken within a second or so, for one small read.
            await asyncio.sleep(self.config.retry * (0.4 + self._jitter() / 5))

    async def renew(self) -> None:
        """Renew the Lease until that fails.

        Raises:
            LeaseLostError: it was not renewed in time, or is another's; the caller has to end at once.
        """
        while True:
            await asyncio.sleep(self.config.retry)
            await self._renew_once()

    async def release(self) -> None:
        """Give the Lease back, so that the next replica need not wait for its end."""
        if not self.held:
            return
        self._renewed = None  # before it is sent: another may have the Lease before the answer is back
        try:
            await self._write(RELEASE_TIMEOUT, release=True)
        except (KubeError, TimeoutError) as error:
            log.warning("Could not give the Lease back: %s", str(error) or "no answer in time")

    @property
    def _left(self) -> float:
        """Seconds for which it is still held without a renewal."""
        return 0.0 if self._renewed is None else max(0.0, self._renewed + self.config.deadline - self._clock())

    @property
    def _spec(self) -> Body:
        return dict((self._known or {}).get("spec") or {})

    @property
    def _mine(self) -> bool:
        return self.holder == self.config.identity

    @property
    def _others(self) -> bool:
        return bool(self.holder) and not self._mine

    async def _tried_to_take(self) -> bool:
        try:
            await self._get(self.config.deadline / 2)
            if (self._others or self._vanished) and self._clock() < self._ends():
                return False
            return await self._written(self.config.deadline / 2)
        except (KubeError, TimeoutError) as error:
            log.warning("Cannot ask for the Lease: %s", str(error) or "no answer in time")
            return False

    async def _renew_once(self) -> None:
        while self.held:
            try:
                if await self._written(min(self._left, max(self.config.retry, self.config.deadline / 3))):
                    return
            except (KubeError, TimeoutError) as error:
                log.warning("Cannot renew the Lease: %s", str(error) or "no answer in time")
            if self._others:
                raise LeaseLostError(f"The Lease was taken by {self.holder}")
            await asyncio.sleep(min(self.config.retry / 2, self._left))
        raise LeaseLostError(f"The Lease was not renewed for {self.config.deadline:g} s")

    async def _written(self, within: float) -> bool:
        """Whether the write was taken; one that raced with another is followed by a look."""
        try:
            await self._write(within)
        except KubeError as error:
            if error.status not in (NOT_FOUND, CONFLICT):
                raise
            await self._get(within)
            return False
        return True

    def _ends(self) -> float:
        """When the Lease as it was last seen may be taken. One that somebody deleted may still be in use until then."""
        spec, since = self._seen
        return since + float((spec or {}).get("leaseDurationSeconds") or self.config.duration)

    def _observe(self, lease: Body | None) -> None:
        self._vanished = lease is None and (self._vanished or self._others)
        self._known = lease
        if self._others:
            self._renewed = None
        spec = (lease or {}).get("spec")
        if spec != self._seen[0]:
            self._seen = (spec, self._clock())

    async def _get(self, within: float) -> None:
        try:
            async with asyncio.timeout(within):
                self._observe(await self._kube.lease(self.config.namespace, self.config.name))
        except KubeError as error:
            if error.status != NOT_FOUND:
                raise
            self._observe(None)

    async def _write(self, within: float, *, release: bool = False) -> None:
        sent = self._clock()
        spec = self._next_spec(release=release)
        async with asyncio.timeout(within):
            if self._known is None:
                head: Body = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease"}
                head["metadata"] = {"name": self.config.name} | self.config.marks
                answer = await self._kube.create_lease(self.config.namespace, head | {"spec": spec})
            else:
                lease = self._known | {"metadata": _marked(self._known["metadata"], self.config.marks), "spec": spec}
                answer = await self._kube.replace_lease(self.config.namespace, self.config.name, lease)
        self._observe(answer)
        self._renewed = None if release else sent

    def _next_spec(self, *, release: bool) -> Body:
        old, now = self._spec, datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        taken = not self._mine and self._known is not None
        return old | {
            "holderIdentity": "" if release else self.config.identity,
            "renewTime": now,
            "acquireTime": (old.get("acquireTime") if self._mine else None) or now,
            "leaseDurationSeconds": 1 if release else int(self.config.duration),
            "leaseTransitions": int(old.get("leaseTransitions") or 0) + taken,
        }


def _marked(head: Body, marks: Body) -> Body:
    """A Lease's metadata with our marks beside what others wrote."""
    return head | {part: (head.get(part) or {}) | ours for part, ours in marks.items()}

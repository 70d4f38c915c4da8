"""The Leases of the operators beside this one: whether one leads that may look after the same objects.

Peers' clocks are never compared: a Lease is in use as long as it was seen to change within its own duration.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from agentrun_operator.controller.kube.errors import KubeError
from agentrun_operator.controller.kube.preflight import lease_of
from agentrun_operator.observation.operators import is_operators, may_overlap, objects_of, selector_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from agentrun_operator.controller.keys import Body
    from agentrun_operator.controller.kube.client import KubeClient
    from agentrun_operator.controller.settings import Settings

DURATION = 15
"""Seconds for which a Lease counts that does not say."""


class OtherLeases:
    """The other operators' Leases in the namespace of one's own."""

    def __init__(self, kube: KubeClient, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        """Nothing is known yet.

        Args:
            kube: whom to ask.
            settings: which objects this operator looks after, and which Lease it takes.
            clock: the time in seconds; never set back.
        """
        self._kube = kube
        self._settings = settings
        self._clock = clock
        self._seen: dict[str, tuple[Body, float]] = {}

    async def in_the_way(self) -> str:
        """Whose Lease is in use that may cover an object of this operator's, for people; empty if nobody's.

        Where the API server does not tell, that is in the way too.
        """
        try:
            async with asyncio.timeout(self._settings.renew_deadline / 2):
                found = await self._kube.leases(self._settings.lease_namespace)
        except (KubeError, TimeoutError) as error:
            return f"the Leases of other operators cannot be read: {str(error) or 'no answer in time'}"
        return next((told for lease in found if (told := self._told(lease))), "")

    def _told(self, lease: Body) -> str:
        name, spec, selector = str(lease["metadata"]["name"]), lease.get("spec") or {}, selector_of(lease)
        if name == lease_of(self._settings) or not is_operators(lease, self._settings.lease_name):
            return ""
        if not self._in_use(name, spec) or not may_overlap(selector, self._settings.watch_label_selector):
            return ""
        return f"{spec['holderIdentity']} holds the Lease {name}, and looks after {objects_of(selector)}"

    def _in_use(self, name: str, spec: Body) -> bool:
        """Whether somebody holds it, and it was seen to change within its duration."""
        now = self._clock()
        known, since = self._seen.get(name, (None, now))
        if known != spec:
            since = now
        self._seen[name] = spec, since
        return bool(spec.get("holderIdentity")) and now < since + float(spec.get("leaseDurationSeconds") or DURATION)

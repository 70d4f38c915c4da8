"""The Leases of the operators beside this one: whether one leads that may look after the same objects.

Peers' clocks are never compared: a Lease is in use as long as it was seen to change within its own duration.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from agentrun_operator.controller.kube.client import KubeClient, KubeError
from agentrun_operator.controller.kube.preflight import lease_of
from agentrun_operator.observation.selectors import selected_by
from agentrun_operator.resources.names import APP, NAME_LABEL, WATCH_SELECTOR

if TYPE_CHECKING:
    from collections.abc import Callable

    from agentrun_operator.controller.keys import Body
    from agentrun_operator.controller.settings import Settings

DURATION = 15
"""Seconds for which a Lease counts that does not say."""

SHOWN = 200
"""Characters of a selector that are told."""


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
        head, spec = lease["metadata"], lease.get("spec") or {}
        name, selector = str(head["name"]), (head.get("annotations") or {}).get(WATCH_SELECTOR)
        if name == lease_of(self._settings) or not self._is_ours(head) or not self._in_use(name, spec):
            return ""
        if selected_by(selector).is_disjoint(selected_by(self._settings.watch_label_selector)):
            return ""
        theirs = f"objects with {selector[:SHOWN]}" if selector else "all objects"
        return f"{spec['holderIdentity']} holds the Lease {name}, and looks after {theirs}"

    def _is_ours(self, head: Body) -> bool:
        """Whether it is an operator's: by the label, or by the name, which is all that older versions give."""
        return (head.get("labels") or {}).get(NAME_LABEL) == APP or head["name"] in (APP, self._settings.lease_name)

    def _in_use(self, name: str, spec: Body) -> bool:
        """Whether somebody holds it, and it was seen to change within its duration."""
        now = self._clock()
        known, since = self._seen.get(name, (None, now))
        if known != spec:
            since = now
        self._seen[name] = spec, since
        return bool(spec.get("holderIdentity")) and now < since + float(spec.get("leaseDurationSeconds") or DURATION)

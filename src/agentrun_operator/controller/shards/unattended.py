"""Counts the objects that nobody tells anything of: no operator's selector covers them, or theirs does not run.

An operator sees to its own objects; of the others it only tells that they wait.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from agentrun_operator.controller.kube.errors import KubeError
from agentrun_operator.resources.names import ENDPOINT_LABEL

if TYPE_CHECKING:
    from collections.abc import Callable

    from agentrun_operator.controller.keys import Body
    from agentrun_operator.controller.kube.client import KubeClient

log = logging.getLogger(__name__)

INTERVAL = 60.0
"""Seconds between two counts."""

LATE = timedelta(minutes=5)
"""How long an object may be without a status."""

NAMED = 5


class Unattended:
    """The objects without a status."""

    def __init__(self, kube: KubeClient, tell: Callable[[int], None], now: Callable[[], datetime]) -> None:
        """Prepare it.

        Args:
            kube: whom to ask.
            tell: is told how many there are.
            now: the time of day.
        """
        self._kube = kube
        self._tell = tell
        self._now = now
        self._told = 0
        self._refused = ""

    async def run(self) -> None:
        """Count until it is cancelled."""
        while True:
            try:
                await self.count()
                self._refused = ""
            except KubeError as error:
                level = logging.DEBUG if self._refused == str(error) else logging.WARNING
                self._refused = str(error)
                log.log(level, "Objects that no operator looks after cannot be counted: %s", error)
            await asyncio.sleep(INTERVAL)

    async def count(self) -> int:
        """How many there are now. One with a claim has the endpoint's label, and so is not even listed.

        Raises:
            KubeError: the API server did not tell.
        """
        count = 0
        names: list[str] = []
        async for page in self._kube.pages(labels=f"!{ENDPOINT_LABEL}"):
            late = [f"{each['metadata']['namespace']}/{each['metadata']['name']}" for each in page if self._late(each)]
            names += late[: NAMED - len(names)]
            count += len(late)
            page.clear()
        if count > self._told:
            log.warning("No operator looks after %d objects, such as %s", count, ", ".join(names))
        self._told = count
        self._tell(count)
        return count

    def _late(self, body: Body) -> bool:
        status = body.get("status")
        if isinstance(status, dict) and status.get("conditions"):
            return False
        return self._now() - datetime.fromisoformat(body["metadata"]["creationTimestamp"]) > LATE

"""Compares the store with the API server's list each resync interval, for what the watch missed.

Example: while the watch is cut somebody deletes an object. Kopf lists again when it is back, but never tells of an
object that is not in its list.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from agentrun_operator.controller.concurrency.priority import Priority
from agentrun_operator.controller.keys import Body, ObjectKey, key_of
from agentrun_operator.controller.kube.errors import KubeError

if TYPE_CHECKING:
    from agentrun_operator.controller.informer.informer import Informer
    from agentrun_operator.controller.informer.reach import Reach
    from agentrun_operator.controller.informer.store.store import Store
    from agentrun_operator.controller.kube.client import KubeClient

log = logging.getLogger(__name__)

CHECK = 5.0
"""Seconds between two looks at whether kopf has listed anew."""


class Resync:
    """The comparison."""

    def __init__(
        self, kube: KubeClient, store: Store, informer: Informer, reach: Reach, interval: float, *, selector: str = ""
    ) -> None:
        """Prepare it.

        Args:
            kube: where to list.
            store: what is known.
            informer: where differences go.
            reach: what to list.
            interval: seconds between two comparisons.
            selector: which objects, by their labels; the server goes by it.
        """
        self._kube = kube
        self._store = store
        self._informer = informer
        self._reach = reach
        self._interval = interval
        self._selector = selector
        self._late_lists = 0

    async def fill(self) -> int:
        """Take in every object, before any is worked on: who is older is not to be told from half of them.

        Returns:
            how many there are.
        """
        for namespace in self._reach.namespaces:
            with self._reach.listing(namespace):
                await self._fill(namespace)
        return len(self._store)

    async def _fill(self, namespace: str) -> None:
        async for page in self._kube.pages(namespace, labels=self._selector):
            for body in page:
                self._informer.on_object(body, Priority.RESYNC)
            page.clear()  # what is read is not kept while the next one is asked for

    async def run(self) -> None:
        """Compare until it is cancelled: each interval, and soon after the watch had to list anew."""
        while True:
            await self._due()
            self._late_lists = self._informer.late_lists  # of one that comes during this comparison, the next one tells
            try:
                await self.compare()
            except KubeError as error:
                log.warning("Cannot compare the objects with the API server's list: %s", error)
            except Exception:  # a defect here must not end the work on the objects
                log.exception("A defect stopped the comparison with the API server's list; it is made again later")

    async def compare(self) -> None:
        """Forget what is gone, and take in what was not told.

        A list shows what is newest. That an object is older in it than it was before says that etcd was restored.
        """
        await self._reach.review()
        known = self._store.versions()
        listed: dict[ObjectKey, tuple[str, int]] = {}
        read: set[str] = set()  # a namespace may be allowed again before the others are listed
        for namespace in self._reach.namespaces:
            with self._reach.listing(namespace):
                async for page in self._kube.pages(namespace, metadata_only=True, labels=self._selector):
                    listed.update((key_of(item), _seen(item)) for item in page)
                    page.clear()
                read.add(namespace)
        known = {key: seen for key, seen in known.items() if not read.isdisjoint((key.namespace, ""))}
        for key, (uid, _) in known.items():
            if key not in listed or listed[key][0] != uid:
                log.info("%s is gone, or looked after elsewhere; the watch did not tell", key)
                self._informer.on_deleted(_named(key, uid))
        if any(listed[key] < seen for key, seen in known.items() if key in listed and listed[key][0] == seen[0]):
            log.warning("The API server's history went back, as after a restore of etcd: every object is read anew")
            self._store.rewind()
        if any(known.get(key) != seen for key, seen in listed.items()):
            await self.fill()

    async def _due(self) -> None:
        waited = 0.0
        while waited < self._interval:
            await asyncio.sleep(min(CHECK, self._interval - waited))
            waited += CHECK
            if self._informer.late_lists != self._late_lists:
                return


def _seen(item: Body) -> tuple[str, int]:
    """The uid and the version."""
    return item["metadata"]["uid"], int(item["metadata"]["resourceVersion"])


def _named(key: ObjectKey, uid: str) -> Body:
    """As much of an object as says which it is."""
    return {"metadata": {"namespace": key.namespace, "name": key.name, "uid": uid}}

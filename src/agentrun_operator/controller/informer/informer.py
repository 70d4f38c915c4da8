"""Where objects come in: from the watch, from our own lists, and as gone. Keeps store, index and queue in step."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any

from agentrun_operator.controller.concurrency.priority import Priority
from agentrun_operator.controller.informer.store.news import News, Overwrites
from agentrun_operator.controller.keys import ObjectKey, key_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from agentrun_operator.controller.concurrency.queue.workqueue import WorkQueue
    from agentrun_operator.controller.informer.store.ownership_index import OwnershipIndex
    from agentrun_operator.controller.informer.store.store import Store
    from agentrun_operator.controller.keys import Body

log = logging.getLogger(__name__)


class Informer:
    """Takes objects in."""

    def __init__(
        self,
        store: Store,
        ownership: OwnershipIndex,
        queue: WorkQueue[ObjectKey],
        forget: Callable[[ObjectKey], None],
        *,
        overwritten: Callable[[Body], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare it; nothing is known yet.

        Args:
            store: where objects are kept.
            ownership: the index of who manages what.
            queue: where their keys go.
            forget: is called with the key of an object that is gone, when no reconcile of it is under way any more.
            overwritten: is called with an object whose status somebody else wrote; once, where it comes again and
                again.
            clock: the time in seconds.
        """
        self._store = store
        self._ownership = ownership
        self._queue = queue
        self._forget = forget
        self._tell_overwritten = overwritten
        self._overwrites = Overwrites(clock)
        self.late_lists = 0

    def on_event(self, kind: str | None, body: Mapping[str, Any]) -> None:
        """Take in an event of the watch.

        Args:
            kind: ADDED, MODIFIED, DELETED, or None for an object that a list of kopf's showed.
            body: the object.
        """
        if kind == "DELETED":
            self.on_deleted(body)
            return
        if kind is None:
            self.late_lists += 1
        self.on_object(body, _priority(kind, body))

    def on_object(self, body: Mapping[str, Any], priority: Priority) -> None:
        """Take in an object as it is now; ask for a look if it wants one. What it has replaced under its name is
        gone.
        """
        if former := self._store.former(body):
            self.on_deleted(former)
        news = self._store.put(body)
        if not news:
            return
        key = key_of(body)
        if unread := self._store.unreadable(key):
            facts = {"namespace": key.namespace, "object": key.name}
            log.warning("This object cannot be read, and is left alone: %s", unread.why, extra=facts)
        kept = self._store.get(key)
        if kept is not None:
            self._ownership.note(key, kept)
        if news is News.OVERWRITTEN:
            self._on_overwritten(key)
        else:
            self._queue.add(key, priority)

    def _on_overwritten(self, key: ObjectKey) -> None:
        if pause := self._overwrites.pause(key):
            self._queue.add_after(key, pause)
            return
        self._queue.add(key, Priority.CHANGE)
        if body := self._store.get(key):
            self._tell_overwritten(body)

    def on_leftover(self, body: Body) -> None:
        """An object is gone, and its endpoint is not: it is deleted, and counts as held until it is seen gone."""
        key = key_of(body)
        self._store.keep_leftover(body)
        self._ownership.note(key, body)
        self._queue.add(key, Priority.CHANGE)

    def on_deleted(self, body: Mapping[str, Any]) -> None:
        """An object is no more: forget it, and look at those that waited for its endpoint."""
        if not self._store.remove(body):
            return
        key = key_of(body)
        self._queue.drop(key, self._forget)
        for other in self._ownership.forget(key):
            if other in self._store:
                self._queue.add(other, Priority.CHANGE)


def _priority(kind: str | None, body: Mapping[str, Any]) -> Priority:
    """What a user just did to an object goes before new ones, and these before a look at everything."""
    if kind is None:
        return Priority.RESYNC
    status = body.get("status") or {}
    seen = status.keys() - {"observedGeneration"} if isinstance(status, dict) else status  # the CRD gives it at once
    fresh = kind == "ADDED" and not seen and not body["metadata"].get("deletionTimestamp")
    return Priority.NEW if fresh else Priority.EDIT

"""Kubernetes Events: what happened to an object, for `kubectl describe`. Posted aside, so that no reconcile waits for
one.

Events are told at a change only; who tells them decides what a change is.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from agentrun_operator.controller.concurrency.priority import Priority, urgency
from agentrun_operator.controller.keys import ObjectKey, key_of
from agentrun_operator.controller.kube.errors import KubeError
from agentrun_operator.resources.names import API_VERSION, KIND

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from agentrun_operator.controller.keys import Body
    from agentrun_operator.controller.kube.client import KubeClient
    from agentrun_operator.controller.telemetry.metrics import Metrics

log = logging.getLogger(__name__)

KEPT = 10_000
"""Events that wait to be posted; when more come than the API server takes, the rest is dropped."""

POSTERS = 4
MESSAGE_LIMIT = 1024


@dataclass(frozen=True, slots=True)
class Event:
    """One event."""

    key: ObjectKey
    body: Body
    kind: Literal["Normal", "Warning"]
    reason: str
    message: str
    at: datetime


class EventRecorder:
    """Posts events."""

    def __init__(self, kube: KubeClient, identity: str, metrics: Metrics, now: Callable[[], datetime]) -> None:
        """Prepare the recorder; `run` does the posting.

        Args:
            kube: where to.
            identity: the replica that tells them.
            metrics: where posts are counted.
            now: the time.
        """
        self._kube = kube
        self._identity = identity
        self._metrics = metrics
        self._now = now
        self._events: asyncio.Queue[Event] = asyncio.Queue(KEPT)

    def normal(self, body: Body, reason: str, message: str) -> None:
        """Something was done."""
        self._put(Event(key_of(body), body, "Normal", reason, message, self._now()))

    def warning(self, body: Body, reason: str, message: str) -> None:
        """Something failed."""
        self._put(Event(key_of(body), body, "Warning", reason, message, self._now()))

    async def run(self) -> None:
        """Post until it is cancelled."""
        async with asyncio.TaskGroup() as group:
            for _ in range(POSTERS):
                group.create_task(self._post_all())

    async def drain(self) -> None:
        """Wait until every event was posted."""
        await self._events.join()

    def _put(self, event: Event) -> None:
        try:
            self._events.put_nowait(event)
        except asyncio.QueueFull:
            log.warning("Dropped the event %s of %s: %d are waiting", event.reason, event.key, KEPT)

    async def _post_all(self) -> None:
        urgency.set(Priority.NEW)  # people and Ready come first
        while True:
            event = await self._events.get()
            try:
                await self._kube.create_event(event.key.namespace, self._manifest(event))
                self._metrics.writes.labels("event").inc()
            except KubeError as error:
                # A namespace that is being deleted takes no events; none is worth a retry.
                log.debug("The event %s of %s was not posted: %s", event.reason, event.key, error)
            finally:
                self._events.task_done()

    def _manifest(self, event: Event) -> Body:
        metadata = event.body["metadata"]
        at = event.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        return {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"generateName": f"{event.key.name}.", "namespace": event.key.namespace},
            "involvedObject": _reference(event.key, metadata["uid"], metadata["resourceVersion"]),
            "type": event.kind,
            "reason": event.reason,
            "message": event.message.encode()[:MESSAGE_LIMIT].decode(errors="ignore"),
            "action": event.reason,
            "eventTime": at,
            "firstTimestamp": f"{at[:19]}Z",
            "lastTimestamp": f"{at[:19]}Z",
            "count": 1,
            "reportingComponent": "agentrun-operator",
            "reportingInstance": self._identity,
            "source": {"component": "agentrun-operator"},
        }


def _reference(key: ObjectKey, uid: str, resource_version: str) -> Body:
    """How an Event names the object that it is about."""
    return {
        "apiVersion": API_VERSION,
        "kind": KIND,
        "namespace": key.namespace,
        "name": key.name,
        "uid": uid,
        "resourceVersion": resource_version,
    }

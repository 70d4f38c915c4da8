"""Takes keys from the queue, gives each reconcile a task, and plans the next one by how it ended."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING

from agentrun_operator.controller.concurrency.priority import Tenants, tenants, urgency
from agentrun_operator.controller.errors import NotLeadingError
from agentrun_operator.controller.kube.errors import KubeError
from agentrun_operator.controller.telemetry.logs import reconcile_id
from agentrun_operator.reconcile.actions import Rest, Retry

if TYPE_CHECKING:
    from collections.abc import Callable

    from agentrun_operator.controller.concurrency.priority import Priority
    from agentrun_operator.controller.concurrency.queue.workqueue import WorkQueue
    from agentrun_operator.controller.keys import ObjectKey
    from agentrun_operator.controller.telemetry.metrics import Metrics
    from agentrun_operator.controller.worker.reconciler import Reconciler

log = logging.getLogger(__name__)

SERVER_PAUSE = 30.0
"""Longest pause in seconds before a write to Kubernetes is tried again."""


class Workers:
    """The work on the queue."""

    def __init__(
        self,
        queue: WorkQueue[ObjectKey],
        reconciler: Reconciler,
        metrics: Metrics,
        retry_max: float,
        new_id: Callable[[], str],
    ) -> None:
        """Prepare the work.

        Args:
            queue: the keys.
            reconciler: does one reconcile.
            metrics: where reconciles are counted.
            retry_max: longest pause in seconds after a defect of our own.
            new_id: makes the id that a reconcile's lines in the log have in common.
        """
        self._queue = queue
        self._reconciler = reconciler
        self._metrics = metrics
        self._retry_max = retry_max
        self._new_id = new_id
        self._tasks: set[asyncio.Task[None]] = set()
        self._told: dict[ObjectKey, str] = {}

    def forget(self, key: ObjectKey) -> None:
        """An object is gone."""
        self._told.pop(key, None)

    async def run(self) -> None:
        """Work until it is cancelled; reconciles under way go on then."""
        while True:
            item = await self._queue.get()
            self._metrics.queue_seconds.observe(item.waited)
            task = asyncio.create_task(self._reconcile(item.key, item.priority), name=f"reconcile {item.key}")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def drain(self, patience: float) -> None:
        """Wait for the reconciles under way, and cancel what is left after `patience` seconds."""
        if not self._tasks:
            return
        _, left = await asyncio.wait(self._tasks, timeout=patience)
        for task in left:
            task.cancel()
        if left:
            log.warning(
                "%d reconciles did not end within %g s and were cut off; the next start goes on", len(left), patience
            )
            await asyncio.wait(left)

    async def _reconcile(self, key: ObjectKey, priority: Priority) -> None:
        urgency.set(priority)
        tenants.set(Tenants(key.namespace))
        reconcile_id.set(self._new_id())
        started = time.monotonic()
        try:
            result = await self._outcome(key)
        finally:
            self._queue.done(key)
        self._metrics.reconciles.labels(result).inc()
        self._metrics.reconcile_seconds.observe(time.monotonic() - started)

    async def _outcome(self, key: ObjectKey) -> str:
        """Reconcile once, and plan the next time; return the outcome for the metrics."""
        facts = {"namespace": key.namespace, "object": key.name}
        try:
            ending = await self._reconciler.reconcile(key)
            self._told.pop(key, None)
            return self._planned(key, ending)
        except KubeError as error:
            at_most = self._retry_max if error.refused else SERVER_PAUSE
            pause = self._queue.add_rate_limited(key, at_most, cause=(key.namespace, error.status))
            told, self._told[key] = self._told.get(key), str(error)
            level = logging.DEBUG if told == str(error) else logging.WARNING
            log.log(level, "%s; tried again in %.1f s, and with growing pauses", error, pause, extra=facts)
            return "kubernetes_error"
        except NotLeadingError:
            return "not_leading"
        except Exception:  # a defect must stop neither the others nor this object for ever
            pause = self._queue.add_rate_limited(key, self._retry_max)
            log.exception("A defect stopped the reconcile of %s; tried again in %.1f s", key, pause, extra=facts)
            return "error"

    def _planned(self, key: ObjectKey, ending: Rest | Retry) -> str:
        match ending:
            case Retry(reason=reason, at_most=at_most, at_least=at_least):
                self._queue.add_rate_limited(key, at_most, at_least, cause=(key.namespace, reason))
                return str(reason.value)
            case Rest(after=after, in_doubt=in_doubt):
                if not in_doubt:
                    self._queue.forget(key)
                if after is not None:
                    self._queue.add_after(key, after)
        return "done"

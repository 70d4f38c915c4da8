"""All that works while this replica leads: built anew for each leadership, drained in order at its end."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from agentrun_operator.controller.concurrency.workqueue import Priority, WorkQueue
from agentrun_operator.controller.informer.informer import Intake
from agentrun_operator.controller.informer.kopf_handlers import registry
from agentrun_operator.controller.informer.ownership import lane_of
from agentrun_operator.controller.informer.ownership_index import Rivals
from agentrun_operator.controller.informer.resync import Sweeper
from agentrun_operator.controller.informer.store import Store
from agentrun_operator.controller.informer.watch import Watch
from agentrun_operator.controller.kube.client import Server, ServerError
from agentrun_operator.controller.kube.connection import login_handler
from agentrun_operator.controller.kube.events import Recorder
from agentrun_operator.controller.remote.accounts.pool import Accounts, Surroundings
from agentrun_operator.controller.worker.gather import Gatherer
from agentrun_operator.controller.worker.object_writer import Objects
from agentrun_operator.controller.worker.reconciler import Reconciler
from agentrun_operator.controller.worker.reporter import Story
from agentrun_operator.controller.worker.workers import Runner
from agentrun_operator.reconcile.input import Limits

if TYPE_CHECKING:
    from collections.abc import Callable

    from kubernetes.aio.client import Configuration

    from agentrun_operator.controller.keys import Key
    from agentrun_operator.controller.settings import Settings
    from agentrun_operator.controller.telemetry.metrics import Metrics

log = logging.getLogger(__name__)

PATIENCE = 10.0
"""Seconds that passes under way get to end when the operator stops."""

EVENTS_PATIENCE = 2.0
"""Seconds that waiting events get after that."""

LIST_AGE = 1.5
"""Age of a list that still serves, in poll intervals: an older one means that the poller fails."""


class Leading:
    """The working operator."""

    def __init__(
        self,
        settings: Settings,
        server: Server,
        configuration: Configuration,
        metrics: Metrics,
        identity: str,
        *,
        may_write: Callable[[], bool],
        own_signals: Callable[[], None],
    ) -> None:
        """Puts the parts together.

        Args:
            settings: how to run.
            server: the API server.
            configuration: its address and credentials, for kopf.
            metrics: where things are counted.
            identity: this replica's name in events.
            may_write: whether this replica still leads.
            own_signals: puts our signal handlers back.
        """
        self._metrics = metrics
        self._settings = settings
        self.filled = False
        self.store = Store()
        around = Surroundings(settings, server, metrics, may_write, self._tell)
        self._accounts = Accounts(around)
        region = self._accounts.region
        rivals = Rivals(self.store, region)
        self._queue: WorkQueue[Key] = WorkQueue(
            lambda key: lane_of(body, region) if (body := self.store.get(key)) else None,
            settings.workers,
            jitter=random.random,
        )
        self._recorder = Recorder(server, identity, metrics, _now)
        gatherer = Gatherer(self._accounts, rivals, settings.poll_interval * LIST_AGE)
        self._reconciler = Reconciler(
            self.store,
            gatherer,
            Objects(server, self.store, metrics),
            Story(self._recorder, metrics),
            Limits(settings.stale_after, settings.retry_max),
            tell_rivals=lambda key: self._tell(rivals.others(key)),
            now=_now,
        )
        self._runner = Runner(self._queue, self._reconciler, metrics, settings.retry_max)
        intake = Intake(self.store, rivals, self._queue, self._forget)
        self._sweeper = Sweeper(server, self.store, intake, settings.namespaces, settings.resync_interval)
        handlers = registry(intake, login_handler(configuration))
        self._watch = Watch(server, handlers, settings.namespaces, own_signals=own_signals)

    async def run(self, stop: asyncio.Event) -> None:
        """Works until `stop` is set, then lets what is under way end."""
        await self._fill(stop)
        recorder = asyncio.create_task(self._recorder.run(), name="events")
        runner = asyncio.create_task(self._runner.run(), name="work queue")
        sweeper = asyncio.create_task(self._sweeper.run(), name="sweeper")
        watch = asyncio.create_task(self._watch.run(stop), name="watch")
        credentials = asyncio.create_task(self._accounts.try_own_credentials(), name="credentials")
        try:
            await asyncio.wait({recorder, runner, sweeper, watch}, return_when=asyncio.FIRST_COMPLETED)
            await self._drain(runner, sweeper)
        finally:
            for task in (recorder, runner, sweeper, watch, credentials):
                task.cancel()
            await self._runner.drain(0.0)  # when the Lease is lost, nothing may end in its own time
            await self._accounts.aclose()
            found = await asyncio.gather(recorder, runner, sweeper, watch, return_exceptions=True)
            failures = [error for error in found if isinstance(error, Exception)]
        if failures:
            raise failures[0]

    def measure(self) -> None:
        """Sets the metrics that are looked up, not counted."""
        metrics = self._metrics
        metrics.queue_depth.set(len(self._queue))
        metrics.queue_active.set(self._queue.active)
        metrics.queue_planned.set(self._queue.planned)
        views = [followed.view for account in self._accounts for followed in account.followed.values()]
        metrics.runtimes.set(len(views))
        metrics.poll_age.set(max((view.blind_for for view in views if not view.missing), default=0.0))
        metrics.objects.clear()
        for labels, count in self._standing().items():
            metrics.objects.labels(*labels).set(count)
        metrics.remote_limit.clear()
        for name, rate in self._accounts.rates():
            metrics.remote_limit.labels(name).set(rate)

    async def _drain(self, runner: asyncio.Task[None], sweeper: asyncio.Task[None]) -> None:
        """No new passes; those under way may end, then the events that tell of them."""
        runner.cancel()
        sweeper.cancel()
        await self._runner.drain(PATIENCE)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(EVENTS_PATIENCE):
                await self._recorder.drain()

    async def _fill(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                count = await self._sweeper.fill()
            except ServerError as error:
                log.warning("Cannot list the objects yet: %s", error)
                await asyncio.sleep(1)
            else:
                self.filled = True
                log.info("Working on %d objects", count)
                return

    def _tell(self, keys: set[Key]) -> None:
        for key in keys:
            if key in self.store:
                self._queue.add(key, Priority.CHANGE)

    def _forget(self, key: Key) -> None:
        self._reconciler.forget(key)
        self._accounts.release(key)

    def _standing(self) -> Counter[tuple[str, str, str]]:
        bodies = (self.store.get(key) for key in self.store)
        return Counter(
            (condition["type"], condition["status"], condition["reason"])
            for body in bodies
            if body
            for condition in body["status"].get("conditions") or ()
        )


def _now() -> datetime:
    return datetime.now(UTC)

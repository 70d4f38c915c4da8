"""All that works while this replica leads: built anew for each leadership, drained in order at its end."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from agentrun_operator.controller.analysis.analysis import Analysis
from agentrun_operator.controller.analysis.follower import AnalysisContext
from agentrun_operator.controller.analysis.limits import ProbeLimits
from agentrun_operator.controller.analysis.prometheus import Prometheus
from agentrun_operator.controller.collector import Working
from agentrun_operator.controller.concurrency.priority import Priority
from agentrun_operator.controller.concurrency.queue.workqueue import WorkQueue
from agentrun_operator.controller.informer.informer import Informer
from agentrun_operator.controller.informer.lanes import lane_of
from agentrun_operator.controller.informer.reach import Reach
from agentrun_operator.controller.informer.resync import Resync
from agentrun_operator.controller.informer.store.ownership_index import OwnershipIndex
from agentrun_operator.controller.informer.store.store import Store
from agentrun_operator.controller.informer.watch.kopf_handlers import registry
from agentrun_operator.controller.informer.watch.watch import Watch
from agentrun_operator.controller.keys import key_of, origin_of
from agentrun_operator.controller.kube.errors import KubeError
from agentrun_operator.controller.kube.events import EventRecorder
from agentrun_operator.controller.kube.exports import ExportClient
from agentrun_operator.controller.kube.session import KopfLogin
from agentrun_operator.controller.kube.watch_health import WatchHealth
from agentrun_operator.controller.remote.accounts.factory import AccountContext
from agentrun_operator.controller.remote.accounts.pool import AccountPool
from agentrun_operator.controller.shards.others import Others
from agentrun_operator.controller.shards.unattended import Unattended
from agentrun_operator.controller.worker.gather import Gatherer
from agentrun_operator.controller.worker.reconciler import Reconciler
from agentrun_operator.controller.worker.workers import Workers
from agentrun_operator.controller.worker.writing.object_writer import ObjectWriter
from agentrun_operator.controller.worker.writing.reporter import Reporter
from agentrun_operator.observation.selectors import parsed
from agentrun_operator.reconcile.input import Timing

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from agentrun_operator.controller.keys import Body, ObjectKey
    from agentrun_operator.controller.kube.client import KubeClient
    from agentrun_operator.controller.kube.login.login import Login
    from agentrun_operator.controller.settings import Settings
    from agentrun_operator.controller.telemetry.metrics import Metrics

log = logging.getLogger(__name__)

PATIENCE = 10.0
"""Seconds that reconciles under way get to end when the operator stops."""

EVENTS_PATIENCE = 2.0
"""Seconds that waiting events get after that."""

LIST_AGE = 1.5
"""Age of a list that still serves, in poll intervals: an older one means that the poller fails."""


class Manager:
    """The working operator.

    Attributes:
        reach: which namespaces it may watch.
        watch: how the watch fares.
        working: what it works with, to be measured.
    """

    def __init__(
        self,
        settings: Settings,
        kube: KubeClient,
        login: Login,
        metrics: Metrics,
        identity: str,
        *,
        may_write: Callable[[], bool],
        own_signals: Callable[[], None],
    ) -> None:
        """Put the parts together.

        Args:
            settings: how to run.
            kube: the API server.
            login: where it is and who asks, for kopf.
            metrics: where things are counted.
            identity: this replica's name in events.
            may_write: whether this replica still leads.
            own_signals: puts our signal handlers back.
        """
        self.reach = Reach(kube, settings.namespaces)
        self.watch = WatchHealth(settings.namespaces, forbidden=self.reach.forbidden, told=self.reach.told)
        self._has_synced = False
        self._store = Store(selector=parsed(settings.watch_label_selector))
        self._others = Others(kube) if settings.watch_label_selector else None
        self._unattended = Unattended(kube, metrics.unattended.set, _now) if self._others else None
        context = AccountContext(settings, kube, metrics, may_write, self.enqueue)
        self._accounts = AccountPool(context)
        ownership = OwnershipIndex(self._store, self._accounts.region)
        self._queue: WorkQueue[ObjectKey] = WorkQueue(self._lane, settings.workers, jitter=random.random)
        self.working = Working(self._queue, self._store, self._accounts, self.reach)
        self._recorder = EventRecorder(kube, identity, metrics, _now)
        reporter = Reporter(self._recorder, metrics)
        informer = Informer(self._store, ownership, self._queue, self._forget, overwritten=reporter.overwritten)
        self._analysis = Analysis(self._analysis_context(settings, kube, metrics))
        writer = ObjectWriter(kube, self._store, metrics)
        self._reconciler = self._new_reconciler(
            settings, writer, reporter, ownership, informer, exports=ExportClient(kube, metrics)
        )
        self._workers = Workers(self._queue, self._reconciler, metrics, settings.retry_max, _new_id)
        selector = settings.watch_label_selector
        self._resync = Resync(kube, self._store, informer, self.reach, settings.resync_interval, selector=selector)
        handlers = registry(KopfLogin(login, self.watch).log_in)
        self._watch = Watch(
            kube, informer, handlers, self.reach, self.watch, own_signals=own_signals, selector=selector
        )

    def _new_reconciler(
        self,
        settings: Settings,
        writer: ObjectWriter,
        reporter: Reporter,
        ownership: OwnershipIndex,
        informer: Informer,
        *,
        exports: ExportClient,
    ) -> Reconciler:
        return Reconciler(
            self._store,
            Gatherer(self._accounts, ownership, settings.poll_interval * LIST_AGE),
            writer,
            reporter,
            _timing(settings),
            exports=exports,
            analysis=self._analysis,
            enqueue_rivals=lambda key: self.enqueue(ownership.others(key)),
            left_behind=lambda body: self._inherit(informer, body),
            cleaned_up=informer.on_deleted,
            now=_now,
            others=self._others,
        )

    def _analysis_context(self, settings: Settings, kube: KubeClient, metrics: Metrics) -> AnalysisContext:
        namespaces, token_file = settings.metrics_namespaces, settings.prometheus_token_file
        return AnalysisContext(
            fetch=kube.read,
            enqueue=self.enqueue,
            limits=ProbeLimits(settings.probe_concurrency, settings.probe_calls_per_minute),
            prometheus=Prometheus(settings.prometheus_url, token_file=token_file, namespaces=namespaces),
            now=_now,
            told=lambda asked: metrics.probe(asked.role, asked.judged),
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set, then let what is under way end."""
        await self._fill(stop)
        recorder = asyncio.create_task(self._recorder.run(), name="events")
        workers = asyncio.create_task(self._workers.run(), name="work queue")
        resync = asyncio.create_task(self._resync.run(), name="resync")
        watch = asyncio.create_task(self._watch.run(stop), name="watch")
        analysis = asyncio.create_task(self._analysis.run(), name="analysis")
        aside = [asyncio.create_task(self._accounts.try_own_credentials(), name="credentials")]
        if self._unattended:
            aside.append(asyncio.create_task(self._unattended.run(), name="unattended"))
        try:
            await asyncio.wait({recorder, workers, resync, watch, analysis}, return_when=asyncio.FIRST_COMPLETED)
            await self._drain(workers, resync)
        finally:
            for task in (recorder, workers, resync, watch, analysis, *aside):
                task.cancel()
            await self._workers.drain(0.0)  # when the Lease is lost, nothing may end in its own time
            await self._accounts.aclose()
            found = await asyncio.gather(recorder, workers, resync, watch, analysis, return_exceptions=True)
            failures = [error for error in found if isinstance(error, Exception)]
        if failures:
            raise failures[0]

    async def _drain(self, workers: asyncio.Task[None], resync: asyncio.Task[None]) -> None:
        """Begin no more reconciles; let those under way end, then the events that tell of them."""
        workers.cancel()
        resync.cancel()
        await self._workers.drain(PATIENCE)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(EVENTS_PATIENCE):
                await self._recorder.drain()

    async def _fill(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                count = await self._resync.fill()
            except KubeError as error:
                log.warning("Cannot list the objects yet: %s", error)
                await asyncio.sleep(1)
            else:
                self._has_synced = True
                log.info("Working on %d objects", count)
                return

    @property
    def is_ready(self) -> bool:
        """Whether every object was listed once, and the watch tells of what changes."""
        return self._has_synced and self.watch.is_ready

    def _lane(self, key: ObjectKey) -> tuple[str, Hashable]:
        """Whom a key takes turns with: the objects of its namespace, and there those of one runtime."""
        body = self._store.get(key)
        return key.namespace, lane_of(body, self._accounts.region) if body else None

    def enqueue(self, keys: set[ObjectKey]) -> None:
        """Ask for a reconcile of those of the objects that are still there."""
        for key in keys:
            if key in self._store:
                self._queue.add(key, Priority.CHANGE)

    def _inherit(self, informer: Informer, leftover: Body) -> None:
        """An object is gone, and its endpoint is not."""
        key = key_of(leftover)
        self._accounts.inherit(origin_of(key), key)
        informer.on_leftover(leftover)

    def _forget(self, key: ObjectKey) -> None:
        self._reconciler.forget(key)
        self._workers.forget(key)
        self._accounts.release(key)


def _timing(settings: Settings) -> Timing:
    return Timing(
        settings.stale_after,
        settings.retry_max,
        frozen=settings.rollouts == "hold",
        sharded=bool(settings.watch_label_selector),
        resync_interval=settings.resync_interval,
    )


def _new_id() -> str:
    return uuid.uuid4().hex[:8]


def _now() -> datetime:
    return datetime.now(UTC)

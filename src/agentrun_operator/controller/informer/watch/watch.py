"""Runs kopf's watch until it is told to stop, and starts it again when it ends for a reason that passes. An event says
*look*, never *what*: it goes into the store, and its key into the queue.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

import kopf

from agentrun_operator.controller.concurrency.cancellation import run_until
from agentrun_operator.controller.informer.watch.kopf_handlers import settings
from agentrun_operator.controller.informer.watch.kopf_quirks import EveryTask, ShutdownNoise, taken
from agentrun_operator.controller.kube.preflight import until_served

if TYPE_CHECKING:
    from collections.abc import Callable

    from agentrun_operator.controller.informer.informer import Informer
    from agentrun_operator.controller.informer.reach import Reach
    from agentrun_operator.controller.kube.client import KubeClient
    from agentrun_operator.controller.kube.watch_health import WatchHealth

log = logging.getLogger(__name__)


class Watch:
    """The watch of our custom resources."""

    def __init__(
        self,
        kube: KubeClient,
        informer: Informer,
        registry: kopf.OperatorRegistry,
        reach: Reach,
        health: WatchHealth,
        *,
        own_signals: Callable[[], None],
        selector: str = "",
    ) -> None:
        """Prepare the watch.

        Args:
            kube: to see whether the CRD is there.
            informer: where events go.
            registry: the handlers.
            reach: what to watch.
            health: told when nobody watches.
            own_signals: puts our signal handlers back, which kopf replaces by its own.
            selector: which objects, by their labels; empty: all.
        """
        self._kube = kube
        self._informer = informer
        self._registry = registry
        self._reach = reach
        self._health = health
        self._own_signals = own_signals
        self._selector = selector

    async def run(self, stop: asyncio.Event) -> None:
        """Watch until `stop` is set."""
        asyncio.get_running_loop().set_exception_handler(ShutdownNoise(stop))
        with taken(self._informer.on_event, self._reach.until_allowed):
            await self._run(stop)

    async def _run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            tasks = await kopf.spawn_tasks(
                registry=self._registry,
                settings=settings(lambda: self._kube.fitting, self._selector),
                namespaces=tuple(filter(None, self._reach.namespaces)),
                clusterwide=not any(self._reach.namespaces),
                stop_flag=stop,
            )
            self._own_signals()
            try:
                await kopf.run_tasks(tasks, ignored=EveryTask())
            except Exception as error:  # noqa: BLE001 - whatever ends kopf's watch, it is to go on
                log.warning("The watch ended and starts again: %s", error)
            self._health.ended()
            if not stop.is_set():
                await self._served_again(stop)

    async def _served_again(self, stop: asyncio.Event) -> None:
        """Wait until the watch may be begun again, or is to end."""

        async def served() -> None:
            await until_served(self._kube)
            await asyncio.sleep(1)

        await run_until(served(), stop)

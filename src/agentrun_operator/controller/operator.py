"""The operator's life: connect, check, serve health, take the Lease, work, drain, give the Lease back."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import random
import signal
import socket
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from agentrun_operator.controller.collector import ManagerCollector
from agentrun_operator.controller.concurrency.cancellation import run_until
from agentrun_operator.controller.errors import LeaseLostError, StartError
from agentrun_operator.controller.kube.client import KubeClient
from agentrun_operator.controller.kube.connection import connect
from agentrun_operator.controller.kube.leader_election import LeaderElector, LeaseConfig
from agentrun_operator.controller.kube.preflight import check, lease_of
from agentrun_operator.controller.manager import Manager
from agentrun_operator.controller.remote.accounts import environment
from agentrun_operator.controller.shards.leases import OtherLeases
from agentrun_operator.controller.telemetry.health import Health
from agentrun_operator.controller.telemetry.metrics import Metrics

if TYPE_CHECKING:
    from collections.abc import Callable

    from agentrun_operator.controller.kube.login.login import Login
    from agentrun_operator.controller.settings import Settings

log = logging.getLogger(__name__)

POD_NAMESPACE = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")


async def run(settings: Settings, kubeconfig: str | None = None, context: str | None = None) -> None:
    """Run the operator until SIGTERM or SIGINT.

    Args:
        settings: how to run.
        kubeconfig: the file that names the cluster; None: the cluster that this runs in, else the default file.
        context: the context in it.

    Raises:
        StartError: it cannot start, or had to stop; the message says what to do.
    """
    settings = settings.model_copy(update={"lease_namespace": settings.lease_namespace or _own_namespace()})
    login = await connect(kubeconfig, context)
    async with KubeClient(login) as kube:
        await Operator(settings, kube, login).run()


class Operator:
    """One replica."""

    def __init__(self, settings: Settings, kube: KubeClient, login: Login) -> None:
        self._settings = settings
        self._kube = kube
        self._login = login
        self._identity = f"{socket.gethostname()}_{uuid.uuid4().hex[:8]}"
        self._metrics = Metrics(ManagerCollector(lambda: self._manager.working if self._manager else None))
        self._metrics.watch_down.set_function(lambda: self._manager.watch.down_for if self._manager else 0.0)
        self._stop = asyncio.Event()
        self._manager: Manager | None = None
        self._standing_by = False
        self._in_the_way = ""

    async def run(self) -> None:
        """Run until it is told to stop."""
        self._own_signals()
        health = Health(self._settings.health_address, self._ready, self._metrics.registry, self._notes)
        port = await health.start()
        try:
            environment.check_authorities()
            environment.check(environment.ambient())
            await check(self._kube, self._settings)
            log.info("Serving /livez, /readyz and /metrics on port %d", port)
            await self._elected()
        finally:
            await health.stop()

    async def _elected(self) -> None:
        settings = self._settings
        if not settings.leader_elect:
            await self._lead(lambda: True)
            return
        config = LeaseConfig(
            namespace=settings.lease_namespace,
            name=lease_of(settings),
            identity=self._identity,
            duration=settings.lease_duration,
            deadline=settings.renew_deadline,
            retry=settings.retry_period,
            selector=settings.watch_label_selector,
        )
        elector = LeaderElector(self._kube, config, clock=_unsuspended)
        others = OtherLeases(self._kube, settings, clock=_unsuspended)
        while await self._is_alone(others) and await self._acquired(elector):
            # Of two that take different Leases at once, each reads the other's now that its own is written.
            if not await others.in_the_way():
                await self._lead_while_held(elector)
                return
            await elector.release()

    async def _is_alone(self, others: OtherLeases) -> bool:
        """Wait until no other operator may look after the same objects; no when the operator is to stop before."""
        while not self._stop.is_set():
            told = await others.in_the_way()
            if told != self._in_the_way:
                log.warning("Not working yet: %s", told) if told else log.info("No other operator is in the way")
            self._in_the_way = told
            if not told:
                return True
            await run_until(asyncio.sleep(self._settings.retry_period * (0.5 + random.random())), self._stop)  # noqa: S311 - that two do not meet again
        return False

    async def _acquired(self, elector: LeaderElector) -> bool:
        """Whether the Lease is ours; no when the operator is to stop before."""
        self._standing_by = True
        log.info("Standing by for the Lease %s/%s", elector.config.namespace, elector.config.name)
        await run_until(elector.acquire(), self._stop)
        self._standing_by = False
        return elector.held and not self._stop.is_set()

    async def _lead_while_held(self, elector: LeaderElector) -> None:
        """Work while the Lease is renewed. When it is lost, the work is cut off at once: another may begin."""
        renew = asyncio.create_task(elector.renew(), name="lease")
        work = asyncio.create_task(self._lead(lambda: elector.held), name="lead")
        try:
            await asyncio.wait({renew, work}, return_when=asyncio.FIRST_COMPLETED)
            if renew.done() and not work.done():
                work.cancel()
                await asyncio.wait({work}, timeout=1.0)
                await renew
            await work
        except LeaseLostError as error:
            raise StartError(f"{error}: stopping, so that two replicas never work at once") from None
        finally:
            renew.cancel()
            await asyncio.gather(renew, return_exceptions=True)
            await elector.release()

    async def _lead(self, may_write: Callable[[], bool]) -> None:
        self._metrics.leader.set(1)
        self._manager = Manager(
            self._settings,
            self._kube,
            self._login,
            self._metrics,
            self._identity,
            may_write=may_write,
            own_signals=self._own_signals,
        )
        try:
            await self._manager.run(self._stop)
        finally:
            self._manager = None
            self._metrics.leader.set(0)

    def _ready(self) -> bool:
        return self._standing_by or (self._manager is not None and self._manager.is_ready)

    def _notes(self) -> list[str]:
        forbidden = self._manager.reach.forbidden if self._manager else {}
        waiting = [f"waiting: {self._in_the_way}"] if self._in_the_way else []
        return waiting + [f"namespace {namespace} is not served: {why}" for namespace, why in forbidden.items()]

    def _own_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            with contextlib.suppress(NotImplementedError):
                loop.add_signal_handler(number, self._told_to_stop, number)

    def _told_to_stop(self, number: int) -> None:
        if not self._stop.is_set():
            log.info("Stopping on %s: what is under way may end", signal.Signals(number).name)
        self._stop.set()


def _unsuspended() -> float:
    """Seconds that go on while the machine is suspended, where there is such a clock: the Lease ends all the same."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


def _own_namespace() -> str:
    """The Pod's namespace, else `default`."""
    named = os.environ.get("POD_NAMESPACE")
    if named:
        return named
    return POD_NAMESPACE.read_text().strip() if POD_NAMESPACE.exists() else "default"

"""/livez, /readyz and /metrics. Answers only: what they say is asked of others."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Self

from aiohttp import web
from prometheus_client.aiohttp import make_aiohttp_handler
from prometheus_client.registry import Collector

from agentrun_operator.controller.errors import StartError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from prometheus_client import CollectorRegistry, Metric

HEAD_WITHIN = 10.0
"""Seconds in which the head of a request must be here, and for which an idle connection is kept."""

CONNECTIONS = 200
"""Connections at a time. The port is open to everybody in the cluster, and a liveness probe must get through."""

MEASURE_INTERVAL = 1.0
"""Seconds between two measurements of the metrics; who asks sooner waits, and shares the next one."""


class Measured(Collector):
    """Metrics, measured at most once a second, and for whoever asks not before they asked."""

    def __init__(self, metrics: Collector, clock: Callable[[], float] = time.monotonic) -> None:
        """Measure nothing yet.

        Args:
            metrics: what is measured.
            clock: the time in seconds.
        """
        self._metrics = metrics
        self._clock = clock
        self._at = float("-inf")
        self._found: tuple[Metric, ...] = ()
        self._turn = asyncio.Lock()

    async def measure(self) -> None:
        """See to it that what `collect` tells is of now."""
        asked = self._clock()
        async with self._turn:
            if self._at >= asked:
                return
            await asyncio.sleep(max(0.0, self._at + MEASURE_INTERVAL - self._clock()))
            self._found = tuple(self._metrics.collect())
            self._at = self._clock()

    def collect(self) -> Iterable[Metric]:
        """What was measured last."""
        return self._found

    def restricted_registry(self, _names: Iterable[str]) -> Self:
        """All of it: a choice of names would be measured apart."""
        return self


class Health:
    """The health server."""

    def __init__(
        self,
        address: str,
        ready: Callable[[], bool],
        metrics: CollectorRegistry,
        notes: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        """Prepare it.

        Args:
            address: host and port; an empty host is every address of the machine, one of IPv6 may stand in brackets.
            ready: whether this replica does what it is to do, standing by included.
            metrics: what /metrics tells.
            notes: what /readyz is to tell beside that, a line each.
        """
        host, _, port = address.rpartition(":")
        self._host, self._port = host.strip("[]") or None, int(port)
        self._ready = ready
        self._notes = notes
        self._metrics = Measured(metrics)
        self._written = make_aiohttp_handler(self._metrics)
        self._runner: web.AppRunner | None = None
        self._server: asyncio.Server | None = None
        self._open: list[web.RequestHandler] = []

    async def start(self) -> int:
        """Serve from now on.

        Returns:
            the port.

        Raises:
            StartError: the address cannot be had.
        """
        app = web.Application()
        app.add_routes(
            [
                web.get("/livez", self._livez),
                web.get("/readyz", self._readyz),
                web.get("/metrics", self._told),
            ]
        )
        self._runner = web.AppRunner(app, access_log=None, keepalive_timeout=HEAD_WITHIN, shutdown_timeout=1.0)
        await self._runner.setup()
        try:
            loop = asyncio.get_running_loop()
            self._server = await loop.create_server(self._admitted, self._host, self._port, reuse_address=True)
        except OSError as error:
            await self.stop()
            told = error.strerror or error
            raise StartError(f"--health-address {self._host or ''}:{self._port} cannot be served: {told}") from None
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Close the server."""
        if self._server:
            self._server.close()
        if self._runner:
            await self._runner.cleanup()

    def _admitted(self) -> asyncio.Protocol:
        """A new connection. Whoever holds one that it does not need is the one that goes, and not who asks now."""
        if self._runner is None or self._runner.server is None:
            raise RuntimeError("connections come after the start")
        self._open = [each for each in self._open if each.transport]
        while len(self._open) >= CONNECTIONS:
            _abort(self._open.pop(0))
        connection = self._runner.server()
        self._open.append(connection)
        return connection

    async def _told(self, request: web.Request) -> web.StreamResponse:
        await self._metrics.measure()
        return await self._written(request)

    async def _livez(self, _: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def _readyz(self, _: web.Request) -> web.Response:
        ready = self._ready()
        lines = ("ok" if ready else "not ready", *self._notes())
        return web.Response(status=200 if ready else 503, text="".join(f"{line}\n" for line in lines))


def _abort(connection: web.RequestHandler) -> None:
    """End a connection at once, whatever is on its way to somebody who does not read it."""
    if connection.transport:
        connection.transport.abort()

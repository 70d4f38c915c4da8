"""/livez, /readyz and /metrics. Answers only: what they say is asked of others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web
from prometheus_client.aiohttp import make_aiohttp_handler

from agentrun_operator.controller.errors import StartError

if TYPE_CHECKING:
    from collections.abc import Callable

    from prometheus_client import CollectorRegistry


class Health:
    """The health server."""

    def __init__(self, address: str, ready: Callable[[], bool], metrics: CollectorRegistry) -> None:
        """Prepare it.

        Args:
            address: host and port; an empty host is every address of the machine, one of IPv6 may stand in brackets.
            ready: whether this replica does what it is to do, standing by included.
            metrics: what /metrics tells.
        """
        host, _, port = address.rpartition(":")
        self._host, self._port = host.strip("[]") or None, int(port)
        self._ready = ready
        self._metrics = metrics
        self._runner: web.AppRunner | None = None

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
                web.get("/metrics", make_aiohttp_handler(self._metrics)),
            ]
        )
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self._host, self._port, reuse_address=True).start()
        except OSError as error:
            await self.stop()
            told = error.strerror or error
            raise StartError(f"--health-address {self._host or ''}:{self._port} cannot be served: {told}") from None
        return int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        """Close the server."""
        if self._runner:
            await self._runner.cleanup()

    async def _livez(self, _: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def _readyz(self, _: web.Request) -> web.Response:
        return web.Response(text="ok\n") if self._ready() else web.Response(status=503, text="not ready\n")

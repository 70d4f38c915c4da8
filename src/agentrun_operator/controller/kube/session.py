"""Sends the requests of both clients, ours and kopf's, the way that the login says. Nothing of the environment is used
here: a `~/.netrc` is not for API servers.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import aiohttp
import kopf
from yarl import URL

if TYPE_CHECKING:
    from agentrun_operator.controller.kube.login.access import Access
    from agentrun_operator.controller.kube.login.login import Login
    from agentrun_operator.controller.kube.watch_health import WatchHealth

CONNECTIONS = 100
"""Connections of our own client at the same time."""

READ_BUFFER = 2 * 1024 * 1024
"""Bytes of an answer that may wait to be read: lists are large."""

MIN_INTERVAL = 5.0
"""Seconds between two logins of kopf's: it comes again at once after each 401."""

UNAUTHORIZED, FORBIDDEN = 401, 403


def session(
    access: Access, connections: int = CONNECTIONS, *more: aiohttp.ClientMiddlewareType
) -> aiohttp.ClientSession:
    """A pool of connections to the API server.

    Args:
        access: how it is verified, where a request says nothing else.
        connections: how many at the same time; 0: as many as are asked for.
        more: what each request goes through.
    """
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=connections, ssl=access.tls),
        headers={"User-Agent": "agentrun-operator"},
        read_bufsize=READ_BUFFER,
        middlewares=more,
    )


@dataclass(frozen=True, slots=True)
class Addressed:
    """Sends a request the way that an access says. One that was led to another server goes without who asks."""

    access: Access

    async def __call__(self, request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        """Send it."""
        route = self.access.route
        if request.url.origin() == URL(route.server).origin():
            request.headers.update(self.access.headers)
            request.server_hostname = route.tls_name or None
        if route.proxy:
            request.update_proxy(URL(route.proxy.url), None, route.proxy.headers)
            if not request.is_ssl():  # then it is the proxy itself that is asked
                request.headers.update(route.proxy.headers)
        return await send(request)


class KopfLogin:
    """Logs kopf in: gives it a session that asks as the login says now, however long it is used."""

    def __init__(self, login: Login, health: WatchHealth) -> None:
        """Prepare it.

        Args:
            login: where the API server is, and who asks.
            health: told of how the watches fare.
        """
        self._login, self._health = login, health
        self._last = -MIN_INTERVAL
        self._refused: Access | None = None

    async def log_in(self, **_: object) -> kopf.AiohttpSession:
        """Log in, or in again after a 401."""
        await asyncio.sleep(max(0.0, self._last + MIN_INTERVAL - time.monotonic()))
        self._last = time.monotonic()
        refused, self._refused = self._refused, None
        if refused:
            await self._login.renewed(refused)
        access = self._login.access
        made = session(access, 0, self._watched)
        self._session, self._tls = made, access.tls
        return kopf.AiohttpSession(server=access.route.server, aiohttp_session=made)

    async def _watched(self, request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        """Send a request of kopf's, and note how it fared."""
        access = self._login.access
        if access.tls is not self._tls:
            await self._session.close()
            raise RuntimeError("the session is closed, since its certificates are of yesterday")  # kopf logs in again
        path, watching = request.url.path, "watch" in request.url.query
        self._health.asked(path, watching=watching)
        response = await Addressed(access)(request, send)
        if response.status == UNAUTHORIZED:
            self._refused = access
        elif response.status == FORBIDDEN:
            self._health.refused(path)
        elif response.ok:
            self._login.accept(access)
            self._health.answered(path, watching=watching)
        return response

"""How many connections the clients have, for how long, through which proxy, and by which library they are made."""

from __future__ import annotations

import math
import time
from importlib.util import find_spec
from typing import TYPE_CHECKING, cast

import httpx

from agentrun_operator.agentrun.api.errors import ConfigError
from agentrun_operator.backoff import backoff
from agentrun_operator.proxies import Proxy, ProxyError, http_proxy, proxy_for

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    import httpcore

IDLE_CONNECTIONS = 16
"""Connections that are kept for the next calls: looking through them costs each call some time."""

IDLE_FOR = 10.0
"""Seconds: idle connections go before the cloud's load balancers drop them (by default after 15 s). A request that
meets a closing connection has no answer."""


FIRST_DISTRUST, LONGEST_DISTRUST = 60.0, 3600.0


class Reuse:
    """Whether a connection is used for another call.

    Not for a while after one ended under a call: somebody on the way may close each soon after its answer, and a call
    that meets that has no answer. The while doubles each time; a connection more costs far less than a create in doubt.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        """Trust connections; `clock` is the time in seconds."""
        self._clock = clock
        self._failures = 0
        self._not_before = self._failed_at = -math.inf

    @property
    def allowed(self) -> bool:
        """Whether it is."""
        return self._clock() >= self._not_before

    def failed(self) -> None:
        """A connection ended under a call. Those that end while it is known are no news."""
        now = self._clock()
        if now < self._not_before:
            return
        self._failures = self._failures + 1 if now - self._failed_at < 2 * LONGEST_DISTRUST else 1
        self._failed_at = now
        self._not_before = now + backoff(self._failures - 1, first=FIRST_DISTRUST, at_most=LONGEST_DISTRUST)


def limits_of(connections: int | None) -> httpx.Limits:
    """How many connections there are, and for how long."""
    return httpx.Limits(
        max_connections=connections, max_keepalive_connections=IDLE_CONNECTIONS, keepalive_expiry=IDLE_FOR
    )


def proxy_to(address: str) -> Proxy | None:
    """The proxy that the environment names for an address.

    Raises:
        ConfigError: It cannot be used; one that speaks SOCKS can where `socksio` is installed.
    """
    try:
        proxy = proxy_for(address, "ALL_PROXY")
        return proxy if find_spec("socksio") else http_proxy(proxy)
    except ProxyError as error:
        raise ConfigError(str(error)) from None


def known_to_httpx(proxy: Proxy | None) -> httpx.Proxy | None:
    """A proxy as the HTTP library has it."""
    if proxy is None:
        return None
    return httpx.Proxy(proxy.url, auth=(proxy.user, proxy.password) if proxy.user else None)


def unbound(http: httpx.AsyncClient, ssl_context: ssl.SSLContext) -> None:
    """Have a client that may have as many connections as there are calls make them by aiohttp, if that is installed.
    Where a proxy stands between, they stay the HTTP library's own.
    """
    own = http._transport  # noqa: SLF001 - the library has no way in
    if isinstance(own, httpx.AsyncHTTPTransport) and find_spec("aiohttp"):
        from agentrun_operator.agentrun.http.connections.over_aiohttp import AiohttpPool  # noqa: PLC0415 - it has to be installed

        own._pool = cast("httpcore.AsyncConnectionPool", AiohttpPool(ssl_context, Reuse(time.monotonic)))  # noqa: SLF001 - see above

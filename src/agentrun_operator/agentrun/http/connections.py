"""How many connections the clients have, for how long, and by which library they are made."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, cast

import httpx

if TYPE_CHECKING:
    import ssl

    import httpcore

IDLE_CONNECTIONS = 16
"""Connections that are kept for the next calls: looking through them costs each call some time."""

IDLE_FOR = 10.0
"""Seconds: idle connections go before the cloud's load balancers drop them (by default after 15 s). A request that
meets a closing connection has no answer."""


def limits_of(connections: int | None) -> httpx.Limits:
    """How many connections there are, and for how long."""
    return httpx.Limits(
        max_connections=connections, max_keepalive_connections=IDLE_CONNECTIONS, keepalive_expiry=IDLE_FOR
    )


def unbound(http: httpx.AsyncClient, ssl_context: ssl.SSLContext) -> None:
    """Have a client that may have as many connections as there are calls make them by aiohttp, if that is installed.
    Where a proxy of the environment stands between, they stay the HTTP library's own.
    """
    own = http._transport  # noqa: SLF001 - the library has no way in
    if isinstance(own, httpx.AsyncHTTPTransport) and find_spec("aiohttp"):
        from agentrun_operator.agentrun.http.over_aiohttp import AiohttpPool  # noqa: PLC0415 - it has to be installed

        own._pool = cast("httpcore.AsyncConnectionPool", AiohttpPool(ssl_context))  # noqa: SLF001 - see above

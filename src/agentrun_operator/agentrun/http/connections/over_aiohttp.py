"""Sends the async client's requests by aiohttp: a call takes a fraction of the processor time that it takes by the HTTP
library's own connections, which are written in Python down to the parser.

The HTTP library sees what it always does: requests, responses and errors of its pool. Nothing is followed, kept,
decoded or sent again here.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

import aiohttp
import httpcore
from yarl import URL

from agentrun_operator.agentrun.http.connections.connections import IDLE_FOR

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Iterator

    from agentrun_operator.agentrun.http.connections.connections import Reuse

HEADER_LIMIT = 64 * 1024
"""Bytes of one header of an answer."""


class AiohttpPool:
    """Takes the place of the HTTP library's pool, and makes as many connections as there are calls.

    Args:
        ssl_context: how to verify the service.
        reuse: whether a connection serves another call.
    """

    def __init__(self, ssl_context: ssl.SSLContext, reuse: Reuse) -> None:
        self._ssl_context = ssl_context
        self._reuse = reuse
        self._sessions: dict[bool, aiohttp.ClientSession] = {}

    async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response:
        """Send a request; the body of its response is not read yet."""
        timeouts = request.extensions["timeout"]
        content = b"".join(cast("Iterator[bytes]", request.stream))  # whole already: it was signed
        with self._watched(), _translated():
            response = await self._opened(reused=self._reuse.allowed).request(
                request.method.decode(),
                URL(bytes(request.url).decode(), encoded=True),
                headers=[(name.decode(), value.decode()) for name, value in request.headers],
                data=content or None,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(connect=timeouts["connect"], sock_read=timeouts["read"]),
            )
        return httpcore.Response(response.status, headers=list(response.raw_headers), content=_Body(response))

    async def aclose(self) -> None:
        """Close all connections, and so end the calls under way."""
        for session in self._sessions.values():
            await session.close()

    @contextmanager
    def _watched(self) -> Iterator[None]:
        try:
            yield
        except httpcore.ConnectError:
            raise
        except (httpcore.NetworkError, httpcore.RemoteProtocolError):
            self._reuse.failed()
            raise

    def _opened(self, *, reused: bool) -> aiohttp.ClientSession:
        if reused not in self._sessions:  # only now is there certainly an event loop
            connections = {"keepalive_timeout": IDLE_FOR} if reused else {"force_close": True}
            self._sessions[reused] = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, ssl=self._ssl_context, **connections),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                max_line_size=HEADER_LIMIT,
                max_field_size=HEADER_LIMIT,
                middlewares=(_once,),
            )
        return self._sessions[reused]


async def _once(request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Have no request sent twice: aiohttp repeats one that a closing connection swallowed, by the errors of its own."""
    with _translated():
        return await send(request)


class _Body:
    """A response's body, as it comes over the wire."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _translated():
            async for piece in self._response.content.iter_any():
                yield piece

    async def aclose(self) -> None:
        self._response.close()


@contextmanager
def _translated() -> Iterator[None]:
    """Tell errors as the HTTP library does. A request never left only if its connection was not made."""
    try:
        yield
    except aiohttp.ConnectionTimeoutError as error:
        raise httpcore.ConnectTimeout from error
    except aiohttp.ClientConnectorError as error:
        raise httpcore.ConnectError(str(error)) from error
    except TimeoutError as error:
        raise httpcore.ReadTimeout from error
    except (aiohttp.ServerDisconnectedError, aiohttp.ClientResponseError, aiohttp.ClientPayloadError) as error:
        raise httpcore.RemoteProtocolError(str(error)) from error
    except (aiohttp.ClientError, OSError) as error:
        raise httpcore.ReadError(str(error)) from error

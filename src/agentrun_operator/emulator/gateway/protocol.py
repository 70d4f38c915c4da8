"""uvicorn's HTTP, with one thing that ASGI does not know: closing a connection without an answer."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from uvicorn.protocols.http.h11_impl import H11Protocol

from agentrun_operator.emulator.gateway.connection import DROP

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send


class DroppableProtocol(H11Protocol):
    """Adds to each request's scope, under `DROP`, a function that closes the connection at once."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if not isinstance(transport, asyncio.Transport):
            raise TypeError(f"a stream transport is needed, not {transport!r}")
        super().connection_made(transport)
        self.app = _droppable(self.app, transport)


def _droppable(app: ASGIApp, transport: asyncio.Transport) -> ASGIApp:
    async def with_drop(scope: Scope, receive: Receive, send: Send) -> None:
        scope["extensions"] = {DROP: transport.abort}
        await app(scope, receive, send)

    return with_drop

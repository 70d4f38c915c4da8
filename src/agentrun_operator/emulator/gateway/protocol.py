"""HTTP over a socket, with one thing that ASGI has no word for: hanging up without an answer."""

import asyncio

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from agentrun_operator.emulator.gateway.connection import DROP


class DroppableProtocol(H11Protocol):
    """uvicorn's protocol, whose scope tells the application how to close its connection at once."""

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

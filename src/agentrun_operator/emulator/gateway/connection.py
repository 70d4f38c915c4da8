"""One connection for the time of one request: read, wait, send the answer, drop. The emulated API's only I/O."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agentrun_operator.emulator.answers import Delivery
from agentrun_operator.emulator.gateway.call import Call
from agentrun_operator.emulator.gateway.delivery import head, pieces

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from agentrun_operator.emulator.answers import Answer

DROP = "agentrun.emulator.drop"
"""The ASGI extension that closes the connection at once; the server's `protocol` puts it there."""


class DisconnectError(Exception):
    """The client closed the connection before its request was complete."""


@dataclass(frozen=True, slots=True)
class Connection:
    """The three arguments of an ASGI application, as an object with methods."""

    scope: Scope
    receive: Receive
    send: Send

    async def read(self, action: str, request_id: str) -> Call:
        """The request with its whole body.

        Raises:
            DisconnectError: the client left before it was complete.
        """
        return Call(
            action=action,
            request_id=request_id,
            body=await self._read_body(),
            method=self.scope["method"],
            path=self.scope["raw_path"].decode("ascii"),
            query=self.scope["query_string"].decode("ascii"),
            headers=_headers(self.scope["headers"]),
            target=self.scope["path_params"],
        )

    async def wait(self, seconds: float) -> None:
        """Wait this long, or until the connection is closed: by the client, or by the server when it stops."""
        if seconds <= 0:
            return
        try:
            async with asyncio.timeout(seconds):
                await self._wait_disconnected()
        except TimeoutError:
            return

    async def send_answer(self, answer: Answer) -> None:
        """Send an answer, whole or in its pieces; where those never end, until the connection is closed."""
        await self._send_start(answer)
        if isinstance(answer.body, bytes) and answer.delivery == Delivery():
            await self._send_body(answer.body)
            return
        gone = asyncio.ensure_future(self._wait_disconnected())
        try:
            await self._send_pieces(answer, gone)
        finally:
            gone.cancel()

    async def _send_pieces(self, answer: Answer, gone: asyncio.Future[None]) -> None:
        for piece in pieces(answer):
            await self._send_body(piece, more=True)
            # The server takes what is sent to a client that has gone, and does not say so; others get their turn, too.
            await asyncio.wait((gone,), timeout=answer.delivery.pause)
            if gone.done():
                return
        await self._send_body(b"")

    async def drop(self) -> None:
        """Close the connection without an answer.

        Raises:
            RuntimeError: the server that runs the application has no way to do that.
        """
        abort = self.scope.get("extensions", {}).get(DROP)
        if abort is None:
            raise RuntimeError("only under EmulatorServer and serve can the emulator drop a connection")
        abort()
        await self._wait_disconnected()

    async def drop_midway(self, answer: Answer) -> None:
        """Send half of an answer, and drop the connection."""
        await self._send_start(answer)
        body = answer.content
        await self._send_body(body[: len(body) // 2], more=True)
        await self.drop()

    async def _read_body(self) -> bytes:
        body = b""
        while True:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise DisconnectError
            body += bytes(message.get("body", b""))
            if not message.get("more_body", False):
                return body

    async def _wait_disconnected(self) -> None:
        while (await self.receive())["type"] != "http.disconnect":
            pass

    async def _send_start(self, answer: Answer) -> None:
        raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in head(answer)]
        await self.send({"type": "http.response.start", "status": answer.status, "headers": raw})

    async def _send_body(self, body: bytes, *, more: bool = False) -> None:
        await self.send({"type": "http.response.body", "body": body, "more_body": more})


def _headers(raw: list[tuple[bytes, bytes]]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for raw_name, raw_value in raw:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1").strip()
        headers[name] = f"{headers[name]},{value}" if name in headers else value
    return headers

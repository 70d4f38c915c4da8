"""A web server of one's own on loopback that answers as it is told, where the bytes on the wire matter."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True)
class Asked:
    """A request as it arrived."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


@dataclass
class ScriptedServer:
    """Answers every request with what `answer` makes of it, and keeps the requests."""

    answer: Callable[[Asked], web.Response] = lambda _: web.json_response({})
    asked: list[Asked] = field(default_factory=list)
    url: str = ""
    _workers: Any = None

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._workers = web.AppRunner(app, access_log=None)
        await self._workers.setup()
        await web.TCPSite(self._workers, "127.0.0.1", 0).start()
        host, port = self._workers.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def stop(self) -> None:
        """Refuses connections from now on."""
        await self._workers.cleanup()

    async def _handle(self, request: web.Request) -> web.Response:
        asked = Asked(request.method, request.path, dict(request.query), dict(request.headers), await request.read())
        self.asked.append(asked)
        return self.answer(asked)

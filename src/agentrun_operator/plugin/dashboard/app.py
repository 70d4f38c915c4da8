"""What the browser asks for: the page's own files, the rows as they change, and all about one object."""

from __future__ import annotations

import asyncio
from importlib import resources
from typing import TYPE_CHECKING, Final

from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from agentrun_operator.plugin.dashboard.sheet import lines_of, sheet_of
from agentrun_operator.plugin.exits import PluginError
from agentrun_operator.plugin.views.happenings import event_lines

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request
    from starlette.types import Message, Receive, Scope, Send

    from agentrun_operator.plugin.cluster.kubectl.kubectl import Object
    from agentrun_operator.plugin.dashboard.feed import Feed
    from agentrun_operator.plugin.dashboard.fleet import Fleet
    from agentrun_operator.plugin.session import Session

TYPES: Final = {"html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}

SLOWEST: Final = 30.0
"""Seconds that a browser may take for one part of the feed, before it is taken for gone."""

EVENTS_FOR: Final = 2.0
"""Seconds for which the events of an object are not asked for again."""

REMEMBERED: Final = 64
"""Objects whose events are remembered."""


class App:
    """The routes of the page.

    Args:
        session: the cluster, for events, and the time.
        fleet: what is known of the objects.
        scope: what the page shows, in words.
    """

    def __init__(self, session: Session, fleet: Fleet, *, scope: str) -> None:
        self._session = session
        self._fleet = fleet
        self._scope = scope
        self._asking = asyncio.Lock()
        self._events: dict[str, tuple[float, list[dict[str, str]]]] = {}

    def routes(self) -> Starlette:
        """The application."""
        own = [Route(path, _served(body, kind)) for path, body, kind in _files()]
        asked = [
            Route("/scope", self._told_scope),
            Route("/feed", self._feed),
            Route("/object", self._object),
            Route("/events", self._object_events),
        ]
        return Starlette(routes=[*own, *asked])

    async def _told_scope(self, _: Request) -> Response:
        return JSONResponse({"scope": self._scope})

    async def _feed(self, _: Request) -> Response:
        feed = self._fleet.feed()
        if feed is None:
            return PlainTextResponse("Too many pages are open\n", 503)
        return FeedResponse(feed)

    async def _object(self, request: Request) -> Response:
        thing = self._asked_for(request)
        if thing is None:
            return _gone()
        return JSONResponse(sheet_of(thing, self._session.now(), self._session.kubectl.connection))

    async def _object_events(self, request: Request) -> Response:
        """One kubectl at a time asks for events, however many pages want them."""
        thing = self._asked_for(request)
        if thing is None:
            return _gone()
        key = request.query_params["of"]
        async with self._asking:
            until, lines = self._events.get(key, (0.0, []))
            if self._session.monotonic() >= until:
                lines = await asyncio.to_thread(self._ask_for_events, thing)
                self._events.pop(key, None)
                self._events[key] = (self._session.monotonic() + EVENTS_FOR, lines)
                if len(self._events) > REMEMBERED:
                    del self._events[next(iter(self._events))]
        return JSONResponse({"lines": lines})

    def _ask_for_events(self, thing: Object) -> list[dict[str, str]]:
        try:
            return lines_of(event_lines(self._session.kubectl, thing, self._session.now()))
        except PluginError as error:
            return [{"label": "", "text": f"not known: {error}", "style": "yellow"}]

    def _asked_for(self, request: Request) -> Object | None:
        return self._fleet.object_of(request.query_params.get("of", ""))


class FeedResponse(Response):
    """Sends a feed until it ends, the browser goes, or it takes nothing for too long.

    Args:
        feed: which.
        patience: seconds that the browser may take for one part of it.
    """

    def __init__(self, feed: Feed, patience: float = SLOWEST) -> None:
        super().__init__(media_type="text/event-stream")
        del self.headers["content-length"]
        self._feed = feed
        self._patience = patience

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - as ASGI has it
        """Answer the request."""
        sending = asyncio.ensure_future(self._send(send))
        leaving = asyncio.ensure_future(_left(receive))
        try:
            await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._feed.leave()
            for each in (sending, leaving):
                each.cancel()
            await asyncio.gather(sending, leaving, return_exceptions=True)

    async def _send(self, send: Send) -> None:
        await self._part(send, {"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        async for event in self._feed.events():
            await self._part(send, {"type": "http.response.body", "body": event.encode(), "more_body": True})
        await self._part(send, {"type": "http.response.body", "body": b""})

    async def _part(self, send: Send, message: Message) -> None:
        async with asyncio.timeout(self._patience):
            await send(message)


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _gone() -> Response:
    """No error: an object that goes while somebody looks at it is nothing to complain of in the browser's console."""
    return JSONResponse(None)


def _files() -> list[tuple[str, bytes, str]]:
    """The page's own files: path, content, type."""
    folder = resources.files("agentrun_operator.plugin.dashboard") / "site"
    found = [
        (f"/{each.name}", each.read_bytes(), TYPES[each.name.rpartition(".")[2]])
        for each in folder.iterdir()
        if each.name.rpartition(".")[2] in TYPES
    ]
    return [("/" if path == "/index.html" else path, body, kind) for path, body, kind in found]


def _served(body: bytes, kind: str) -> Callable[[Request], Awaitable[Response]]:
    async def serve(_: Request) -> Response:
        return Response(body, media_type=kind)

    return serve

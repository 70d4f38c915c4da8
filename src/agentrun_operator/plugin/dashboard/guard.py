"""Lets in who knows the token, asks this machine by name, and only reads; says to the browser what the page may do."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

NAMES: Final = frozenset({"127.0.0.1", "localhost"})
"""What this machine may be called: a name that somebody else's DNS leads here is a stranger's page."""

TOKEN_BYTES: Final = 32

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
"""Only files of the page's own, nothing inline, and no text that becomes markup or code."""

HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), clipboard-write=(self)",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def new_token() -> str:
    """A token that nobody guesses."""
    return secrets.token_urlsafe(TOKEN_BYTES)


class Guard:
    """In front of an application, whose paths it gives without the token.

    Args:
        app: the application.
        token: the first part of every path.
    """

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        token, slash, path = scope["path"].removeprefix("/").partition("/")
        refused = self._refused(scope, token)
        if refused is None and slash:
            await self._app({**scope, "path": f"/{path}"}, receive, send_with_headers)
        else:
            await (refused or _told(404, "There is no such page"))(scope, receive, send_with_headers)

    def _refused(self, scope: Scope, token: str) -> PlainTextResponse | None:
        if _host(Headers(scope=scope).get("host", "")) not in NAMES:
            return _told(403, "This page answers to 127.0.0.1 and localhost alone")
        if not secrets.compare_digest(token.encode(), self._token.encode()):
            return _told(403, "Open the whole address that `kubectl agentrun dashboard` printed")
        if scope["method"] != "GET":
            return _told(405, "This page can only be read", {"Allow": "GET"})
        return None


def _told(status: int, text: str, headers: dict[str, str] | None = None) -> PlainTextResponse:
    return PlainTextResponse(f"{text}\n", status, headers)


def _host(header: str) -> str:
    """The name without the port, which is another one behind a tunnel."""
    name, _, port = header.rpartition(":")
    return (name if name and port.isdigit() else header).lower()

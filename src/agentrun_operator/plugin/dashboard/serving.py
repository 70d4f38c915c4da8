"""Serves the page on this machine alone, until Ctrl-C."""

from __future__ import annotations

import asyncio
import socket
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Final

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from agentrun_operator.plugin.dashboard.app import App
from agentrun_operator.plugin.dashboard.fleet import Fleet
from agentrun_operator.plugin.dashboard.guard import Guard, new_token
from agentrun_operator.plugin.dashboard.watcher import Watcher
from agentrun_operator.plugin.exits import PluginError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import FrameType

    from starlette.types import ASGIApp

    from agentrun_operator.plugin.cluster.endpoints import Selection
    from agentrun_operator.plugin.session import Session

LOOPBACK: Final = "127.0.0.1"
FAREWELL: Final = 2
"""Seconds that answers which are under way may still take at the end."""


def serve(session: Session, selection: Selection, port: int) -> None:
    """Show the page until Ctrl-C.

    Args:
        session: the cluster and the terminal.
        selection: which objects.
        port: where; 0: any that is free.

    Raises:
        UsageError: the port cannot be used.
        RefusedError, UnknownError: see `Kubectl.get`; of the first look.
    """
    with closing(_bound(port)) as listener, suppress(KeyboardInterrupt):
        fleet = Fleet(session.now)
        watcher = Watcher(session, selection, fleet)
        with session.screen.progress() as progress:
            progress("Looking at the cluster")
            watcher.look()
        token = new_token()
        session.screen.write(f"http://{LOOPBACK}:{listener.getsockname()[1]}/{token}/")
        session.screen.flush()
        session.screen.hint("Whoever has this address can read the page. Ctrl-C ends it.")
        with closing(watcher):
            watcher.start()
            app = App(session, fleet, scope=_scope(session, selection))
            server = PageServer(Guard(app.routes(), token), [watcher.close, fleet.close])
            asyncio.run(server.serve([listener]))


class PageServer(uvicorn.Server):
    """uvicorn without a word of its own.

    Args:
        app: what it serves.
        ends: called once it is to end: feeds would go on, and after a SIGTERM nobody comes back here.
    """

    def __init__(self, app: ASGIApp, ends: Sequence[Callable[[], None]]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=H11Protocol,
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="critical",
                access_log=False,
                proxy_headers=False,
                server_header=False,
                date_header=False,
                timeout_graceful_shutdown=FAREWELL,
            )
        )
        self._ends = ends

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        for end in self._ends:
            end()


def _bound(port: int) -> socket.socket:
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        bound.bind((LOOPBACK, port))
        bound.listen()  # whoever reads the address may come before the server is ready
    except OSError as error:
        bound.close()
        raise UsageError(f"port {port} of {LOOPBACK} cannot be used ({error.strerror}): take another, or 0") from None
    return bound


def _scope(session: Session, selection: Selection) -> str:
    """What the page shows, in words."""
    where = "all namespaces" if selection.everywhere else f"namespace {session.kubectl.namespace}"
    labelled = f", {selection.selector}" if selection.selector else ""
    try:
        context = session.kubectl.connection.context or session.kubectl.text(["config", "current-context"]).strip()
    except PluginError:  # in a Pod there is none
        context = ""
    return f"{where}{labelled}" + (f" · context {context}" if context else "")

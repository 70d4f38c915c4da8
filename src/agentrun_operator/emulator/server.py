"""Serves the emulator on a socket: in the foreground for a command, or in a thread for a test."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import threading
from functools import partial
from typing import TYPE_CHECKING, Self

import uvicorn

from agentrun_operator.emulator.app import PLAYGROUND, Seed, create_app
from agentrun_operator.emulator.gateway.protocol import DroppableProtocol

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from types import FrameType, TracebackType

    from starlette.types import ASGIApp

    from agentrun_operator.emulator.faults.behaviour import Behaviour

LOOPBACK = "127.0.0.1"

_START_TIMEOUT = 10.0
_STOP_TIMEOUT = 1.0
_ACCEPT_TURNS = 3
"""Turns of the event loop after which a connection that was just being accepted is known to the server."""

_log = logging.getLogger(__name__)


def serve(host: str = LOOPBACK, port: int = 0, *, app: ASGIApp | None = None) -> None:
    """Serve until Ctrl-C or SIGTERM. Logs one line, when it is ready.

    Args:
        host: address to listen on.
        port: port to listen on; 0: any free one.
        app: from `create_app`; the default has the playground's runtimes.

    Raises:
        OSError: the address cannot be listened on.
    """
    with _bind(host, port, shared=False) as listener:
        url = _url(listener)
        server = _Server(app or create_app(seeds=PLAYGROUND), lambda: _log.info("AgentRun emulator ready at %s", url))
        with contextlib.suppress(KeyboardInterrupt):
            server.run(sockets=[listener])


class EmulatorServer:
    """The emulator in a thread of its own, on a free port of this machine.

    As a context manager it runs inside the block. `stop` makes it unreachable (connections are cut, new ones refused)
    and `start` brings it back on the same port with the same state.

    Args:
        behaviour: see `create_app`.
        seeds: see `create_app`; the default is none.
        app: instead of both, an application from `create_app`.

    Attributes:
        port: reserved until `close`, even while the server is stopped.
        url: where the server listens.
    """

    def __init__(
        self, *, behaviour: Behaviour | None = None, seeds: Iterable[Seed] = (), app: ASGIApp | None = None
    ) -> None:
        self._app = app or create_app(behaviour=behaviour, seeds=seeds)
        # Never listens: it keeps the port from everybody else while the server is stopped.
        self._placeholder = _bind(LOOPBACK, 0, shared=True)
        self._running: tuple[_Server, threading.Thread] | None = None
        self.port: int = self._placeholder.getsockname()[1]
        self.url = _url(self._placeholder)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def start(self) -> None:
        """Start to listen, unless it does already; returns when it does.

        Raises:
            RuntimeError: it did not start within 10 seconds.
        """
        if self._running is not None:
            return
        ready = threading.Event()
        server = _Server(self._app, ready.set)
        listener = _bind(LOOPBACK, self.port, shared=True)
        thread = threading.Thread(target=server.run, args=([listener],), name="agentrun-emulator", daemon=True)
        thread.start()
        if not ready.wait(_START_TIMEOUT):
            raise RuntimeError(f"the emulator did not start on {self.url} within {_START_TIMEOUT:g} s")
        self._running = (server, thread)

    def stop(self) -> None:
        """Cut every connection and refuse new ones; the state stays."""
        if self._running is None:
            return
        server, thread = self._running
        self._running = None
        server.request_stop()
        thread.join()

    def close(self) -> None:
        """Stop for good, and let go of the port."""
        self.stop()
        self._placeholder.close()


class _Server(uvicorn.Server):
    """uvicorn that tells when it listens, stops at once when it is told to, and then cuts all connections.

    Args:
        app: what it serves.
        ready: called when it listens.
    """

    def __init__(self, app: ASGIApp, ready: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=DroppableProtocol,
                loop="asyncio",
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="error",
                access_log=False,
                proxy_headers=False,  # the control routes go by the peer's own address
                server_header=False,
                date_header=False,
                timeout_keep_alive=75,  # the client hangs up first, or it may write to a connection that is closing
            )
        )
        self._ready = ready
        self._wake: Callable[[], object] = _no_one_waits

    def request_stop(self) -> None:
        """Stop, from any thread."""
        self.should_exit = True
        self._wake()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        self.request_stop()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    async def main_loop(self) -> None:
        stopping = asyncio.Event()
        self._wake = partial(asyncio.get_running_loop().call_soon_threadsafe, stopping.set)
        if not self.should_exit:
            await stopping.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # asyncio leaves a connection open that is being accepted when its server closes: first nobody new, then close.
        for listener in sockets or ():
            asyncio.get_running_loop().remove_reader(listener)
        for _ in range(_ACCEPT_TURNS):
            await asyncio.sleep(0)
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        # A call that waits sees its connection closed, and ends.
        await _wait_finished(self.server_state.tasks)


async def _wait_finished(tasks: Collection[asyncio.Task[None]]) -> None:
    if tasks:
        _, stuck = await asyncio.wait(tasks, timeout=_STOP_TIMEOUT)
        for task in stuck:
            task.cancel()


def _no_one_waits() -> None:
    """Before the main loop runs, there is nothing to wake."""


def _bind(host: str, port: int, *, shared: bool) -> socket.socket:
    """A socket bound to an address, which is `shared` if other sockets of this user may be bound to it too."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns Nagle's algorithm off only where it is told that this is TCP; with it, every answer takes 40 ms.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        bound.bind((host, port))
    except OSError:
        bound.close()
        raise
    return bound


def _url(bound: socket.socket) -> str:
    host, port = bound.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

"""A reverse proxy on loopback, where a test cuts in on a single request. Knows HTTP and nothing of any API.

The test is told right before a request goes on, or when it has had its effect and the answer is here but not passed
on. Either way the caller never gets an answer: its connection is cut.
"""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

import httpx
from starlette.requests import ClientDisconnect, Request
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from agentrun_operator.emulator import EmulatorServer
from agentrun_operator.emulator.gateway.connection import DROP
from support.patience import stretched

NameOf = Callable[[str, str, bytes], str]
"""Gives a request a name by its method, path and body; empty: it is of no interest."""

CONNECTION = {b"connection", b"keep-alive", b"transfer-encoding"}
"""Headers that are about one connection, and not passed on."""


class Moment(StrEnum):
    """When a trap springs."""

    BEFORE = "before"
    AFTER = "after"


class Trap:
    """Springs at one request.

    Args:
        name: Of the request.
        moment: Before it goes on, which it then never does, or after it has had its effect.
        spring: Called then, in the proxy's thread.
    """

    def __init__(self, name: str, moment: Moment, spring: Callable[[], object]) -> None:
        self.name = name
        self.moment = moment
        self._spring = spring
        self._lock = threading.Lock()
        self._armed = True
        self._sprung = threading.Event()

    def spring(self) -> None:
        with self._lock:
            if self._armed:
                self._spring()
        self._sprung.set()

    def disarm(self) -> None:
        """From now on nothing happens; what is happening has happened when this returns."""
        with self._lock:
            self._armed = False

    def wait(self, within: float = 15.0) -> None:
        """Until it has sprung."""
        if not self._sprung.wait(stretched(within)):
            raise AssertionError(f"no {self.name!r} within {within:g} s")


class Proxy:
    """The application; `running_proxy` gives it an address.

    Args:
        upstream: URL that requests go on to.
        name_of: Tells traps what a request is.
        certificate: Of the upstream server, if it speaks TLS.
    """

    def __init__(self, upstream: str, name_of: NameOf, certificate: Path | None = None) -> None:
        self._upstream = upstream
        self._name_of = name_of
        self._tls = ssl.create_default_context(cafile=certificate) if certificate else ssl.create_default_context()
        self._trap: Trap | None = None
        self._last: Trap | None = None

    def set_trap(self, name: str, moment: Moment, spring: Callable[[], object] = lambda: None) -> Trap:
        """Lay a trap for the next request of this name, in place of an earlier one. By default only the answer is
        lost."""
        self.clear_trap()
        self._trap = self._last = Trap(name, moment, spring)
        return self._last

    def clear_trap(self) -> None:
        """Nobody cuts in any more."""
        self._trap = None
        if self._last is not None:
            self._last.disarm()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            passed = await self._passed(Request(scope, receive, send))
        except (httpx.HTTPError, ClientDisconnect):
            passed = False
        if not passed:
            scope["extensions"][DROP]()
            while (await receive())["type"] != "http.disconnect":
                pass

    async def _passed(self, request: Request) -> bool:
        """Whether the caller was answered."""
        body = await request.body()
        trap = self._trap_for(self._name_of(request.method, request.url.path, body))
        if trap is not None and trap.moment is Moment.BEFORE:
            trap.spring()
            return False
        # A client for each request: none keeps a connection to a server that was killed meanwhile.
        async with (
            httpx.AsyncClient(verify=self._tls, timeout=None, trust_env=False) as client,  # noqa: S113 - the caller's
            client.stream(
                request.method,
                f"{self._upstream}{request.scope['raw_path'].decode()}",
                params=request.scope["query_string"] or None,
                headers=_passed_on(request.headers.raw),
                content=body,
            ) as answer,
        ):
            if trap is not None:
                await answer.aread()
                trap.spring()
                return False
            response = StreamingResponse(answer.aiter_raw(), answer.status_code)
            response.raw_headers = _passed_on(answer.headers.raw)
            await response(request.scope, request.receive, request._send)
        return True

    def _trap_for(self, name: str) -> Trap | None:
        trap = self._trap
        if trap is None or trap.name != name:
            return None
        self._trap = None
        return trap


@contextmanager
def running_proxy(proxy: Proxy) -> Iterator[EmulatorServer]:
    """An address for a proxy; the server that has it may be stopped and started, which cuts every connection."""
    with EmulatorServer(app=proxy) as server:
        yield server


def _passed_on(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    return [(name.lower(), value) for name, value in headers if name.lower() not in CONNECTION]

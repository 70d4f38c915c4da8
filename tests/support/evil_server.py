"""A server on loopback that answers as no HTTP library lets one: byte by byte, without end, against the rules.

What it does not want to answer goes on to another server, so that one runtime can be evil and the next one good.
"""

from __future__ import annotations

import gzip
import http.client
import json
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import repeat
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


@dataclass(frozen=True)
class Evil:
    """An answer, as bytes from its first line on.

    Attributes:
        parts: what is sent, one after the other.
        pause: seconds before each but the first.
    """

    parts: Iterable[bytes]
    pause: float = 0.0


@dataclass(frozen=True)
class Asked:
    """A request."""

    method: str
    path: str
    query: str
    action: str
    headers: dict[str, str]
    body: bytes = b""


@dataclass
class EvilServer:
    """What it answers, and what it was asked.

    Attributes:
        answer: what to answer; None passes the request on.
        upstream: URL of the server that it is passed on to.
    """

    answer: Callable[[Asked], Evil | None]
    upstream: str = ""
    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)


def whole(status: int, body: bytes, *headers: str) -> Evil:
    """An answer in one piece."""
    return Evil([head(status, f"Content-Length: {len(body)}", *headers) + body])


def success(data: Any) -> bytes:
    return json.dumps({"code": "SUCCESS", "requestId": "request-1", "data": data}).encode()


def dripping(body: bytes, pause: float) -> Evil:
    """The body byte by byte; it never ends."""
    return Evil(_then(head(200, "Content-Length: 1000000") + body[:1], repeat(b" ")), pause)


def dripping_head(pause: float) -> Evil:
    """Not even the headers ever end."""
    return Evil(_then(b"HTTP/1.1 200 OK\r\nX-A: ", repeat(b"a")), pause)


def zipped(document: Any) -> Evil:
    body = gzip.compress(json.dumps(document).encode(), 9)
    return whole(200, body, "Content-Encoding: gzip")


def endless(part: bytes) -> Evil:
    """The same part over and over, as fast as it is read."""
    return Evil(_then(head(200, "Transfer-Encoding: chunked"), repeat(chunk(part))))


def chunk(part: bytes) -> bytes:
    """A part as `Transfer-Encoding: chunked` has it; an empty one is the last."""
    return b"%x\r\n%b\r\n" % (len(part), part)


def head(status: int, *headers: str) -> bytes:
    lines = (f"HTTP/1.1 {status} Evil", "Content-Type: application/json", *headers, "Connection: close")
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _then(first: bytes, rest: Iterable[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


@contextmanager
def running_evil(answer: Callable[[Asked], Evil | None], upstream: str = "") -> Iterator[EvilServer]:
    """The server, for as long as the block lasts."""
    evil = EvilServer(answer, upstream)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            path, _, query = self.path.partition("?")
            asked = Asked(self.command, path, query, self.headers.get("x-acs-action", ""), dict(self.headers), body)
            evil.asked.append(asked)
            self.close_connection = True
            with suppress(OSError):
                chosen = evil.answer(asked)
                self._pass_on(body) if chosen is None else self._send(chosen)

        do_GET = do_POST = do_PUT = do_DELETE = handle_any  # noqa: N815 - the names that http.server calls

        def _send(self, chosen: Evil) -> None:
            for part in chosen.parts:
                self.wfile.write(part)
                if evil.ended.wait(chosen.pause):
                    return

        def _pass_on(self, body: bytes) -> None:
            connection = http.client.HTTPConnection(urlsplit(evil.upstream).netloc)
            connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                connection.putheader(name, value)
            connection.endheaders(body or None)
            answer = connection.getresponse()
            content = answer.read()
            self.wfile.write(head(answer.status, f"Content-Length: {len(content)}") + content)
            connection.close()

        def log_message(self, *_: object) -> None:
            """Nothing: the tests say what went wrong."""

    class Listener(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

        def handle_error(self, *_: object) -> None:
            """Callers go when they like."""

    with Listener(("127.0.0.1", 0), Handler) as server:
        evil.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield evil
        finally:
            evil.ended.set()
            server.shutdown()
            thread.join()

"""A server that keeps what it is sent and answers what it is told: the judge between two clients."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl


@dataclass(frozen=True)
class Sent:
    """A request as it came over the wire; the query decoded, the signed headers by name."""

    method: str
    path: str
    query: dict[str, str]
    body: Any
    signed: frozenset[str]
    headers: dict[str, str]


@dataclass
class Wire:
    """What a recording server has seen, and what it answers."""

    port: int = 0
    answer: bytes = b""
    sent: list[Sent] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def take(self) -> Sent:
        """The one request since the last look."""
        (sent,), self.sent = self.sent, []
        return sent


@contextmanager
def recording() -> Iterator[Wire]:
    """A server on a free port of this machine, for as long as the block lasts."""
    wire = Wire()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            wire.sent.append(_read(self.command, self.path, dict(self.headers), self.rfile.read(length)))
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(wire.answer)))
            self.end_headers()
            self.wfile.write(wire.answer)

        do_GET = do_POST = do_PUT = do_DELETE = handle_any  # noqa: N815 - the names that http.server calls

        def log_message(self, *_: object) -> None:
            """Nothing: the tests say what went wrong."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        wire.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield wire
        finally:
            server.shutdown()
            thread.join()


def _read(method: str, target: str, headers: dict[str, str], body: bytes) -> Sent:
    path, _, query = target.partition("?")
    lower = {name.lower(): value for name, value in headers.items()}
    signed = lower.get("authorization", "").partition("SignedHeaders=")[2].partition(",")[0]
    return Sent(
        method=method,
        path=path,
        query=dict(parse_qsl(query, keep_blank_values=True)),
        body=json.loads(body) if body else None,
        signed=frozenset(signed.split(";")),
        headers=lower,
    )

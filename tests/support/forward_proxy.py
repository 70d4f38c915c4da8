"""A forward proxy as companies have them, on loopback: tunnels (`CONNECT`) and plain requests, both to one server.

Every name is that server's, as if it was found by the proxy; what it was asked is kept.
"""

import socket
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import cast
from urllib.parse import urlsplit


class ForwardProxy(ThreadingTCPServer):
    """The proxy.

    Args:
        upstream: URL of the server that everybody is led to.
        host: where it listens.
        user: `name:password` that it asks for; empty: it serves everybody.
        transparent: whether it passes on bytes, and is no proxy but an address.
    """

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True

    def __init__(self, upstream: str, host: str = "127.0.0.1", *, user: str = "", transparent: bool = False) -> None:
        parts = urlsplit(upstream)
        self.upstream = (parts.hostname or "", parts.port or 0)
        self.wanted = b"Basic " + b64encode(user.encode()) if user else b""
        self.transparent = transparent
        self.asked: list[str] = []
        self.links: list[socket.socket] = []
        super().__init__((host, 0), _Handler)

    @property
    def address(self) -> str:
        host, port = cast("tuple[str, int]", self.server_address)
        return f"{host}:{port}"

    def cut(self) -> None:
        """End every connection."""
        for link in self.links:
            with suppress(OSError):
                link.shutdown(socket.SHUT_RDWR)


class _Handler(StreamRequestHandler):
    server: ForwardProxy
    rbufsize = 0

    def handle(self) -> None:
        with suppress(OSError), socket.create_connection(self.server.upstream) as upstream:
            self.server.links += [self.connection, upstream]
            if self.server.transparent or self._is_let_through(upstream):
                back = threading.Thread(target=_pump, args=(upstream, self.connection), daemon=True)
                back.start()
                _pump(self.connection, upstream)
                back.join()

    def _is_let_through(self, upstream: socket.socket) -> bool:
        """Read one head, and answer it or pass it on."""
        line, headers = self.rfile.readline(), {}
        while (header := self.rfile.readline()).strip():
            name, _, value = header.partition(b":")
            headers[name.strip().lower()] = value.strip()
        self.server.asked.append(line.decode().strip())
        if self.server.wanted and headers.get(b"proxy-authorization") != self.server.wanted:
            self.wfile.write(b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n")
            return False
        if line.startswith(b"CONNECT "):
            self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
            return True
        method, url, version = line.split()
        parts = urlsplit(url.decode())
        where = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        kept = b"".join(b"%s: %s\r\n" % each for each in headers.items() if not each[0].startswith(b"proxy-"))
        upstream.sendall(b"%s %s %s\r\n%s\r\n" % (method, where.encode(), version, kept))
        return True


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


@contextmanager
def running(proxy: ForwardProxy) -> Iterator[ForwardProxy]:
    """Serve until the context ends."""
    thread = threading.Thread(target=proxy.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.shutdown()
        thread.join()
        proxy.server_close()
        proxy.cut()


def own_address() -> str:
    """An address of this machine that is not loopback, which no proxy is asked for."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as looking:
        looking.connect(("192.0.2.254", 9))  # nothing is sent
        return str(looking.getsockname()[0])

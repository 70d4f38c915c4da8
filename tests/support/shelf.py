"""A server on loopback that has one file, and gives it out as servers do: whole, in part, slowly, or not at all."""

from __future__ import annotations

import io
import tarfile
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def archive(members: Mapping[str, bytes], *more: tarfile.TarInfo) -> bytes:
    """A tar file, compressed with gzip, of files by their paths and of members without content."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as packed:
        for member in more:
            packed.addfile(member)
        for path, content in members.items():
            member = tarfile.TarInfo(path)
            member.size = len(content)
            packed.addfile(member, io.BytesIO(content))
    return target.getvalue()


@dataclass
class Shelf:
    """What is given out, and how.

    Attributes:
        content: The file.
        status: The answer's status.
        announced: The length that is announced; by default the true one, -1 for none.
        location: Where a redirect leads.
        hold: Whether the connection stays open after what was sent, in silence.
        asked: The paths that were asked for.
    """

    content: bytes = b""
    status: int = 200
    announced: int | None = None
    location: str = ""
    hold: bool = False
    url: str = ""
    asked: list[str] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)


@contextmanager
def running_shelf() -> Iterator[Shelf]:
    """A shelf that listens until the block ends."""
    shelf = Shelf()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            shelf.asked.append(self.path)
            status = shelf.status if self.path != "/elsewhere" else 200
            self.send_response(status)
            if status in {301, 302}:
                self.send_header("Location", shelf.location)
            length = len(shelf.content) if shelf.announced is None else shelf.announced
            if length >= 0:
                self.send_header("Content-Length", str(length))
            self.end_headers()
            self.wfile.write(shelf.content)
            self.wfile.flush()
            if shelf.hold:
                shelf.released.wait()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the base class has it
            """Not into the tests' output."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    shelf.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield shelf
    finally:
        shelf.released.set()
        server.shutdown()
        server.server_close()
        thread.join()

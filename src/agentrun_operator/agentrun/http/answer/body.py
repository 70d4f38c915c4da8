"""The bytes of one answer, taken in as they come: whatever is sent, no more than the limit is ever held.

No I/O: `client` reads. What the bytes mean is for `translation`.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

BODY_LIMIT = 16 * 1024 * 1024
"""Bytes of a body, decoded: thousands of endpoints fit into one page of that."""

PIECES = 50_000
"""Pieces in which it may come: with any fewer bytes in each, taking them in would be all that the process does."""

SMALL = 256 * 1024
"""Bytes of a body that anybody may hold: an honest page is smaller."""

LARGE_AT_ONCE = 4
"""Larger bodies that may be read at the same time, whosever they are, so that many do not fill the memory."""

COMPRESSED = frozenset({"gzip", "x-gzip", "deflate"})
PLAIN = frozenset({"", "identity"})

ACCEPTED = "gzip"
"""The one encoding that is asked for."""

NAME_SHOWN = 32
"""Characters of an encoding's name that an error quotes."""

GZIP_OR_ZLIB = zlib.MAX_WBITS + 32


class BodyError(Exception):
    """The body is not read any further.

    Attributes:
        code: for programs, in the form of the service's own codes.
        what: for people.
    """

    def __init__(self, code: str, what: str) -> None:
        super().__init__(code, what)
        self.code = code
        self.what = what


class Body:
    """A body that is being read.

    Attributes:
        content: what was taken in, decoded.

    Args:
        headers: the answer's headers, found by lower-case names.
        limit: the most bytes that it may have, decoded.

    Raises:
        BodyError: it is encoded in a way that nobody asked for.
    """

    def __init__(self, headers: Mapping[str, str], limit: int = BODY_LIMIT) -> None:
        encoding = headers.get("content-encoding", "").strip().lower()
        if encoding not in COMPRESSED | PLAIN:
            raise BodyError("MalformedAnswer", f"the answer is encoded as {encoding[:NAME_SHOWN]!r}, which is not read")
        self._decoder = zlib.decompressobj(GZIP_OR_ZLIB) if encoding in COMPRESSED else None
        self._limit = limit
        self._room = min(SMALL, limit)
        self._rest = b""
        self._pieces = 0
        self.content = bytearray()

    @property
    def large(self) -> bool:
        """Whether it wants to grow beyond what anybody may hold; nothing more is decoded until it may."""
        return len(self.content) > self._room

    def feed(self, chunk: bytes) -> None:
        """Take in the next bytes, as they came over the wire.

        Raises:
            BodyError: it is too long, or not encoded as it says.
        """
        self.content += chunk if self._decoder is None else self._decoded(self._decoder, self._rest + chunk)
        self._pieces += 1
        if self._pieces > PIECES:
            raise BodyError("AnswerTooLarge", f"the answer comes in more than {PIECES} pieces")
        if len(self.content) > self._limit:
            raise BodyError("AnswerTooLarge", f"the answer is larger than {self._limit // 2**20} MiB")

    def grow(self) -> None:
        """Let it grow up to the limit.

        Raises:
            BodyError: as from `feed`.
        """
        self._room = self._limit
        self.feed(b"")

    def _decoded(self, decoder: zlib._Decompress, chunk: bytes) -> bytes:
        try:
            decoded = decoder.decompress(chunk, self._room + 1 - len(self.content))
        except zlib.error:
            raise BodyError("MalformedAnswer", "the answer is not compressed as it says") from None
        self._rest = decoder.unconsumed_tail
        return decoded

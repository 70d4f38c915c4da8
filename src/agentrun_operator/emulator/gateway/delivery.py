"""The bytes of an answer in the pieces in which they go out. Pure; nothing is held that is not asked for."""

from __future__ import annotations

import zlib
from itertools import chain, repeat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from agentrun_operator.emulator.answers import Answer, Delivery

PIECE = 64 * 1024
"""Bytes of padding that are sent at once."""

_GZIP = 16 + zlib.MAX_WBITS


def head(answer: Answer) -> list[tuple[str, str]]:
    """The headers; the length is told where it is known before."""
    how, headers = answer.delivery, [("content-type", answer.content_type), *answer.headers]
    if how.gzip:
        headers.append(("content-encoding", "gzip"))
    elif isinstance(answer.body, bytes) and not how.endless:
        headers.append(("content-length", str(len(answer.body) + how.padding)))
    return headers


def pieces(answer: Answer) -> Iterator[bytes]:
    """The body with all that comes behind it."""
    body = (answer.body,) if isinstance(answer.body, bytes) else answer.body
    whole = chain(body, _padding(answer.delivery))
    return _zipped(whole) if answer.delivery.gzip else whole


def _padding(how: Delivery) -> Iterator[bytes]:
    blanks = b" " * PIECE
    if how.endless:
        yield from repeat(blanks)
    full, rest = divmod(how.padding, PIECE)
    yield from repeat(blanks, full)
    yield blanks[:rest]


def _zipped(plain: Iterable[bytes]) -> Iterator[bytes]:
    compressor = zlib.compressobj(wbits=_GZIP)
    for piece in plain:
        yield compressor.compress(piece)
    yield compressor.flush()

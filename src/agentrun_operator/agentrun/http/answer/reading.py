"""Reads the body of one answer from the wire, sync or async, and closes it. How much of it is read, `body` says."""

from __future__ import annotations

import asyncio
from itertools import cycle
from typing import TYPE_CHECKING, cast

from agentrun_operator.agentrun.http.answer.body import BODY_LIMIT, Body

if TYPE_CHECKING:
    import httpx

PIECES_A_TURN = 100
"""Pieces after which others get their turn: many may have come with one packet."""


def read(response: httpx.Response) -> Body:
    """The whole body.

    Raises:
        BodyError: it is not read to its end.
    """
    try:
        body = Body(response.headers)
        for chunk in cast("httpx.SyncByteStream", response.stream):
            body.feed(chunk)
            if body.large:
                body.grow()
    finally:
        response.close()
    return body


async def read_async(response: httpx.Response, places: asyncio.Semaphore, limit: int = BODY_LIMIT) -> Body:
    """As `read`, awaited; a large one waits for a place. `limit` is the most bytes that it may have, decoded."""
    placed, turns = False, cycle(range(PIECES_A_TURN))
    try:
        body = Body(response.headers, limit)
        async for chunk in cast("httpx.AsyncByteStream", response.stream):
            body.feed(chunk)
            if next(turns) == PIECES_A_TURN - 1:
                await asyncio.sleep(0)
            if body.large:
                placed = placed or await places.acquire()
                body.grow()
    finally:
        if placed:
            places.release()
        await response.aclose()
    return body

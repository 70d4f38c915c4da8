"""What kopf leaves behind when it stops is no defect of ours; what ours leaves behind is. Events come from
its stream.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

import pytest
from kopf._cogs.clients import watching
from kopf._cogs.clients.watching import Bookmark, infinite_watch

from agentrun_operator.controller.informer.watch.kopf_quirks import ShutdownNoise, taken


async def ours() -> AsyncGenerator[None]:
    yield


def kopfs() -> AsyncIterator[Any]:
    return infinite_watch(settings=None, resource=None, namespace=None)  # type: ignore[arg-type]  # never begun


@pytest.mark.parametrize(
    ("stopped", "generator", "told"),
    [
        pytest.param(True, kopfs, False, id="kopf's watch, cut off while it stops"),
        pytest.param(False, kopfs, True, id="kopf's watch, in the middle of the work"),
        pytest.param(True, ours, True, id="a generator of ours"),
    ],
)
async def test_only_kopfs_own_errors_are_kept_down_and_only_while_it_stops(
    caplog: pytest.LogCaptureFixture, *, stopped: bool, generator: Any, told: bool
):
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    if stopped:
        stop.set()
    ShutdownNoise(stop)(loop, {"message": "while closing", "asyncgen": generator()})
    assert ("while closing" in caplog.text) is told


STREAM = [
    {"type": None, "object": "listed"},
    Bookmark.LISTED,
    {"type": "ADDED", "object": "bad"},
    {"type": "BOOKMARK", "object": "of the API server"},
    {"type": "DELETED", "object": "gone"},
]


async def told(**_: object) -> AsyncGenerator[Any]:
    for each in STREAM:
        yield each


async def test_events_are_taken_from_kopfs_stream_and_one_that_cannot_be_stops_none(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr(watching, "infinite_watch", told)
    found: list[tuple[str | None, Any]] = []

    def take(kind: str | None, body: Any) -> None:
        if body == "bad":
            raise LookupError("a defect")
        found.append((kind, body))

    allowed: list[str] = []

    async def until_allowed(namespace: str) -> None:
        allowed.append(namespace)

    with taken(take, until_allowed):
        stream = watching.infinite_watch(settings=None, resource=None, namespace="team-a")  # type: ignore[arg-type]
        left = [each async for each in stream]
    assert allowed == ["team-a"]
    assert found == [(None, "listed"), ("DELETED", "gone")]
    assert left == [Bookmark.LISTED], "kopf goes by its own marks, and has nothing else to do"
    assert "a defect" in caplog.text
    assert watching.infinite_watch is told, "another operator in this process is not touched"


def test_of_the_tries_of_a_watch_the_first_is_told_and_then_one_in_five_minutes(caplog: pytest.LogCaptureFixture):
    with taken(lambda *_: None, until_allowed=None):  # type: ignore[arg-type]
        for number in range(1, 301):
            watching.logger.error("Request attempt #%d failed; will retry: GET /", number)
        watching.logger.error("something else")
    assert [record.args[0] for record in caplog.records if record.args] == [1, 100, 200, 300]  # type: ignore[index]
    assert caplog.messages[-1] == "something else"

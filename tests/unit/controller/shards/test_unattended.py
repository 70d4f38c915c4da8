"""Objects that no operator tells anything of are counted by whoever runs."""

import asyncio
import logging
from datetime import UTC, datetime

import pytest

from agentrun_operator.controller.shards.unattended import INTERVAL, Unattended
from agentrun_operator.resources.names import ENDPOINT_LABEL
from support.controller import Body, body
from support.controller_server import MemoryServer, Weather

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LONG_AGO, LATELY = "2026-11-22T11:54:00Z", "2026-11-22T11:56:00Z"
TOLD = {"conditions": [{"type": "Ready"}]}


def labelled(made: Body) -> Body:
    made["metadata"]["labels"] = {ENDPOINT_LABEL: "x"}
    return made


@pytest.fixture
async def kube() -> MemoryServer:
    return MemoryServer()


async def test_objects_without_a_status_for_five_minutes_are_counted_and_named_once(
    kube: MemoryServer, caplog: pytest.LogCaptureFixture
):
    counts: list[int] = []
    unattended = Unattended(kube, counts.append, lambda: NOW)
    for made in (
        body("old", created=LONG_AGO),
        body("new", created=LATELY),
        body("told", created=LONG_AGO, status=TOLD),
        body("seen", created=LONG_AGO, status={"observedGeneration": 0}),
        labelled(body("claimed", created=LONG_AGO)),
    ):
        kube.put_resource(made)

    with caplog.at_level(logging.WARNING):
        assert [await unattended.count() for _ in range(2)] == [2, 2]

    assert counts == [2, 2]
    assert [record.getMessage() for record in caplog.records] == [
        "No operator looks after 2 objects, such as team-a/old, team-a/seen"
    ]


async def test_a_list_that_fails_is_told_once_and_asked_for_again(kube: MemoryServer, caplog: pytest.LogCaptureFixture):
    counts: list[int] = []
    kube.weather = lambda _method, _path: Weather(refused=True, status=403)
    running = asyncio.create_task(Unattended(kube, counts.append, lambda: NOW).run())
    with caplog.at_level(logging.WARNING):
        await asyncio.sleep(3 * INTERVAL)
    kube.weather = lambda _method, _path: Weather()
    await asyncio.sleep(INTERVAL)
    running.cancel()
    assert counts == [0]
    assert len(caplog.records) == 1

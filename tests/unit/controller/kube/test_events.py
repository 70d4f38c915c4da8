import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from agentrun_operator.controller.kube.errors import KubeError
from agentrun_operator.controller.kube.events import KEPT, MESSAGE_LIMIT, POSTERS, EventRecorder
from agentrun_operator.controller.telemetry.metrics import Metrics
from support.controller import body
from support.controller_server import CALM, MemoryServer, Weather
from support.controller_time import clock

pytestmark = pytest.mark.usefixtures("no_leaks")

NOW = datetime(2026, 11, 22, 9, 18, 55, 123456, tzinfo=UTC)
OBJECT = body("chat", version=7)
EVENTS = "/api/v1/namespaces/team-a/events/"


class World:
    """A recorder at work."""

    def __init__(self) -> None:
        self.kube = MemoryServer()
        self.metrics = Metrics()
        self.recorder = EventRecorder(self.kube, "replica-1", self.metrics, lambda: NOW)

    @property
    def posted(self) -> list[dict[str, Any]]:
        return [each for path, each in self.kube.objects.items() if path.startswith(EVENTS)]

    @property
    def counted(self) -> float:
        return self.metrics.registry.get_sample_value("agentrun_kubernetes_writes_total", {"kind": "event"}) or 0.0


@pytest.fixture
async def world(no_leaks: None) -> AsyncIterator[World]:
    world = World()
    running = asyncio.create_task(world.recorder.run())
    yield world
    running.cancel()
    await asyncio.wait({running})


async def test_an_event_names_its_object_what_happened_when_and_who_told(world: World):
    world.recorder.normal(OBJECT, "Created", "Created endpoint chat")
    await world.recorder.drain()
    (event,) = world.posted
    assert event["metadata"]["generateName"] == "chat."
    assert event["metadata"]["namespace"] == "team-a"
    assert event["involvedObject"] == {
        "apiVersion": "agentrun.alibabacloud.com/v1alpha1",
        "kind": "AgentRuntimeEndpoint",
        "namespace": "team-a",
        "name": "chat",
        "uid": "uid-of-chat",
        "resourceVersion": "7",
    }
    assert (event["type"], event["reason"], event["message"]) == ("Normal", "Created", "Created endpoint chat")
    assert event["eventTime"] == "2026-11-22T09:18:55.123456Z"
    assert event["firstTimestamp"] == event["lastTimestamp"] == "2026-11-22T09:18:55Z"
    assert event["reportingInstance"] == "replica-1"
    assert world.counted == 1


async def test_a_failure_is_a_warning(world: World):
    world.recorder.warning(OBJECT, "Rejected", "AgentRun refused it")
    await world.recorder.drain()
    assert world.posted[0]["type"] == "Warning"


async def test_a_long_message_is_cut_to_what_kubernetes_takes(world: World):
    world.recorder.normal(OBJECT, "Created", "x" * 5000)
    await world.recorder.drain()
    assert len(world.posted[0]["message"]) == MESSAGE_LIMIT


async def test_a_message_is_cut_by_its_bytes_and_between_characters(world: World):
    world.recorder.warning(OBJECT, "CreateFailed", "镜像" * 400)
    await world.recorder.drain()
    told = world.posted[0]["message"]
    assert MESSAGE_LIMIT - 3 < len(told.encode()) <= MESSAGE_LIMIT
    assert set(told) == {"镜", "像"}


async def test_telling_waits_for_nobody_and_posts_go_side_by_side(world: World):
    world.kube.weather = lambda _method, _path: Weather(before=1.0)
    started = clock()
    for number in range(2 * POSTERS):
        world.recorder.normal(OBJECT, "Created", str(number))
    assert clock() == started
    await world.recorder.drain()
    assert clock() - started == pytest.approx(2.0)
    assert len(world.posted) == 2 * POSTERS


@pytest.mark.parametrize("status", [0, 403, 404, 500])
async def test_an_event_that_is_not_taken_is_lost_and_the_next_is_posted(world: World, status: int):
    answers = iter([Weather(status=status, refused=True)])
    world.kube.weather = lambda _method, _path: next(answers, CALM)
    world.recorder.normal(OBJECT, "Created", "lost")
    world.recorder.normal(OBJECT, "Updated", "posted")
    await world.recorder.drain()
    assert [event["message"] for event in world.posted] == ["posted"]
    assert world.counted == 1


async def test_more_events_than_kubernetes_takes_are_dropped_and_that_is_logged(
    world: World, caplog: pytest.LogCaptureFixture
):
    world.kube.weather = lambda _method, _path: Weather(before=1e6)
    with caplog.at_level(logging.WARNING):
        for number in range(KEPT + 3):
            world.recorder.normal(OBJECT, "Created", str(number))
    assert "Dropped the event Created of team-a/chat" in caplog.text
    assert world.recorder._events.qsize() == KEPT
    await asyncio.sleep(1)


async def test_draining_with_nothing_to_post_is_done_at_once(world: World):
    started = clock()
    await world.recorder.drain()
    assert clock() == started


def test_the_servers_refusal_reads_as_a_sentence():
    assert str(KubeError(403, "no", "POST /x")) == "The Kubernetes API server answered 403 to POST /x: no"

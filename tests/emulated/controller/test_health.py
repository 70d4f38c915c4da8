import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator
from itertools import pairwise

import aiohttp
import pytest
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from agentrun_operator.controller.errors import StartError
from agentrun_operator.controller.telemetry.health import CONNECTIONS, Health, Measured
from support.patience import stretched


class World:
    """A health server that says what the test wants."""

    def __init__(self) -> None:
        self.ready = True
        registry = CollectorRegistry()
        Gauge("agentrun_leader", "1 while this replica leads", registry=registry).set(1)
        self.health = Health("127.0.0.1:0", lambda: self.ready, registry)
        self.port = 0

    async def get(self, path: str) -> tuple[int, str, str]:
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"http://127.0.0.1:{self.port}{path}") as response,
        ):
            return response.status, await response.text(), response.headers["Content-Type"]


@pytest.fixture
async def world() -> AsyncIterator[World]:
    world = World()
    world.port = await world.health.start()
    yield world
    await world.health.stop()


async def test_a_process_that_answers_is_alive_whether_it_is_ready_or_not(world: World):
    world.ready = False
    status, text, _ = await world.get("/livez")
    assert (status, text) == (200, "ok\n")


async def test_readiness_is_asked_for_at_every_request(world: World):
    assert (await world.get("/readyz"))[0] == 200
    world.ready = False
    status, text, _ = await world.get("/readyz")
    assert (status, text) == (503, "not ready\n")
    world.ready = True
    assert (await world.get("/readyz"))[0] == 200


async def test_metrics_are_told_in_the_form_that_prometheus_reads(world: World):
    status, text, kind = await world.get("/metrics")
    assert status == 200
    assert text.splitlines()[-1] == "agentrun_leader 1.0"
    assert kind == "text/plain; version=0.0.4; charset=utf-8"


async def test_anything_else_is_not_there(world: World):
    assert (await world.get("/secrets"))[0] == 404


@pytest.mark.parametrize("address", ["127.0.0.1", "no-such-host.invalid"])
async def test_an_address_that_cannot_be_had_is_told_with_the_flag(address: str):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        health = Health(f"{address}:{taken.getsockname()[1]}", lambda: True, CollectorRegistry())
        with pytest.raises(StartError, match=f"--health-address {address}:") as caught:
            await health.start()
        assert "\n" not in str(caught.value)


async def closed(connection: tuple[asyncio.StreamReader, asyncio.StreamWriter]) -> bool:
    """Whether the server ends the connection without a word."""
    try:
        async with asyncio.timeout(stretched(5)):
            return await connection[0].read() == b""
    except ConnectionError:
        return True
    except TimeoutError:
        return False


@pytest.mark.parametrize("sent", [b"", b"GET /livez HTTP/1.1\r\n", b"GET /livez HTTP/1.1\r\nHost: a\r\n", b"G"])
async def test_a_head_that_does_not_come_ends_the_connection(sent: bytes, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("agentrun_operator.controller.telemetry.health.HEAD_WITHIN", 0.2)
    health = Health("127.0.0.1:0", lambda: True, CollectorRegistry())
    connection = await asyncio.open_connection("127.0.0.1", await health.start())
    connection[1].write(sent)
    assert await closed(connection)
    connection[1].close()
    await health.stop()


@pytest.mark.parametrize(
    "sent", [b"", b"GET /livez HTTP/1.1\r\n", b"GET /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n"]
)
async def test_however_many_connections_are_held_a_probe_gets_through_and_the_oldest_go(world: World, sent: bytes):
    held = []
    for _ in range(3 * CONNECTIONS):
        held.append(await asyncio.open_connection("127.0.0.1", world.port))
        held[-1][1].write(sent)
    assert await world.get("/livez") == (200, "ok\n", "text/plain; charset=utf-8")
    for reader, _ in held[: CONNECTIONS : CONNECTIONS // 4]:
        async with asyncio.timeout(stretched(5)):
            with contextlib.suppress(ConnectionError):
                await reader.read(1)
    assert len(world.health._open) <= CONNECTIONS
    for _, writer in held:
        writer.transport.abort()
    await asyncio.sleep(0)


async def test_metrics_are_measured_once_a_second_however_often_they_are_asked_for_and_never_older_than_the_question(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr("agentrun_operator.controller.telemetry.health.MEASURE_INTERVAL", 0.3)
    registry = CollectorRegistry()
    asked = Gauge("asked", "How often this was measured", registry=registry)
    times: list[float] = []

    def measured() -> float:
        times.append(time.monotonic())
        return len(times)

    asked.set_function(measured)
    metrics = Measured(registry)
    for number in range(3):
        before = time.monotonic()
        await asyncio.gather(*(metrics.measure() for _ in range(100)))
        assert f"asked {number + 1}.0".encode() in generate_latest(metrics)
        assert f"asked {number + 1}.0".encode() in generate_latest(metrics.restricted_registry(["asked"]))
        assert times[-1] >= before
    assert all(later - sooner >= 0.3 for sooner, later in pairwise(times))


async def test_stopping_before_the_start_is_no_error():
    await Health(":0", lambda: True, CollectorRegistry()).stop()


def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


@pytest.mark.skipif(not has_ipv6(), reason="no IPv6 on this machine")
async def test_an_address_of_ipv6_may_stand_in_brackets():
    health = Health("[::1]:0", lambda: True, CollectorRegistry())
    assert await health.start() > 0
    await health.stop()

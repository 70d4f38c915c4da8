"""Where nobody bounds the number of connections: each serves one call at a time, and then the next."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import pytest

from agentrun_operator.agentrun.api.errors import HTTPError, NoAnswerError, ServiceUnavailableError
from agentrun_operator.agentrun.api.operations import get_runtime
from agentrun_operator.agentrun.http.client import AsyncClient
from agentrun_operator.agentrun.http.connections import over_aiohttp
from agentrun_operator.agentrun.http.connections.connections import Reuse
from agentrun_operator.agentrun.http.retry import NO_RETRY
from support.agentrun import a_config, envelope


class Peer:
    """A server that keeps what each connection sent, piece by piece, and answers by its path's last segment."""

    def __init__(self) -> None:
        self.connections: list[list[bytes]] = []
        self.writers: list[asyncio.StreamWriter] = []
        self.open = 0
        self.answer: Callable[[str], bytes | None] = self.fine
        self.gate = asyncio.Event()
        self.gate.set()

    @staticmethod
    def fine(name: str, more: str = "") -> bytes:
        body = envelope({"agentRuntimeId": name})
        return f"HTTP/1.1 200 OK\r\ncontent-length: {len(body)}\r\n{more}\r\n".encode() + body

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections.append(pieces := [])
        self.writers.append(writer)
        self.open += 1
        with suppress(ConnectionError):
            while piece := await reader.read(2**16):
                pieces.append(piece)
                name = piece.split(b" ", 2)[1].rsplit(b"/", 1)[1].decode()
                await self.gate.wait()
                if (answer := self.answer(name)) is None:
                    break
                writer.write(answer)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
        self.open -= 1


class Impatient(Peer):
    """It ends each connection with the second request on it, as if it had closed it just before."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections.append([])
        self.open += 1
        with suppress(ConnectionError, IndexError):
            writer.write(self.fine((await reader.read(2**16)).split(b" ", 2)[1].rsplit(b"/", 1)[1].decode()))
            await reader.read(2**16)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
        self.open -= 1


@pytest.fixture
async def peer() -> Peer:
    return Peer()


@asynccontextmanager
async def calling(peer: Peer) -> AsyncIterator[AsyncClient]:
    async with await asyncio.start_server(peer.serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        config = a_config(control_endpoint=f"http://127.0.0.1:{port}")
        async with AsyncClient(config, retry=NO_RETRY, connections=None) as client:
            yield client
        peer.gate.set()
        await until(lambda: peer.open == 0)


async def asked(client: AsyncClient, name: str) -> str | None:
    return (await client.run(get_runtime(name))).agent_runtime_id


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - the other side of a socket sets no event
            await asyncio.sleep(0)


async def test_one_call_after_the_other_takes_one_connection(peer: Peer):
    async with calling(peer) as client:
        assert [await asked(client, f"r{number}") for number in range(5)] == [f"r{number}" for number in range(5)]
    assert len(peer.connections) == 1


async def test_calls_at_the_same_time_each_have_their_own(peer: Peer):
    names, peer.gate = [f"r{number}" for number in range(50)], asyncio.Event()
    async with calling(peer) as client:
        calls = asyncio.gather(*(asked(client, name) for name in names))
        await until(lambda: sum(map(len, peer.connections)) == len(names))
        peer.gate.set()
        assert await calls == names
        assert await asyncio.gather(*(asked(client, name) for name in names)) == names
        assert len(peer.connections) == len(names)


@pytest.mark.parametrize("announced", [True, False])
async def test_a_connection_that_the_service_has_closed_serves_no_further_call(peer: Peer, *, announced: bool):
    if announced:
        peer.answer = lambda name: Peer.fine(name, "connection: close\r\n")
    async with calling(peer) as client:
        await asked(client, "a")
        peer.writers[0].close()
        await until(lambda: peer.open == 0)
        for _ in range(3):
            await asyncio.sleep(0)  # the loop has to hear of it
        assert await asked(client, "b") == "b"


async def test_a_call_that_a_closing_connection_swallowed_is_not_made_again_unseen(peer: Peer):
    async with calling(peer) as client:
        await asked(client, "a")
        peer.answer = lambda _: None
        with pytest.raises(NoAnswerError) as caught:
            await asked(client, "b")
    assert caught.value.may_have_arrived
    assert [len(pieces) for pieces in peer.connections] == [2]


async def test_where_connections_end_under_calls_each_call_has_its_own_for_a_while():
    peer = Impatient()
    async with calling(peer) as client:
        failures = 0
        for number in range(50):
            try:
                await asked(client, f"r{number}")
            except NoAnswerError:
                failures += 1
    assert failures == 1
    assert len(peer.connections) >= 49


@pytest.mark.parametrize(
    ("times", "untrusted_for"), [([0.0], 60.0), ([0.0, 1.0, 59.0], 60.0), ([0.0, 60.0], 120.0), ([0.0, 8000.0], 60.0)]
)
def test_connections_are_distrusted_for_longer_each_time(times: list[float], untrusted_for: float):
    now = [0.0]
    reuse = Reuse(lambda: now[0])
    assert reuse.allowed
    for now[0] in times:
        reuse.failed()
    began = max(each for each in times if each in (0.0, 60.0, 8000.0))
    now[0] = began + untrusted_for - 1
    assert not reuse.allowed
    now[0] = began + untrusted_for
    assert reuse.allowed


def test_however_often_they_end_connections_are_tried_again_each_hour():
    now = [0.0]
    reuse = Reuse(lambda: now[0])
    tries = 0
    while now[0] < 24 * 3600:
        if reuse.allowed:
            tries += 1
            reuse.failed()
        now[0] += 30
    assert 24 <= tries <= 32


async def test_a_call_to_nobody_never_left():
    async with await asyncio.start_server(Peer().serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
    async with AsyncClient(
        a_config(control_endpoint=f"http://127.0.0.1:{port}"), retry=NO_RETRY, connections=None
    ) as client:
        with pytest.raises(NoAnswerError) as caught:
            await asked(client, "a")
    assert not caught.value.may_have_arrived


@pytest.mark.parametrize("ending", ["cancelled", "not read"])
async def test_an_answer_that_was_not_read_is_nobody_elses(peer: Peer, ending: str):
    async with calling(peer) as client:
        if ending == "cancelled":
            peer.gate.clear()
            call = asyncio.ensure_future(asked(client, "a"))
            await until(lambda: any(peer.connections))
            call.cancel()
            await asyncio.wait([call])
            peer.gate.set()
        else:
            peer.answer = lambda name: Peer.fine(name, "content-encoding: br\r\n")
            with pytest.raises(ServiceUnavailableError):
                await asked(client, "a")
            peer.answer = Peer.fine
        assert await asked(client, "b") == "b"
        await until(lambda: peer.open == 1)


async def test_one_that_nobody_uses_is_closed_after_a_while(peer: Peer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(over_aiohttp, "IDLE_FOR", 0.05)
    async with calling(peer) as client:
        await asked(client, "a")
        await until(lambda: peer.open == 0)


async def test_the_end_of_the_client_ends_what_is_under_way(peer: Peer):
    peer.gate.clear()
    async with calling(peer) as client:
        call = asyncio.ensure_future(asked(client, "a"))
        await until(lambda: any(peer.connections))
        await client.aclose()
        with pytest.raises(HTTPError):
            await call
        with pytest.raises(RuntimeError, match="closed"):
            await asked(client, "b")

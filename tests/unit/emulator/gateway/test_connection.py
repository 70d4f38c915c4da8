import asyncio
from typing import Any

import pytest

from agentrun_operator.emulator.answers import Answer, Delivery
from agentrun_operator.emulator.gateway.connection import Connection


class Client:
    """A client that goes after some pieces; like the server, it takes what is sent to it afterwards."""

    def __init__(self, stays_for: int) -> None:
        self._stays_for = stays_for
        self._gone = asyncio.Event()
        self.sent: list[dict[str, Any]] = []

    async def receive(self) -> dict[str, Any]:
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        self.sent.append(message)
        if len(self.sent) > self._stays_for:
            self._gone.set()


@pytest.mark.parametrize("pause", [pytest.param(0.0, id="at once"), pytest.param(600.0, id="with long pauses")])
async def test_an_endless_answer_ends_when_the_client_goes(pause: float):
    client = Client(stays_for=10 if not pause else 1)
    connection = Connection({"type": "http"}, client.receive, client.send)
    answer = Answer(200, b"{}", delivery=Delivery(endless=True, pause=pause))
    async with asyncio.timeout(10):
        await connection.send_answer(answer)
    assert len(client.sent) <= 15
    assert all(message.get("more_body", True) for message in client.sent)

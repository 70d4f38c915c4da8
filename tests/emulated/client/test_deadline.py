"""Over a socket: whoever sends a byte now and then is not waited for without end, by either client."""

import asyncio
import time
from collections.abc import Callable
from itertools import repeat

import pytest

from agentrun_operator.agentrun import AsyncClient, Client, NoAnswerError, operations
from agentrun_operator.agentrun.http import client as clients
from agentrun_operator.agentrun.http.retry import NO_RETRY
from support.agentrun import a_config
from support.evil_server import Asked, Evil, dripping, dripping_head, running_evil, success

BRIEF = 0.6


def run_sync(url: str) -> object:
    with Client(a_config(control_endpoint=url), retry=NO_RETRY) as client:
        return client.run(operations.get_runtime("r"))


def run_async(url: str) -> object:
    async def main() -> object:
        async with AsyncClient(a_config(control_endpoint=url), retry=NO_RETRY) as client:
            return await client.run(operations.get_runtime("r"))

    return asyncio.run(main())


@pytest.mark.alone
@pytest.mark.parametrize("run", [run_sync, run_async], ids=["sync", "async"])
@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(lambda _: dripping(success({}), 0.05), id="a body"),
        pytest.param(lambda _: dripping_head(0.05), id="a header"),
        pytest.param(lambda _: Evil(repeat(b"HTTP/1.1 103 Early\r\n\r\n"), 0.05), id="answers before the answer"),
    ],
)
def test_an_answer_that_drips_is_given_up_in_time(
    run, answer: Callable[[Asked], Evil], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(clients, "ATTEMPT_DEADLINE", BRIEF)
    with running_evil(answer) as evil:
        began = time.monotonic()
        with pytest.raises(NoAnswerError) as caught:
            run(evil.url)
        assert BRIEF <= time.monotonic() - began < BRIEF + 3
    assert caught.value.code == "AnswerTooSlow"

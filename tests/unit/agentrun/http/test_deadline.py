"""An attempt is over after its deadline, however the answer comes."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from agentrun_operator.agentrun.api.errors import NoAnswerError
from agentrun_operator.agentrun.api.operations import create_endpoint, get_runtime
from agentrun_operator.agentrun.auth.credentials import Credentials
from agentrun_operator.agentrun.http.client import AsyncClient
from agentrun_operator.agentrun.http.driver import ATTEMPT_DEADLINE
from agentrun_operator.agentrun.http.retry import NO_RETRY
from agentrun_operator.agentrun.models import AgentRuntimeEndpointCreateInput
from support.agentrun import a_config
from support.controller_time import clock, run


class Dripping(httpx.AsyncByteStream):
    """A byte now and then."""

    def __init__(self) -> None:
        self.closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            await asyncio.sleep(5)
            yield b" "

    async def aclose(self) -> None:
        self.closed = True


async def hanging(_: httpx.Request) -> httpx.Response:
    await asyncio.sleep(1e9)
    raise AssertionError


class Slow:
    """Credentials that do not come."""

    def get(self) -> Credentials:
        raise AssertionError

    async def get_async(self) -> Credentials:
        await asyncio.sleep(1e9)
        raise AssertionError


def too_slow(client: AsyncClient, operation=None) -> NoAnswerError:
    async def call() -> NoAnswerError:
        began = clock()
        async with client:
            with pytest.raises(NoAnswerError) as caught:
                await client.run(operation or get_runtime("r"))
        assert clock() - began == pytest.approx(ATTEMPT_DEADLINE, abs=1)
        return caught.value

    return run(call())


def test_an_answer_that_drips_is_given_up_and_its_connection_closed():
    stream = Dripping()
    transport = httpx.MockTransport(lambda _: httpx.Response(200, stream=stream))
    error = too_slow(AsyncClient(a_config(), retry=NO_RETRY, transport=transport))
    assert (error.code, error.status_code) == ("AnswerTooSlow", None)
    assert "60 s" in str(error)
    assert stream.closed


def test_an_answer_that_does_not_begin_is_given_up():
    client = AsyncClient(a_config(), retry=NO_RETRY, transport=httpx.MockTransport(hanging))
    assert too_slow(client).code == "AnswerTooSlow"


def test_credentials_that_do_not_come_are_given_up():
    transport = httpx.MockTransport(hanging)
    client = AsyncClient(a_config(), credentials=Slow(), retry=NO_RETRY, transport=transport)
    assert too_slow(client).code == "AnswerTooSlow"


def test_a_create_that_took_too_long_may_have_arrived_and_is_not_made_again():
    create = create_endpoint("r", AgentRuntimeEndpointCreateInput())
    assert too_slow(AsyncClient(a_config(), transport=httpx.MockTransport(hanging)), create).may_have_arrived

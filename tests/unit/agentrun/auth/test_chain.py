"""The default provider chain, over a stand-in of its package: serialised, remembered, redacted."""

import asyncio
import traceback
from dataclasses import dataclass, field

import pytest

from agentrun_operator.agentrun.api.errors import CredentialsNotFoundError
from agentrun_operator.agentrun.auth.chain import FAILURE_TTL, ChainCredentials
from agentrun_operator.agentrun.auth.credentials import Credentials
from agentrun_operator.agentrun.auth.secret import Secret
from support.agentrun import VirtualTime


@dataclass
class Found:
    token: str | None = None

    def get_access_key_id(self) -> str:
        return "made-up-id"

    def get_access_key_secret(self) -> str:
        return "made-up-secret"

    def get_security_token(self) -> str | None:
        return self.token


@dataclass
class Chain:
    """The package's chain: it counts its calls, fails on demand, and notices two coroutines inside of it."""

    found: Found = field(default_factory=Found)
    error: Exception | None = None
    calls: int = 0
    inside: int = 0
    most_inside: int = 0

    def get_credentials(self) -> Found:
        self.calls += 1
        if self.error:
            raise self.error
        return self.found

    async def get_credentials_async(self) -> Found:
        self.inside += 1
        self.most_inside = max(self.most_inside, self.inside)
        await asyncio.sleep(0)
        self.inside -= 1
        return self.get_credentials()


def both_ways(credentials: ChainCredentials) -> list[Credentials]:
    return [credentials.get(), asyncio.run(credentials.get_async())]


@pytest.mark.parametrize(("token", "expected"), [(None, None), ("", None), ("made-up-token", Secret("made-up-token"))])
def test_what_the_chain_finds_is_used(token, expected):
    found = Credentials("made-up-id", Secret("made-up-secret"), expected)
    assert both_ways(ChainCredentials(lambda: Chain(Found(token)))) == [found, found]


def test_the_chain_is_asked_each_time_since_it_refreshes():
    chain = Chain()
    both_ways(ChainCredentials(lambda: chain))
    assert chain.calls == 2


def test_the_package_is_loaded_once_and_late():
    loads: list[int] = []

    def load() -> Chain:
        loads.append(1)
        return Chain()

    credentials = ChainCredentials(load)
    assert not loads
    both_ways(credentials)
    assert len(loads) == 1


async def test_coroutines_take_turns():
    chain = Chain()
    credentials = ChainCredentials(lambda: chain)
    await asyncio.gather(*(credentials.get_async() for _ in range(20)))
    assert (chain.calls, chain.most_inside) == (20, 1)


def test_one_chain_serves_event_loops_that_come_and_go():
    credentials = ChainCredentials(Chain)

    async def crowd() -> None:
        await asyncio.gather(*(credentials.get_async() for _ in range(5)))

    for _ in range(3):
        asyncio.run(crowd())


async def test_a_cancelled_call_leaves_the_way_free():
    chain = Chain()
    credentials = ChainCredentials(lambda: chain)
    await credentials.get_async()
    call = asyncio.ensure_future(credentials.get_async())
    await asyncio.sleep(0)
    call.cancel()
    assert (await credentials.get_async()).access_key_id == "made-up-id"


@pytest.mark.parametrize(
    "way", [ChainCredentials.get, lambda chain: asyncio.run(chain.get_async())], ids=["get", "async"]
)
class TestFailure:
    def test_says_what_to_do_and_what_the_chain_says(self, way):
        chain = Chain(error=ValueError("no role is attached"))
        with pytest.raises(CredentialsNotFoundError, match=r"set AGENTRUN_ACCESS_KEY_ID.*no role is attached"):
            way(ChainCredentials(lambda: chain))

    def test_is_remembered_for_a_while(self, way):
        time, chain = VirtualTime(), Chain(error=ValueError("no"))
        credentials = ChainCredentials(lambda: chain, time.clock)
        for _ in range(3):
            with pytest.raises(CredentialsNotFoundError):
                way(credentials)
        assert chain.calls == 1
        time.sleep(FAILURE_TTL)
        chain.error = None
        assert way(credentials).access_key_id == "made-up-id"

    @pytest.mark.parametrize(
        "quoted",
        [
            '{"Code": "Oops", "AccessKeySecret": "s3cr3t", "SecurityToken": "s3cr3t"}',
            "{'AccessKeySecret': 's3cr3t'}",
            '{\\"AccessKeySecret\\": \\"s3cr3t\\"}',
            "AccessKeySecret=s3cr3t",
            "security_token: s3cr3t",
        ],
    )
    def test_shows_no_secret_that_the_chain_quotes(self, way, quoted):
        chain = Chain(error=ValueError(f"error retrieving credentials, result: {quoted}"))
        with pytest.raises(CredentialsNotFoundError) as caught:
            way(ChainCredentials(lambda: chain))
        assert "s3cr3t" not in "".join(traceback.format_exception(caught.value))
        assert caught.value.__context__ is None

    def test_may_be_that_the_package_cannot_be_loaded(self, way):
        def load() -> Chain:
            raise ImportError("no such package")

        with pytest.raises(CredentialsNotFoundError, match="no such package"):
            way(ChainCredentials(load))

    def test_may_be_that_what_was_found_is_none(self, way):
        chain = Chain(found=None)  # type: ignore[arg-type]
        with pytest.raises(CredentialsNotFoundError):
            way(ChainCredentials(lambda: chain))

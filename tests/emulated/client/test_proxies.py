"""The clients go to AgentRun as kubectl goes to its server: through the proxy or past it, and errors say which way."""

from collections.abc import Callable, Iterator

import httpx
import openai
import pytest

from agentrun_operator.agentrun import AgentRuntimeEndpoint
from agentrun_operator.agentrun.api.errors import ConfigError, NoAnswerError
from agentrun_operator.agentrun.api.operations import get_runtime
from agentrun_operator.agentrun.http.client import AsyncClient, Client
from agentrun_operator.agentrun.http.retry import NO_RETRY
from support.agentrun import a_config
from support.emulator import ACCESS_KEY_ID, ACCESS_KEY_SECRET, ACCOUNT_ID, Emulator, running_emulator
from support.forward_proxy import ForwardProxy, own_address, running

VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")

Ask = Callable[[str, str], object]


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch):
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture(scope="module")
def agentrun() -> Iterator[tuple[str, str]]:
    """An emulator's URL, and the id of a runtime in it."""
    with running_emulator() as (server, emulator):
        yield server.url, _runtime(emulator)


def _runtime(emulator: Emulator) -> str:
    emulator.add_runtime("support-bot", versions=1)
    return str(emulator.runtimes()[0]["agentRuntimeId"])


async def asked_by_both(address: str, runtime_id: str) -> list[str | None]:
    """The runtime's id, as the sync client, the async one, and the operator's have it."""
    caller = {"access_key_id": ACCESS_KEY_ID, "access_key_secret": ACCESS_KEY_SECRET, "account_id": ACCOUNT_ID}
    config, found = a_config(control_endpoint=address, **caller), []
    with Client(config, retry=NO_RETRY) as sync:
        found.append(sync.run(get_runtime(runtime_id)).agent_runtime_id)
    for connections in (4, None):
        async with AsyncClient(config, retry=NO_RETRY, connections=connections) as client:
            found.append((await client.run(get_runtime(runtime_id))).agent_runtime_id)
    return found


async def test_a_name_is_asked_through_the_proxy_with_its_password(
    agentrun: tuple[str, str], monkeypatch: pytest.MonkeyPatch
):
    url, runtime_id = agentrun
    with running(ForwardProxy(url, user="me:s3cr:t")) as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://me:s3cr%3At@{proxy.address}")
        monkeypatch.setenv("NO_PROXY", "10.0.0.0/8")
        assert await asked_by_both("http://agentrun.test", runtime_id) == [runtime_id] * 3
        assert len(proxy.asked) == 3


async def test_a_network_in_no_proxy_is_asked_past_the_proxy(
    agentrun: tuple[str, str], monkeypatch: pytest.MonkeyPatch
):
    url, runtime_id = agentrun
    with (
        running(ForwardProxy(url)) as proxy,
        running(ForwardProxy(url, own_address(), transparent=True)) as elsewhere,
    ):
        monkeypatch.setenv("HTTP_PROXY", f"http://{proxy.address}")
        monkeypatch.setenv("NO_PROXY", f"{own_address()}/24")
        assert await asked_by_both(f"http://{elsewhere.address}", runtime_id) == [runtime_id] * 3
        assert proxy.asked == []


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_an_error_names_the_proxy_and_never_its_password(scheme: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(f"{scheme.upper()}_PROXY", "http://me:s3cret@127.0.0.1:9")
    for connections in (4, None):
        async with AsyncClient(
            a_config(control_endpoint=f"{scheme}://agentrun.test"), retry=NO_RETRY, connections=connections
        ) as client:
            with pytest.raises(NoAnswerError) as caught:
                await client.run(get_runtime("r1"))
        assert f"through the proxy http://127.0.0.1:9 ({scheme.upper()}_PROXY)" in str(caught.value)
        assert "s3cret" not in f"{caught.value!r}{caught.value}"


async def test_a_proxy_that_refuses_is_named(agentrun: tuple[str, str], monkeypatch: pytest.MonkeyPatch):
    with running(ForwardProxy(agentrun[0], user="me:other")) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://me:s3cret@{proxy.address}")
        with (
            Client(a_config(control_endpoint="https://agentrun.test"), retry=NO_RETRY) as client,
            pytest.raises(
                NoAnswerError, match=rf"407.*through the proxy http://{proxy.address} \(HTTPS_PROXY\)"
            ) as caught,
        ):
            client.run(get_runtime("r1"))
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("kind", [Client, AsyncClient])
@pytest.mark.parametrize("name", ["HTTPS_PROXY", "ALL_PROXY"])
def test_a_socks_proxy_is_told_when_the_client_is_made(
    name: str, kind: type[Client | AsyncClient], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(name, "socks5://me:s3cret@127.0.0.1:9")
    with pytest.raises(ConfigError, match=rf"socks5://127.0.0.1:9 \({name}\) speaks SOCKS"):
        kind(a_config(control_endpoint="https://agentrun.test"))


def test_a_transport_that_is_given_is_the_way(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    wire = httpx.MockTransport(
        lambda _: httpx.Response(200, json={"code": "SUCCESS", "data": {"agentRuntimeId": "r1"}})
    )
    with Client(a_config(control_endpoint="https://agentrun.test"), transport=wire) as client:
        assert client.run(get_runtime("r1")).agent_runtime_id == "r1"


async def test_a_chat_goes_the_same_ways(monkeypatch: pytest.MonkeyPatch):
    with running_emulator() as (server, emulator), running(ForwardProxy(server.url)) as proxy:
        runtime_id = _runtime(emulator)
        emulator.add_endpoint(runtime_id, "chat")
        endpoint = emulator.endpoint("chat") or {}
        caller = {"access_key_id": ACCESS_KEY_ID, "access_key_secret": ACCESS_KEY_SECRET, "account_id": ACCOUNT_ID}
        config = a_config(control_endpoint=server.url, data_endpoint="http://agentrun.test", **caller)
        found = AgentRuntimeEndpoint.get_by_id(runtime_id, endpoint["agentRuntimeEndpointId"], config)

        monkeypatch.setenv("HTTP_PROXY", f"http://{proxy.address}")
        found.invoke_openai([{"role": "user", "content": "Hello"}], stream=False)
        await found.invoke_openai_async([{"role": "user", "content": "Hello"}], stream=False)
        assert len(proxy.asked) == 2
        monkeypatch.setenv("NO_PROXY", ".test")
        with pytest.raises(openai.APIConnectionError):  # nobody is there under this name
            found.invoke_openai([{"role": "user", "content": "Hello"}], stream=False)
        assert len(proxy.asked) == 2

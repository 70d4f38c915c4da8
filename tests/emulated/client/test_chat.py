"""Calling an endpoint as an OpenAI-compatible chat, sync and async, whole and in chunks."""

import asyncio
import json
import traceback
from typing import Any

import openai
import pytest
from openai.types.chat import ChatCompletion, ChatCompletionChunk, ChatCompletionMessageParam

from agentrun_operator.agentrun import (
    AgentRuntimeDataAPI,
    AgentRuntimeEndpoint,
    Config,
    ConfigError,
    ResourceNotExistError,
)
from support.agentrun import a_config
from support.agentrun_wire import Wire, recording
from support.emulator import ACCESS_KEY_ID, ACCESS_KEY_SECRET, ACCOUNT_ID, TOKEN

HELLO: list[ChatCompletionMessageParam] = [{"role": "user", "content": "Hello"}]
WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}


@pytest.fixture
def endpoint(emulator, runtime_id, config) -> AgentRuntimeEndpoint:
    endpoint_id = emulator.add_endpoint(runtime_id, "chat", targetVersion="3")
    emulator.forget_requests()
    return AgentRuntimeEndpoint(agent_runtime_id=runtime_id, agent_runtime_endpoint_id=endpoint_id, config=config)


def config_with(server, **settings: Any) -> Config:
    key = {"access_key_id": ACCESS_KEY_ID, "access_key_secret": ACCESS_KEY_SECRET, "account_id": ACCOUNT_ID}
    return a_config(**{**key, "control_endpoint": server.url, "data_endpoint": server.url, **settings})


@pytest.fixture
def impatient(server, endpoint: AgentRuntimeEndpoint) -> AgentRuntimeEndpoint:
    """The endpoint, for a caller that does not wait long."""
    endpoint.config = config_with(server, read_timeout=0.5)
    return endpoint


def read(endpoint: AgentRuntimeEndpoint, **options: Any) -> list[ChatCompletionChunk]:
    return list(endpoint.invoke_openai(HELLO, stream=True, **options))


def read_async(endpoint: AgentRuntimeEndpoint, **options: Any) -> list[ChatCompletionChunk]:
    async def main() -> list[ChatCompletionChunk]:
        stream = await endpoint.invoke_openai_async(HELLO, stream=True, **options)
        return [chunk async for chunk in stream]

    return asyncio.run(main())


@pytest.fixture(params=[read, read_async], ids=["sync", "async"])
def chunks_of(request):
    """Reads a stream to its end, either way."""
    return request.param


def test_an_endpoint_answers(way, endpoint):
    completion = way(endpoint, "invoke_openai", HELLO)
    assert isinstance(completion, ChatCompletion)
    assert completion.choices[0].message.content == "support-bot/chat (version 3) heard: Hello"
    assert completion.model == "support-bot"
    assert completion.usage
    assert completion.usage.total_tokens > 0


def test_an_answer_may_come_in_chunks(chunks_of, endpoint):
    chunks = chunks_of(endpoint)
    words = [choice.delta.content or "" for chunk in chunks for choice in chunk.choices]
    assert "".join(words) == "support-bot/chat (version 3) heard: Hello"
    assert len([word for word in words if word]) > 1


def test_chunks_may_tell_the_usage(chunks_of, endpoint):
    chunks = chunks_of(endpoint, stream_options={"include_usage": True})
    assert chunks[-1].usage
    assert chunks[-1].usage.total_tokens > 0


def test_streaming_is_the_second_argument(endpoint):
    with endpoint.invoke_openai(HELLO, True) as stream:  # noqa: FBT003 - that is what is tested
        assert isinstance(stream, openai.Stream)


def test_a_stream_may_be_left_early(endpoint):
    with endpoint.invoke_openai(HELLO, stream=True) as stream:
        assert isinstance(next(stream), ChatCompletionChunk)


def test_tools_are_passed_on_and_called(way, endpoint):
    completion = way(endpoint, "invoke_openai", HELLO, tools=[WEATHER], temperature=0.2)
    (call,) = completion.choices[0].message.tool_calls
    assert (call.function.name, call.function.arguments) == ("weather", '{"city": "Hello"}')


def recorded(wire: Wire) -> Wire:
    """The same, answering as a chat does."""
    message = {"role": "assistant", "content": "Hm."}
    choices = [{"index": 0, "finish_reason": "stop", "message": message}]
    wire.answer = json.dumps(
        {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": choices}
    ).encode()
    return wire


def test_what_a_call_adds_is_sent(way, server, endpoint):
    with recording() as wire:
        recorded(wire)
        way(
            endpoint,
            "invoke_openai",
            HELLO,
            config=config_with(server, data_endpoint=wire.url),
            model="another",
            extra_headers={"x-agentrun-session-id": "made-up-session"},
            extra_body={"language": "de"},
            extra_query={"trace": "1"},
        )
        sent = wire.take()
    assert sent.headers["x-agentrun-session-id"] == "made-up-session"
    assert "agentrun-authorization" in sent.headers
    assert (sent.body["model"], sent.body["language"]) == ("another", "de")
    assert sent.query == {"trace": "1"}


@pytest.mark.parametrize("name", ["Authorization", "authorization"])
def test_an_endpoint_that_asks_for_a_key_gets_it(way, server, endpoint, name):
    with recording() as wire:
        config = config_with(server, data_endpoint=recorded(wire).url)
        way(endpoint, "invoke_openai", HELLO, config=config, extra_headers={name: "Bearer made-up"})
        sent = wire.take()
    assert sent.headers["authorization"] == "Bearer made-up"
    assert "agentrun-authorization" in sent.headers


def test_a_call_may_have_a_time_of_its_own(way, emulator, endpoint):
    emulator.fault("InvokeOpenAI", hang=30)
    with pytest.raises(openai.APITimeoutError):
        way(endpoint, "invoke_openai", HELLO, timeout=0.2)


def test_an_argument_that_nobody_knows_is_refused(way, endpoint):
    with pytest.raises(TypeError, match="temprature"):
        way(endpoint, "invoke_openai", HELLO, temprature=1)


def test_headers_of_the_call_join_the_key_of_the_object(way, endpoint):
    assert way(endpoint, "invoke_openai", HELLO, config=Config(headers={"x-agentrun-session-id": "made-up"})).choices


def test_by_its_names_an_endpoint_is_called_and_nothing_else(way, emulator, endpoint):
    api = AgentRuntimeDataAPI("support-bot", "chat", endpoint.config)
    completion = way(api, "invoke_openai", HELLO)
    assert completion.choices[0].message.content == "support-bot/chat (version 3) heard: Hello"
    assert emulator.counts() == {"InvokeOpenAI": 1}


@pytest.mark.parametrize("names", [("",), (None,), ("support-bot", ""), ("support-bot", 5)], ids=str)
def test_what_is_no_name_is_told(names):
    with pytest.raises(ValueError, match="is no name of a runtime or an endpoint"):
        AgentRuntimeDataAPI(*names)


def test_names_are_asked_for_once(way, emulator, endpoint):
    for _ in range(3):
        way(endpoint, "invoke_openai", HELLO)
    assert emulator.counts() == {"GetAgentRuntimeEndpoint": 1, "GetAgentRuntime": 1, "InvokeOpenAI": 3}


def test_a_token_replaces_the_signature(way, server, endpoint):
    config = config_with(server, token=TOKEN)
    assert way(endpoint, "invoke_openai", HELLO, config=config).choices


def test_temporary_credentials_are_accepted(way, emulator, server):
    emulator.add_account("sts-ak", "sts-sk", "2000000000000002", security_token="sts-token")
    runtime_id = emulator.add_runtime("other", account_id="2000000000000002")
    endpoint_id = emulator.add_endpoint(runtime_id, "chat")
    config = config_with(server, access_key_id="sts-ak", access_key_secret="sts-sk", security_token="sts-token")
    endpoint = AgentRuntimeEndpoint.get_by_id(runtime_id, endpoint_id, config)
    assert way(endpoint, "invoke_openai", HELLO).choices


def test_openais_own_variables_are_not_sent(way, monkeypatch, server, endpoint):
    way(endpoint, "invoke_openai", HELLO)
    for name in ("OPENAI_API_KEY", "OPENAI_ADMIN_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
        monkeypatch.setenv(name, "meant-for-openai")
    with recording() as wire:
        wire.answer = json.dumps(
            {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": []}
        ).encode()
        way(endpoint, "invoke_openai", HELLO, config=config_with(server, data_endpoint=wire.url))
        headers = wire.take().headers
    assert not {"authorization", "openai-organization", "openai-project"} & headers.keys()
    assert "meant-for-openai" not in headers.values()
    assert headers["connection"] == "close"


@pytest.mark.parametrize("settings", [{"access_key_secret": "wr0ng-secret"}, {"token": "wr0ng-token"}], ids=str)
def test_a_wrong_key_is_openais_error_and_shows_no_secret(way, server, runtime_id, endpoint, settings):
    way(endpoint, "invoke_openai", HELLO)
    with pytest.raises(openai.APIStatusError) as caught:
        way(endpoint, "invoke_openai", HELLO, config=config_with(server, **settings))
    assert caught.value.status_code in {401, 403}
    shown = "".join(traceback.format_exception(caught.value))
    assert not [secret for secret in settings.values() if secret in shown]


def test_an_endpoint_that_does_not_serve_is_openais_error(way, emulator, endpoint):
    emulator.patch_endpoint(endpoint.agent_runtime_endpoint_id, status="CREATING")
    with pytest.raises(openai.NotFoundError):
        way(endpoint, "invoke_openai", HELLO)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"status": 500}, openai.InternalServerError),
        ({"status": 429}, openai.RateLimitError),
        ({"answer": "html"}, openai.InternalServerError),
        ({"drop": "before"}, openai.APIConnectionError),
        ({"drop": "after"}, openai.APIConnectionError),
        ({"hang": 30}, openai.APITimeoutError),
    ],
    ids=str,
)
def test_trouble_is_openais_error_and_nothing_is_asked_twice(way, emulator, impatient, fault, error):
    emulator.fault("InvokeOpenAI", **fault)
    with pytest.raises(error):
        way(impatient, "invoke_openai", HELLO)
    assert emulator.counts()["InvokeOpenAI"] == 1


def test_a_runtime_that_is_not_there_is_found_before_the_call(way, emulator, endpoint):
    emulator.remove_runtime(endpoint.agent_runtime_id)
    with pytest.raises(ResourceNotExistError):
        way(endpoint, "invoke_openai", HELLO)
    assert "InvokeOpenAI" not in emulator.counts()


def test_without_an_account_the_address_is_unknown(way, server, endpoint):
    config = config_with(server, account_id="", data_endpoint="")
    with pytest.raises(ConfigError, match="AGENTRUN_ACCOUNT_ID"):
        way(endpoint, "invoke_openai", HELLO, config=config)


async def test_the_sync_call_works_inside_a_running_loop(endpoint):
    assert endpoint.invoke_openai(HELLO).choices

"""The `openai` package talks to an endpoint's data plane."""

from collections.abc import Iterator

import openai
import pytest
from openai.types.chat import ChatCompletionMessageParam, ChatCompletionToolParam

from agentrun_operator.emulator import EmulatorServer
from support.emulator import TOKEN, Emulator

HELLO: list[ChatCompletionMessageParam] = [{"role": "user", "content": "Hello"}]
CLOCK: ChatCompletionToolParam = {
    "type": "function",
    "function": {"name": "clock", "parameters": {"properties": {"city": {"type": "string"}}, "required": ["city"]}},
}


@pytest.fixture
def chat(server: EmulatorServer, emulator: Emulator, runtime_id: str) -> Iterator[openai.OpenAI]:
    emulator.add_endpoint(runtime_id, "chat", targetVersion="3")
    base = f"{server.url}/agent-runtimes/support-bot/endpoints/chat/invocations/openai/v1"
    with openai.OpenAI(base_url=base, api_key=TOKEN, max_retries=0) as client:
        yield client


def test_it_gets_a_completion(chat: openai.OpenAI, emulator: Emulator):
    completion = chat.chat.completions.create(model="support-bot", messages=HELLO)
    assert completion.choices[0].message.content == "support-bot/chat (version 3) heard: Hello"
    assert completion.usage is not None
    assert completion.usage.total_tokens == 6
    assert emulator.counts() == {"InvokeOpenAI": 1}


def test_it_gets_a_stream(chat: openai.OpenAI):
    stream = chat.chat.completions.create(
        model="support-bot", messages=HELLO, stream=True, stream_options={"include_usage": True}
    )
    chunks = list(stream)
    said = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert said == "support-bot/chat (version 3) heard: Hello"
    assert chunks[-1].usage is not None


def test_it_is_asked_to_call_a_tool(chat: openai.OpenAI):
    completion = chat.chat.completions.create(model="support-bot", messages=HELLO, tools=[CLOCK])
    (call,) = completion.choices[0].message.tool_calls or []
    assert call.type == "function"
    assert (call.function.name, call.function.arguments) == ("clock", '{"city": "Hello"}')


def test_it_is_told_that_an_endpoint_is_not_ready(chat: openai.OpenAI, emulator: Emulator):
    (endpoint,) = emulator.endpoints()
    emulator.patch_endpoint(endpoint["agentRuntimeEndpointId"], status="CREATING")
    with pytest.raises(openai.NotFoundError, match="in CREATING status"):
        chat.chat.completions.create(model="support-bot", messages=HELLO)


def test_it_is_refused_with_another_token(chat: openai.OpenAI):
    with pytest.raises(openai.AuthenticationError):
        chat.with_options(api_key="other").chat.completions.create(model="support-bot", messages=HELLO)


def test_it_sees_faults_in_its_own_words(chat: openai.OpenAI, emulator: Emulator):
    emulator.fault("InvokeOpenAI", status=429, times=1)
    with pytest.raises(openai.RateLimitError, match="injected by the emulator"):
        chat.chat.completions.create(model="support-bot", messages=HELLO)
    emulator.fault("InvokeOpenAI", drop="after", times=1)
    with pytest.raises(openai.APIConnectionError):
        chat.chat.completions.create(model="support-bot", messages=HELLO)


def test_a_stream_may_be_cut(chat: openai.OpenAI, emulator: Emulator):
    emulator.fault("InvokeOpenAI", drop="midway")
    stream = chat.chat.completions.create(model="support-bot", messages=HELLO, stream=True)
    with pytest.raises(openai.APIConnectionError):
        list(stream)

import json
from typing import Any

import pytest

from agentrun_operator.emulator.actions.chat import Metadata, chunks, completion, read_request
from agentrun_operator.emulator.answers import ApiError, Responder
from agentrun_operator.emulator.faults.manners import Manner

METADATA = Metadata("id", 1_795_339_135, Responder("runtime", "support-bot", "chat", "3"))
HELLO = {"role": "user", "content": "Hello, model"}
WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "parameters": {
            "properties": {"city": {"type": "string"}, "days": {"type": "integer"}, "unit": {"type": "string"}},
            "required": ["city", "days"],
        },
    },
}
CLOCK = {"type": "function", "function": {"name": "clock"}}


def asked(*messages: dict[str, Any], **parameters: Any) -> dict[str, Any]:
    return {"model": "support-bot", "messages": list(messages or (HELLO,)), **parameters}


def answered(**parameters: Any) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(completion(read_request(asked(**parameters)), METADATA))
    return answer


def streamed(**parameters: Any) -> list[dict[str, Any]]:
    events = chunks(read_request(asked(stream=True, **parameters)), METADATA)
    assert events[-1] == b"data: [DONE]\n\n"
    assert all(event.startswith(b"data: ") and event.endswith(b"\n\n") for event in events)
    return [json.loads(event.removeprefix(b"data: ")) for event in events[:-1]]


def test_the_answer_says_who_heard_what():
    assert answered() == {
        "id": "chatcmpl-id",
        "object": "chat.completion",
        "created": 1_795_339_135,
        "model": "support-bot",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "support-bot/chat (version 3) heard: Hello, model"},
                "finish_reason": "stop",
                "logprobs": None,
            }
        ],
        "usage": {"prompt_tokens": 2, "completion_tokens": 6, "total_tokens": 8},
    }


def test_the_chunks_make_up_the_whole_answer():
    events = streamed()
    deltas = [event["choices"][0]["delta"] for event in events]
    whole = answered()["choices"][0]["message"]
    assert deltas[0] == {"role": "assistant", "content": ""}
    assert "".join(delta.get("content", "") for delta in deltas) == whole["content"]
    assert [event["choices"][0]["finish_reason"] for event in events] == [None] * (len(events) - 1) + ["stop"]
    assert {event["object"] for event in events} == {"chat.completion.chunk"}


def test_usage_is_streamed_when_it_is_asked_for():
    *_, last = streamed(stream_options={"include_usage": True})
    assert (last["choices"], last["usage"]) == ([], answered()["usage"])
    assert all("usage" not in event for event in streamed())


def test_a_tool_is_called_with_what_it_requires():
    choice = answered(tools=[WEATHER, CLOCK])["choices"][0]
    (call,) = choice["message"]["tool_calls"]
    assert (choice["finish_reason"], choice["message"]["content"]) == ("tool_calls", None)
    assert (call["type"], call["function"]["name"]) == ("function", "weather")
    assert json.loads(call["function"]["arguments"]) == {"city": "Hello, model", "days": 1}


def test_the_tool_that_must_be_called_is_called():
    choice = {"type": "function", "function": {"name": "clock"}}
    (call,) = answered(tools=[WEATHER, CLOCK], tool_choice=choice)["choices"][0]["message"]["tool_calls"]
    assert (call["function"]["name"], call["function"]["arguments"]) == ("clock", "{}")


@pytest.mark.parametrize(
    "parameters",
    [
        pytest.param({}, id="no tools"),
        pytest.param({"tools": []}, id="an empty list"),
        pytest.param({"tools": [WEATHER], "tool_choice": "none"}, id="no tool may be called"),
    ],
)
def test_without_a_tool_to_call_the_model_talks(parameters: dict[str, Any]):
    assert "tool_calls" not in answered(**parameters)["choices"][0]["message"]


def test_a_tools_result_is_repeated():
    body = asked(HELLO, {"role": "tool", "tool_call_id": "call_id", "content": "rain"}, tools=[WEATHER])
    message = json.loads(completion(read_request(body), METADATA))["choices"][0]["message"]
    assert message["content"].endswith("heard: rain")


def test_a_tool_call_is_streamed_in_pieces():
    events = streamed(tools=[WEATHER])
    calls = [call for event in events for call in event["choices"][0]["delta"].get("tool_calls", [])]
    arguments = "".join(call["function"]["arguments"] for call in calls)
    assert calls[0]["function"]["name"] == "weather"
    assert json.loads(arguments) == {"city": "Hello, model", "days": 1}
    assert events[-1]["choices"][0]["finish_reason"] == "tool_calls"


def test_content_may_come_in_parts():
    parts = [{"type": "text", "text": "one"}, {"type": "text", "text": "two"}]
    request = read_request(asked({"role": "user", "content": parts}))
    assert json.loads(completion(request, METADATA))["choices"][0]["message"]["content"].endswith("heard: one two")


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        pytest.param([], "must be an object", id="a list"),
        pytest.param({}, "messages is required", id="no messages"),
        pytest.param({"messages": []}, "messages must hold at least one", id="an empty list"),
        pytest.param({"messages": ["hi"]}, r"messages\[0\] must be an object", id="a bare string"),
        pytest.param({"messages": [{"content": "hi"}]}, r"messages\[0\].role is required", id="no role"),
        pytest.param(asked(tools=["weather"]), r"tools\[0\] must be an object", id="a tool by name"),
        pytest.param(
            asked(tools=[{"type": "function"}]), r"tools\[0\].function is required", id="a tool without a function"
        ),
        pytest.param(asked(tools=[{"function": {}}]), r"tools\[0\].function.name is required", id="a nameless tool"),
        pytest.param(asked(tools="all"), "tools must be a list", id="no list of tools"),
        pytest.param(
            asked(tools=[WEATHER], tool_choice={"function": "clock"}),
            "tool_choice.function must be",
            id="a choice by name",
        ),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(body: object, complaint: str):
    with pytest.raises(ApiError, match=complaint) as refused:
        read_request(body)
    assert refused.value.status == 400


@pytest.mark.parametrize(
    ("manner", "parameters", "content", "called"),
    [
        pytest.param({}, {}, "support-bot/chat (version 3) heard: Hello, model", [], id="as usual"),
        pytest.param({"text": "30 days"}, {}, "30 days", [], id="a text"),
        pytest.param({"text": ""}, {}, "", [], id="nothing"),
        pytest.param({"text": "\x1b[31mred\x1b[0m"}, {}, "\x1b[31mred\x1b[0m", [], id="escapes of a terminal"),
        pytest.param({"text": "30 days"}, {"tools": [CLOCK]}, "30 days", [], id="a text instead of a tool"),
        pytest.param({"toolCalls": ["lookup"]}, {}, None, ["lookup"], id="a tool that nobody offered"),
        pytest.param({"toolCalls": ["a", "b"]}, {"tools": [CLOCK]}, None, ["a", "b"], id="several tools"),
        pytest.param({"toolCalls": ["a"], "text": "wait"}, {}, "wait", ["a"], id="a tool and a text"),
        pytest.param(
            {"toolCalls": []},
            {"tools": [CLOCK]},
            "support-bot/chat (version 3) heard: Hello, model",
            [],
            id="no tool in spite of an offer",
        ),
    ],
)
def test_a_manner_has_it_say_and_call_something_else(
    manner: dict[str, Any], parameters: dict[str, Any], content: str | None, called: list[str]
):
    request = read_request(asked(**parameters))
    choice = json.loads(completion(request, METADATA, Manner.read(manner)))["choices"][0]
    calls = choice["message"].get("tool_calls", [])
    assert (choice["message"]["content"], [call["function"]["name"] for call in calls]) == (content, called)
    assert len({call["id"] for call in calls}) == len(calls)
    assert choice["finish_reason"] == ("tool_calls" if called else "stop")
    streamed_text = "".join(
        json.loads(event.removeprefix(b"data: "))["choices"][0]["delta"].get("content") or ""
        for event in chunks(request, METADATA, Manner.read(manner))[:-1]
    )
    assert streamed_text == (content or "")


def test_a_tool_that_is_called_gets_what_it_requires():
    request = read_request(asked(tools=[CLOCK, WEATHER]))
    answer = json.loads(completion(request, METADATA, Manner(tool_calls=("weather",))))
    (call,) = answer["choices"][0]["message"]["tool_calls"]
    assert json.loads(call["function"]["arguments"]) == {"city": "Hello, model", "days": 1}


def test_a_manner_tells_other_tokens_or_none():
    request = read_request(asked(stream_options={"include_usage": True}))
    dear = json.loads(completion(request, METADATA, Manner(completion_tokens=4000)))
    assert dear["usage"] == {"prompt_tokens": 2, "completion_tokens": 4000, "total_tokens": 4002}
    assert "usage" not in json.loads(completion(request, METADATA, Manner(usage=False)))
    assert not any(b'"usage"' in event for event in chunks(request, METADATA, Manner(usage=False)))


def test_the_users_last_message_is_known_behind_a_tools_result():
    body = asked(
        HELLO, {"role": "assistant", "content": None}, {"role": "tool", "tool_call_id": "1", "content": "rain"}
    )
    assert read_request(body).said == "Hello, model"
    assert read_request(asked({"role": "system", "content": "Be brief"})).said == ""

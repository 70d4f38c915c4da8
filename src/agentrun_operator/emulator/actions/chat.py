"""A chat completion in OpenAI's shape, whole or in chunks. Pure: the same request gets the same answer.

The model echoes: it answers with the last message and with which runtime, endpoint and version got it. A request with
tools makes it call the first one, or the one that must be called; the result of a tool is echoed like any message. A
manner has it answer otherwise.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agentrun_operator.emulator.answers import ApiError, Responder, encode
from agentrun_operator.emulator.checks import InvalidError, anything, array, boolean, mapping, optional, record, string
from agentrun_operator.emulator.faults.manners import USUAL, Manner

Message = Mapping[str, Any]
Tool = Mapping[str, Any]

_SAMPLES: Mapping[str, Any] = {"integer": 1, "number": 1.0, "boolean": True, "array": [], "object": {}}
"""Arguments for a tool's parameters, by type; a string gets the last message's text."""

_FUNCTION = record(
    {
        "name": string(),
        "parameters": optional(
            record({"properties": mapping(mapping(anything)), "required": array(string())}, others=True)
        ),
    },
    required=("name",),
    others=True,
)
_TOOL = record({"function": _FUNCTION}, required=("function",), others=True)


def _choice(path: str, value: object) -> object:
    """Check `tool_choice`: a word, or a tool of which the name counts."""
    return value if value is None or isinstance(value, str) else _TOOL(path, value)


_REQUEST = record(
    {
        "messages": array(record({"role": string()}, required=("role",), others=True)),
        "model": string(),
        "stream": optional(boolean),
        "stream_options": optional(record({"include_usage": optional(boolean)}, others=True)),
        "tools": optional(array(_TOOL)),
        "tool_choice": _choice,
    },
    required=("messages",),
    others=True,
)


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """What the emulated model needs of a request: of the tools `offered`, by name, `tool` is the one to call."""

    messages: Sequence[Message]
    model: str
    stream: bool
    include_usage: bool
    offered: Mapping[str, Tool]
    tool: Tool | None

    @property
    def said(self) -> str:
        """The last message of the user, which may be followed by tools' results; empty where there is none."""
        return next((_text(message) for message in reversed(self.messages) if message["role"] == "user"), "")


@dataclass(frozen=True, slots=True)
class Metadata:
    """What an answer says besides its message.

    Attributes:
        completion_id: the answer's id.
        created: seconds since the epoch.
        responder: the runtime, the endpoint and the version that answer.
    """

    completion_id: str
    created: int
    responder: Responder


def read_request(body: object) -> ChatRequest:
    """The chat request in a body's JSON; parameters of OpenAI's API that change nothing here are ignored.

    Raises:
        ApiError: there are no messages, or a parameter has the wrong type.
    """
    try:
        given: dict[str, Any] = _REQUEST("", body)
    except InvalidError as error:
        raise _bad(str(error)) from None
    if not given["messages"]:
        raise _bad("messages must hold at least one message")
    return ChatRequest(
        messages=given["messages"],
        model=given.get("model", ""),
        stream=bool(given.get("stream")),
        include_usage=bool((given.get("stream_options") or {}).get("include_usage")),
        offered=_offered(given),
        tool=_tool(given),
    )


def completion(request: ChatRequest, metadata: Metadata, manner: Manner = USUAL) -> bytes:
    """The answer in one piece."""
    message = _reply(request, metadata, manner)
    choice = {"index": 0, "message": message, "finish_reason": _finish(message), "logprobs": None}
    head = _head(request, metadata, "chat.completion")
    usage = {"usage": _usage(request, message, manner)} if manner.usage else {}
    return encode({**head, "choices": [choice], **usage})


def chunks(request: ChatRequest, metadata: Metadata, manner: Manner = USUAL) -> list[bytes]:
    """The answer as server-sent events."""
    message = _reply(request, metadata, manner)
    head = _head(request, metadata, "chat.completion.chunk")
    events = [
        {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}
        for delta, finish in [*((delta, None) for delta in _deltas(message)), ({}, _finish(message))]
    ]
    if request.include_usage and manner.usage:
        events.append({**head, "choices": [], "usage": _usage(request, message, manner)})
    return [b"data: %b\n\n" % encode(event) for event in events] + [b"data: [DONE]\n\n"]


def _tool(given: Mapping[str, Any]) -> Tool | None:
    """The function to call; none if the last message is a tool's result already."""
    choice = given.get("tool_choice")
    if choice == "none" or given["messages"][-1]["role"] == "tool":
        return None
    wanted = choice["function"]["name"] if isinstance(choice, dict) else None
    return next((function for name, function in _offered(given).items() if wanted in (None, name)), None)


def _offered(given: Mapping[str, Any]) -> Mapping[str, Tool]:
    return {tool["function"]["name"]: tool["function"] for tool in given.get("tools") or []}


def _reply(request: ChatRequest, metadata: Metadata, manner: Manner) -> dict[str, Any]:
    """The message: the text, and the calls of tools if there are any."""
    said = _text(request.messages[-1])
    called = _called(request, manner)
    text = manner.text if manner.text is not None or called else f"{metadata.responder} heard: {said}"
    message = {"role": "assistant", "content": text}
    calls = [
        {
            "id": f"call_{metadata.completion_id}" + (f"_{number}" if number else ""),
            "type": "function",
            "function": {"name": tool["name"], "arguments": json.dumps(_arguments(tool, said))},
        }
        for number, tool in enumerate(called)
    ]
    return {**message, "tool_calls": calls} if calls else message


def _called(request: ChatRequest, manner: Manner) -> list[Tool]:
    if manner.tool_calls is not None:
        return [request.offered.get(name, {"name": name}) for name in manner.tool_calls]
    return [request.tool] if request.tool is not None and manner.text is None else []


def _arguments(tool: Tool, said: str) -> dict[str, Any]:
    schema = tool.get("parameters") or {}
    properties = schema.get("properties") or {}
    return {
        name: _SAMPLES.get(str(properties.get(name, {}).get("type")), said)
        for name in schema.get("required") or []
    }  # fmt: skip


def _deltas(message: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The message bit by bit: its text by words, then the calls of tools, each opened and then given its arguments."""
    calls = message.get("tool_calls", [])
    yield {"role": "assistant", "content": "" if message["content"] is not None else None}
    for word in _words(message["content"]) if message["content"] is not None else ():
        yield {"content": word}
    for index, call in enumerate(calls):
        function = call["function"]
        yield {"tool_calls": [{**call, "index": index, "function": {"name": function["name"], "arguments": ""}}]}
        yield {"tool_calls": [{"index": index, "function": {"arguments": function["arguments"]}}]}


def _words(content: str) -> list[str]:
    """The words of the content, each with the space before it."""
    first, *rest = content.split(" ")
    return [first, *(f" {word}" for word in rest)]


def _head(request: ChatRequest, metadata: Metadata, kind: str) -> dict[str, Any]:
    return {
        "id": f"chatcmpl-{metadata.completion_id}",
        "object": kind,
        "created": metadata.created,
        "model": request.model,
    }


def _finish(message: Mapping[str, Any]) -> str:
    return "tool_calls" if "tool_calls" in message else "stop"


def _usage(request: ChatRequest, message: Mapping[str, Any], manner: Manner) -> dict[str, int]:
    """The usage, with words counted as tokens."""
    asked = sum(len(_text(message).split()) for message in request.messages)
    answered = len((message["content"] or json.dumps(message.get("tool_calls"))).split())
    if manner.completion_tokens is not None:
        answered = manner.completion_tokens
    return {"prompt_tokens": asked, "completion_tokens": answered, "total_tokens": asked + answered}


def _text(message: Message) -> str:
    content = message.get("content")
    if isinstance(content, list):
        return " ".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""


def _bad(message: str) -> ApiError:
    return ApiError(400, "invalid_value", message)

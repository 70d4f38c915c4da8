"""A chat completion in OpenAI's shape, whole or in chunks. Pure: the same question gets the same answer.

The model is a parrot. It says which runtime, endpoint and version heard what; asked with tools, it calls the first one,
or the one that must be called; told a tool's result, it repeats that.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agentrun_operator.emulator.answers import ApiError, encode
from agentrun_operator.emulator.checks import InvalidError, anything, flag, many, mapping, optional, record, text

Message = Mapping[str, Any]
Tool = Mapping[str, Any]

_SAMPLES: Mapping[str, Any] = {"integer": 1, "number": 1.0, "boolean": True, "array": [], "object": {}}
"""Arguments for a tool's parameters, by type; a string is what the user said."""


_FUNCTION = record(
    {
        "name": text(),
        "parameters": optional(
            record({"properties": mapping(mapping(anything)), "required": many(text())}, others=True)
        ),
    },
    required=("name",),
    others=True,
)
_TOOL = record({"function": _FUNCTION}, required=("function",), others=True)


def _choice(path: str, value: object) -> object:
    """A word, or a function by its name."""
    return value if value is None or isinstance(value, str) else _TOOL(path, value)


_QUESTION = record(
    {
        "messages": many(record({"role": text()}, required=("role",), others=True)),
        "model": text(),
        "stream": optional(flag),
        "stream_options": optional(record({"include_usage": optional(flag)}, others=True)),
        "tools": optional(many(_TOOL)),
        "tool_choice": _choice,
    },
    required=("messages",),
    others=True,
)


@dataclass(frozen=True, slots=True)
class Question:
    """What a request asks for."""

    messages: Sequence[Message]
    model: str
    stream: bool
    include_usage: bool
    tool: Tool | None


@dataclass(frozen=True, slots=True)
class Origin:
    """What the completion says about itself.

    Attributes:
        completion_id: its id.
        created: seconds since the epoch.
        speaker: who speaks: runtime, endpoint and version.
    """

    completion_id: str
    created: int
    speaker: str


def read_question(body: object) -> Question:
    """The question in a request's JSON; parameters that a parrot has no use for are ignored.

    Raises:
        ApiError: there are no messages in it, or something else is not as it should be.
    """
    try:
        given: dict[str, Any] = _QUESTION("", body)
    except InvalidError as error:
        raise _bad(str(error)) from None
    if not given["messages"]:
        raise _bad("messages must hold at least one message")
    return Question(
        messages=given["messages"],
        model=given.get("model", ""),
        stream=bool(given.get("stream")),
        include_usage=bool((given.get("stream_options") or {}).get("include_usage")),
        tool=_tool(given),
    )


def completion(question: Question, origin: Origin) -> bytes:
    """The answer in one piece."""
    message = _reply(question, origin)
    choice = {"index": 0, "message": message, "finish_reason": _finish(message), "logprobs": None}
    head = _head(question, origin, "chat.completion")
    return encode({**head, "choices": [choice], "usage": _usage(question, message)})


def chunks(question: Question, origin: Origin) -> list[bytes]:
    """The answer as server-sent events."""
    message = _reply(question, origin)
    head = _head(question, origin, "chat.completion.chunk")
    events = [
        {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}
        for delta, finish in [*((delta, None) for delta in _deltas(message)), ({}, _finish(message))]
    ]
    if question.include_usage:
        events.append({**head, "choices": [], "usage": _usage(question, message)})
    return [b"data: %b\n\n" % encode(event) for event in events] + [b"data: [DONE]\n\n"]


def _tool(given: Mapping[str, Any]) -> Tool | None:
    """The tool to call, unless the last message is a tool's result already."""
    choice = given.get("tool_choice")
    if choice == "none" or given["messages"][-1]["role"] == "tool":
        return None
    wanted = choice["function"]["name"] if isinstance(choice, dict) else None
    functions = [tool["function"] for tool in given.get("tools") or []]
    return next((function for function in functions if wanted in (None, function["name"])), None)


def _reply(question: Question, origin: Origin) -> dict[str, Any]:
    said = _text(question.messages[-1])
    if question.tool is None:
        return {"role": "assistant", "content": f"{origin.speaker} heard: {said}"}
    arguments = json.dumps(_arguments(question.tool, said))
    call = {
        "id": f"call_{origin.completion_id}",
        "type": "function",
        "function": {"name": question.tool["name"], "arguments": arguments},
    }
    return {"role": "assistant", "content": None, "tool_calls": [call]}


def _arguments(tool: Tool, said: str) -> dict[str, Any]:
    schema = tool.get("parameters") or {}
    properties = schema.get("properties") or {}
    return {
        name: _SAMPLES.get(str(properties.get(name, {}).get("type")), said)
        for name in schema.get("required") or []
    }  # fmt: skip


def _deltas(message: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    if "tool_calls" in message:
        call = message["tool_calls"][0]
        function = call["function"]
        opened = {**call, "index": 0, "function": {"name": function["name"], "arguments": ""}}
        yield {"role": "assistant", "content": None, "tool_calls": [opened]}
        yield {"tool_calls": [{"index": 0, "function": {"arguments": function["arguments"]}}]}
        return
    yield {"role": "assistant", "content": ""}
    for word in _words(message["content"]):
        yield {"content": word}


def _words(content: str) -> list[str]:
    """The content in pieces that make it up again."""
    first, *rest = content.split(" ")
    return [first, *(f" {word}" for word in rest)]


def _head(question: Question, origin: Origin, kind: str) -> dict[str, Any]:
    return {
        "id": f"chatcmpl-{origin.completion_id}",
        "object": kind,
        "created": origin.created,
        "model": question.model,
    }


def _finish(message: Mapping[str, Any]) -> str:
    return "tool_calls" if "tool_calls" in message else "stop"


def _usage(question: Question, message: Mapping[str, Any]) -> dict[str, int]:
    """Words, which a parrot takes for tokens."""
    asked = sum(len(_text(message).split()) for message in question.messages)
    answered = len((message["content"] or json.dumps(message.get("tool_calls"))).split())
    return {"prompt_tokens": asked, "completion_tokens": answered, "total_tokens": asked + answered}


def _text(message: Message) -> str:
    content = message.get("content")
    if isinstance(content, list):
        return " ".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""


def _bad(message: str) -> ApiError:
    return ApiError(400, "invalid_value", message)

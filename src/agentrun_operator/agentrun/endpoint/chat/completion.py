"""Reads a chat completion in OpenAI's shape, whoever sent it: as far as it is one, and no error quotes it. Pure.

Whoever reads it has bounded its size; how deep it is nested and how long its numbers are is bounded here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

from pydantic_core import from_json

from agentrun_operator.agentrun.http.answer.second_reading import read_again

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import JsonValue

MOST_TOKENS = 10**9
"""A usage that tells more tells nothing."""

MOST_COUNTS = 16
"""Kinds of tokens that a usage tells of."""


class Said(NamedTuple):
    """What an agent said.

    Args:
        text: the text.
        tools: the names of the tools that it calls for.
        tokens: the tokens of the answer; None if it does not tell.
    """

    text: str
    tools: frozenset[str]
    tokens: int | None

    def __repr__(self) -> str:
        return "Said(…)"


def read_completion(body: bytes | bytearray) -> Said | None:
    """What was said; None if that is no chat completion."""
    document = _object(_parsed(body))
    choices = document.get("choices")
    message = _object(choices[0]).get("message") if isinstance(choices, list) and choices else None
    if not isinstance(message, dict):
        return None
    return Said(_text(message.get("content")), frozenset(_tools(message)), _tokens(_object(document.get("usage"))))


class Chunk(NamedTuple):
    """A piece of an answer that is told while it is made.

    Args:
        text: what was said since the last piece.
        usage: the tokens by kind, where this piece tells them.
        refusal: why there is no more, if the agent gave up.
    """

    text: str = ""
    usage: dict[str, int] | None = None
    refusal: str | None = None

    def __repr__(self) -> str:
        return "Chunk(…)"


def read_chunk(data: bytes | bytearray) -> Chunk | None:
    """What a piece, or an answer in one piece, says; None if it is neither."""
    document = _object(_parsed(data))
    if document.get("error") is not None:
        return Chunk(refusal=refusal_in(document))
    choices = document.get("choices")
    if not isinstance(choices, list):
        return None
    first = _object(choices[0]) if choices else {}
    said = _object(first.get("delta")) or _object(first.get("message"))
    return Chunk(_text(said.get("content")), _usage(_object(document.get("usage"))))


def read_refusal(body: bytes | bytearray) -> str:
    """What the service or the agent says of its own error; empty where it says nothing."""
    return refusal_in(_object(_parsed(body)))


def refusal_in(document: dict[str, JsonValue]) -> str:
    """The words of an error in OpenAI's shape, or in the service's own."""
    error = document.get("error")
    words = error if isinstance(error, str) else _object(error).get("message") or document.get("message")
    return words if isinstance(words, str) else ""


def _usage(usage: dict[str, JsonValue]) -> dict[str, int] | None:
    counts = {name: count for name, count in usage.items() if type(count) is int and 0 <= count <= MOST_TOKENS}
    return dict(list(counts.items())[:MOST_COUNTS]) or None


def _parsed(body: bytes | bytearray) -> JsonValue:
    try:
        return cast("JsonValue", from_json(body))
    except ValueError:
        pass
    try:
        return read_again(body)
    except ValueError:
        return None


def _object(value: JsonValue) -> dict[str, JsonValue]:
    return value if isinstance(value, dict) else {}


def _text(content: JsonValue) -> str:
    """A text, or the texts of its parts."""
    if isinstance(content, list):
        return "".join(_text(_object(part).get("text")) for part in content)
    return content if isinstance(content, str) else ""


def _tools(message: dict[str, JsonValue]) -> Iterator[str]:
    calls = message.get("tool_calls")
    for call in calls if isinstance(calls, list) else ():
        name = _object(_object(call).get("function")).get("name")
        if isinstance(name, str):
            yield name


def _tokens(usage: dict[str, JsonValue]) -> int | None:
    tokens = usage.get("completion_tokens")
    return tokens if type(tokens) is int and 0 <= tokens <= MOST_TOKENS else None

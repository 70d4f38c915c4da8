"""A chat completion, whoever sent it: what is read of it, and what is none."""

import json
from typing import Any

import pytest

from agentrun_operator.agentrun.endpoint.chat.completion import read_completion


def completion(message: Any, **more: Any) -> bytes:
    return json.dumps({"choices": [{"message": message}], **more}).encode()


def call(name: Any) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, "arguments": "{}"}}


@pytest.mark.parametrize(
    ("body", "text", "tools", "tokens"),
    [
        (completion({"content": "Hello"}, usage={"completion_tokens": 7}), "Hello", set(), 7),
        (completion({"content": None, "tool_calls": [call("a"), call("b"), call("a")]}), "", {"a", "b"}, None),
        (
            completion({"content": [{"type": "text", "text": "He"}, {"text": "llo"}, 1, {"text": 2}]}),
            "Hello",
            set(),
            None,
        ),
        (completion({}), "", set(), None),
        (completion({"content": 7, "tool_calls": {"a": 1}}, usage=[]), "", set(), None),
        (completion({"tool_calls": [None, {}, {"function": 1}, call(1), call(None)]}), "", set(), None),
        (completion({"content": "x"}, usage={"completion_tokens": -1}), "x", set(), None),
        (completion({"content": "x"}, usage={"completion_tokens": True}), "x", set(), None),
        (completion({"content": "x"}, usage={"completion_tokens": "7"}), "x", set(), None),
        (completion({"content": "x"}, usage={"completion_tokens": 10**400}), "x", set(), None),
        (b'{"choices":[{"message":{"content":"half \\ud800"}}]}', "half \ufffd", set(), None),
        (b'{"choices":[{"message":{"content":"x"},"deep":' + b"[" * 5000 + b"]" * 5000 + b"}]}", "x", set(), None),
        (b'{"choices":[{"message":{"content":"x"}}],"n":' + b"9" * 50_000 + b"}", "x", set(), None),
    ],
)
def test_what_was_said_is_read(body, text, tools, tokens):
    said = read_completion(body)
    assert said is not None
    assert tuple(said) == (text, frozenset(tools), tokens)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>It works!</html>",
        b"data: {}\n\n",
        b"[]",
        b"{}",
        b"null",
        b'{"choices":[]}',
        b'{"choices":{"message":{}}}',
        b'{"choices":[{"delta":{}}]}',
        b'{"choices":[{"message":"x"}]}',
        b'{"error":{"message":"x"}}',
        b"[" * 200_000,
        b'"' * 200_000,
        b"9" * 200_000,
        b"\xff\xfe\x00",
    ],
)
def test_what_is_no_completion_is_none(body):
    assert read_completion(body) is None


def test_what_was_said_shows_itself_to_nobody():
    said = read_completion(completion({"content": "the secret", "tool_calls": [call("secret_tool")]}))
    assert "secret" not in f"{said} {said!r}"

"""What the strict parser refuses, and one can tell what was meant."""

import json
import time

import pytest
from hypothesis import given
from pydantic_core import from_json

from agentrun_operator.agentrun.http.answer.second_reading import DEEPEST, MAX_QUOTES, read_again
from support.drawn_answers import VALUES


@pytest.mark.parametrize(
    ("body", "meant"),
    [
        pytest.param(b'\xef\xbb\xbf{"a":1}', {"a": 1}, id="a mark before it"),
        pytest.param('{"a":"ü"}'.encode("utf-16"), {"a": "ü"}, id="UTF-16"),
        pytest.param(b'{"a":"\\ud83d"}', {"a": "\ufffd"}, id="half an emoji"),
        pytest.param(b'{"a":"\\ude00\\ud83d"}', {"a": "\ufffd\ufffd"}, id="two halves the wrong way round"),
        pytest.param(b'{"a":"\\ud83d\\ude00"}', {"a": "\U0001f600"}, id="both halves"),
        pytest.param(b'{"a":"\\\\ud83d"}', {"a": "\\ud83d"}, id="what only looks like one"),
        pytest.param(b'{"\\ud83d":1}', {"\ufffd": 1}, id="half an emoji in a name"),
        pytest.param(b'{"a":"\xff"}', {"a": "\ufffd"}, id="no UTF-8"),
        pytest.param(b'{"a":"\xed\xa0\xbd"}', {"a": "\ufffd" * 3}, id="half an emoji as bytes"),
        pytest.param(b'{"a":"x\ny"}', {"a": "x\ny"}, id="a line that ends inside of a text"),
        pytest.param(b'{"a":%b}' % (b"9" * 5000), {"a": float("inf")}, id="a number without end"),
        pytest.param(b'{"a":%b,"b":2}' % (b"[" * 9000 + b"]" * 9000), None, id="lists without end"),
        pytest.param(b'{"a":%b,"b":2}' % (b'{"]":' * 9000 + b"1" + b"}" * 9000), None, id="objects without end"),
    ],
)
def test_what_was_meant_is_read(body, meant):
    found = read_again(body)
    assert isinstance(found, dict)
    assert found == meant if meant else found["b"] == 2
    json.dumps(found, ensure_ascii=False).encode()


@pytest.mark.parametrize("body", [b"", b"<html>", b"{", b'{"a":"x', b'{"a":1,}', b"[" * 9000, b'"' * (MAX_QUOTES + 1)])
def test_what_nobody_can_tell_is_refused(body):
    with pytest.raises(ValueError, match=r"char \d+|twice"):
        read_again(body)


@pytest.mark.parametrize("depth", [DEEPEST - 1, DEEPEST, DEEPEST + 1])
def test_what_is_nested_too_deep_is_null_and_nothing_else_is(depth):
    found = json.dumps(read_again(b"[" * depth + b"1" + b"]" * depth))
    assert found == ("[" * depth + "1" + "]" * depth if depth <= DEEPEST else "[" * DEEPEST + "null" + "]" * DEEPEST)


@given(VALUES)
def test_what_is_json_reads_the_same(value):
    text = json.dumps(value)
    try:
        expected = from_json(text)
    except ValueError:
        return
    assert repr(read_again(text.encode())) == repr(expected)


@pytest.mark.parametrize("body", [b'"\\' * 30_000, b'["' + b'\\"' * 30_000, b"[" * 70 + b'"\\' * 30_000])
def test_a_text_without_an_end_is_looked_through_once(body):
    """And not again from each of its quotation marks: that took minutes."""
    began = time.process_time()
    with pytest.raises(ValueError, match=r"."):
        read_again(body)
    assert time.process_time() - began < 2

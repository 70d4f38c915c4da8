"""Reads a body that the strict parser refuses once more, and less strictly: half a character, a number without end or a
mark before the first brace must not hide all that stands beside it. Pure, and not on the usual way.

What is written so that nobody knows what was meant stays refused.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, cast

from agentrun_operator.agentrun.odd import in_whole_characters

if TYPE_CHECKING:
    from pydantic import JsonValue

DEEPEST = 64
"""Values inside of values that are read; below that is null. The API's own go seven deep."""

MAX_QUOTES = 1_000_000
"""Quotation marks in a body that is read again: a page of a thousand endpoints has a tenth of that."""

LONGEST_NUMBER = 400
"""Digits of a whole number that is read as such; one with more is as good as endless."""

# A text that does not end is the rest: to look for its end again from each of its quotation marks would take for ever.
_STEP = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)


def read_again(body: bytes | bytearray) -> JsonValue:
    """The JSON in a body, without what makes it none.

    Args:
        body: bytes that are not JSON as it should be.

    Raises:
        ValueError: nobody can tell what was meant.
    """
    if body.count(b'"') > MAX_QUOTES:
        raise ValueError("too many texts to be read twice")
    text = bytes(body).decode(json.detect_encoding(bytes(body[:4])), "replace")
    return _whole(json.loads(_flat(text), strict=False, parse_int=_number))


def _number(digits: str) -> float:
    return int(digits) if len(digits) <= LONGEST_NUMBER else float(digits)


def _flat(text: str) -> str:
    """The text with null in the place of what is nested too deep."""
    parts, depth, start = list[str](), 0, 0
    for step in _STEP.finditer(text):
        if step[0] in "[{":
            depth += 1
            if depth == DEEPEST + 1:
                parts += (text[start : step.start()], "null")
        elif step[0] in "]}":
            depth -= 1
            if depth == DEEPEST:
                start = step.end()
    return text if not parts else "".join((*parts, text[start:] if depth <= DEEPEST else ""))


def _whole(value: object) -> JsonValue:
    """The value in whole characters."""
    if isinstance(value, str):
        return in_whole_characters(value)
    if isinstance(value, list):
        return [_whole(each) for each in value]
    if isinstance(value, dict):
        return {str(_whole(name)): _whole(each) for name, each in value.items()}
    return cast("JsonValue", value)

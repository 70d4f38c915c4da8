"""Small checks for JSON that came from outside, put together into the shapes a route accepts. Pure.

A check takes the path of a value and the value, and returns it or raises `InvalidError`. What the shapes are is told
where they are used; nothing in here knows about AgentRun.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

Check = Callable[[str, object], Any]


class InvalidError(ValueError):
    """A value that does not have the shape asked for; the message names its path."""


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def string(pattern: str = "", max_length: int | None = None) -> Check:
    """A string; all of it matches `pattern`, and it has at most `max_length` characters."""
    compiled = re.compile(pattern)

    def check(path: str, value: object) -> str:
        if not isinstance(value, str):
            raise InvalidError(f"{path} must be a string")
        if pattern and not compiled.fullmatch(value):
            raise InvalidError(f"{path} must match {pattern}")
        if max_length is not None and len(value) > max_length:
            raise InvalidError(f"{path} must have at most {max_length} characters")
        return value

    return check


def boolean(path: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise InvalidError(f"{path} must be true or false")
    return value


def integer(minimum: int | None = None) -> Check:
    """An integer, not below `minimum`."""

    def check(path: str, value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise InvalidError(f"{path} must be an integer")
        if minimum is not None and value < minimum:
            raise InvalidError(f"{path} must be at least {minimum}")
        return value

    return check


def number(minimum: float, maximum: float = float("inf"), *, exclusive: bool = False) -> Check:
    """A number from `minimum` to `maximum`, or between them when `exclusive`."""

    def check(path: str, value: object) -> float:
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise InvalidError(f"{path} must be a number")
        if not (minimum < value < maximum if exclusive else minimum <= value <= maximum):
            first, second = ("between", "and") if exclusive else ("from", "to")
            raise InvalidError(f"{path} must be {first} {minimum:g} {second} {maximum:g}")
        return value

    return check


def one_of(*words: str) -> Check:
    def check(path: str, value: object) -> str:
        if not isinstance(value, str) or value not in words:
            raise InvalidError(f"{path} must be one of {', '.join(words)}")
        return value

    return check


def array(of: Check) -> Check:
    """A list of values that each pass `of`."""

    def check(path: str, value: object) -> list[Any]:
        if not isinstance(value, list):
            raise InvalidError(f"{path} must be a list")
        return [of(f"{path}[{index}]", item) for index, item in enumerate(value)]

    return check


def mapping(of: Check) -> Check:
    """An object with any names, whose values each pass `of`."""

    def check(path: str, value: object) -> dict[str, Any]:
        return {name: of(_below(path, name), item) for name, item in _object(path, value).items()}

    return check


def record(fields: Mapping[str, Check], required: Collection[str] = (), *, others: bool = False) -> Check:
    """An object with these fields; the `required` ones must be there, and no `others` unless they may."""

    def check(path: str, value: object) -> dict[str, Any]:
        found = _object(path, value)
        for name in required:
            if name not in found:
                raise InvalidError(f"{_below(path, name)} is required")
        for name in found:
            if name not in fields and not others:
                raise InvalidError(f"{_below(path, name)} is not a known field")
        return {name: fields.get(name, anything)(_below(path, name), item) for name, item in found.items()}

    return check


def optional(of: Check) -> Check:
    """What `of` accepts, or null."""

    def check(path: str, value: object) -> object:
        return None if value is None else of(path, value)

    return check


def anything(_path: str, value: object) -> object:
    return value


def _object(path: str, value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InvalidError(f"{path or 'the body'} must be an object")
    return value

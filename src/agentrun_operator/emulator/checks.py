"""Small checks for JSON that came from outside, put together into the shapes a route accepts. Pure.

A check takes the path of a value and the value, and returns it or raises `InvalidError`. What the shapes are is told
where they are used; nothing in here knows about AgentRun.
"""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

Check = Callable[[str, object], Any]


class InvalidError(ValueError):
    """A value that does not have the shape asked for; the message names its path."""


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def text(pattern: str = "", longest: int | None = None) -> Check:
    """A string; all of it matches `pattern`, and it has at most `longest` characters."""
    compiled = re.compile(pattern)

    def check(path: str, value: object) -> str:
        if not isinstance(value, str):
            raise InvalidError(f"{path} must be a string")
        if pattern and not compiled.fullmatch(value):
            raise InvalidError(f"{path} must match {pattern}")
        if longest is not None and len(value) > longest:
            raise InvalidError(f"{path} must have at most {longest} characters")
        return value

    return check


def flag(path: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise InvalidError(f"{path} must be true or false")
    return value


def whole(least: int | None = None) -> Check:
    """An integer, not below `least`."""

    def check(path: str, value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise InvalidError(f"{path} must be an integer")
        if least is not None and value < least:
            raise InvalidError(f"{path} must be at least {least}")
        return value

    return check


def number(least: float, most: float = float("inf"), *, exclusive: bool = False) -> Check:
    """A number from `least` to `most`, or between them when `exclusive`."""

    def check(path: str, value: object) -> float:
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise InvalidError(f"{path} must be a number")
        if not (least < value < most if exclusive else least <= value <= most):
            raise InvalidError(
                f"{path} must be {'between' if exclusive else 'from'} {least:g} {'and' if exclusive else 'to'} {most:g}"
            )
        return value

    return check


def one_of(*words: str) -> Check:
    def check(path: str, value: object) -> str:
        if not isinstance(value, str) or value not in words:
            raise InvalidError(f"{path} must be one of {', '.join(words)}")
        return value

    return check


def many(of: Check) -> Check:
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

"""The fields that this version knows of a spec or a status, and the error for what it cannot read. Pure."""

from __future__ import annotations

import sys
from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

if TYPE_CHECKING:
    from agentrun_operator.controller.keys import Body
    from agentrun_operator.resources.part import Part

STATUS_LIMIT = 512 * 1024
"""Characters of a status. The longest that is written here has the texts of the longest spec."""

TOLD = 3
"""Faults that are told of an object that cannot be read."""

TOLD_LIMIT = 500


class UnreadableError(Exception):
    """An object is not what the CRD of this version lets in."""


def known_fields(model: type[Part], where: str, value: Any) -> Body:  # noqa: ANN401 - that it may be anything is the point
    """The fields that this version knows, once they are what it takes them for."""
    try:
        model.model_validate(value, by_alias=True, by_name=False)
    except ValidationError as error:
        faults = (f"{'.'.join((where, *map(str, each['loc'])))}: {each['msg']}" for each in error.errors()[:TOLD])
        raise UnreadableError("; ".join(faults)[:TOLD_LIMIT]) from None
    return {name: interned(value[name]) for name in _names(model) if name in value}


@cache
def _names(model: type[Part]) -> tuple[str, ...]:
    return tuple(field.alias or name for name, field in model.model_fields.items())


def size_of(value: object) -> int:
    """How many characters all texts in it have."""
    if isinstance(value, dict):
        return sum(map(size_of, value.values()))
    return sum(map(size_of, value)) if isinstance(value, list) else len(str(value))


def interned(value: Any) -> Any:  # noqa: ANN401 - whatever JSON can say
    """The same value with each string kept once in this process: objects repeat each other's names and words, and the
    half of what they take would be copies.
    """
    if isinstance(value, str):
        return sys.intern(value)
    if isinstance(value, dict):
        return {sys.intern(name): interned(each) for name, each in value.items()}
    if isinstance(value, list):
        return [interned(each) for each in value]
    return value


def names_runtime(spec: Body) -> bool:
    """Whether a spec says which runtime its endpoint is in."""
    return any((spec.get("agentRuntimeRef") or {}).get(way) for way in ("id", "name"))

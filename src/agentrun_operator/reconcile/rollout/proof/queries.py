"""Queries of Prometheus: names put in, and what an answer says. Pure.

A name goes in as part of a string of PromQL, from which it cannot break out.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, NamedTuple, cast

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import JsonValue

NAME_LIMIT = 256
"""Characters of a name that are put in; none has more."""

POINT = 2
"""A time and a value."""

KINDS = frozenset(
    {"timeout", "canceled", "execution", "bad_data", "internal", "unavailable", "not_found", "not_acceptable"}
)
"""The kinds of errors that Prometheus tells."""

_PLACEHOLDER = re.compile(r"\$\((version|stable|endpoint|runtime|weight)\)")
_UNSAFE = re.compile(r"[^\w.:/-]|\x7f", re.ASCII)


class Names(NamedTuple):
    """What is put into a query.

    Args:
        version: for `$(version)`.
        stable: for `$(stable)`, and the others by their names.
    """

    version: str
    stable: str
    endpoint: str
    runtime: str
    weight: str


class Reading(NamedTuple):
    """What an answer says.

    Args:
        value: the value; None where there is no data.
        error: why nobody knows whether there is, for people; empty if that is known.
    """

    value: float | None = None
    error: str = ""


NOTHING = Reading()


def rendered(query: str, names: Names) -> str:
    """A query with the names put in; other texts in its place-holders' form stay as they are."""
    given: Mapping[str, str] = names._asdict()
    return _PLACEHOLDER.sub(lambda found: _escaped(given[found[1]]), query)


def read_answer(document: JsonValue) -> Reading:
    """What Prometheus' answer to an instant query says."""
    if not isinstance(document, dict) or document.get("status") not in ("success", "error"):
        return Reading(error="what answers is no Prometheus")
    if document["status"] == "error":
        kind = document.get("errorType")
        known = isinstance(kind, str) and kind in KINDS
        return Reading(error=f"Prometheus refuses the query ({kind if known else 'unknown'})")
    if document.get("warnings"):
        return NOTHING
    data = document.get("data")
    return _read(data) if isinstance(data, dict) else Reading(error="Prometheus answers without data")


def _read(data: Mapping[str, JsonValue]) -> Reading:
    kind, result = data.get("resultType"), data.get("result")
    if kind == "scalar":
        return _point(result)
    if kind != "vector" or not isinstance(result, list):
        return Reading(error="the query is answered by no scalar or vector: have it give one value")
    if not result:
        return NOTHING
    if len(result) > 1:
        return Reading(error=f"the query has {len(result)} values: have it give one, by sum() for example")
    return _point(cast("Mapping[str, JsonValue]", result[0]).get("value") if isinstance(result[0], dict) else None)


def _point(point: JsonValue) -> Reading:
    """The value of a time and a value; what is no finite number is no data."""
    written = point[1] if isinstance(point, list) and len(point) == POINT else None
    try:
        value = float(written if isinstance(written, str) else "none")
    except ValueError:
        return Reading(error="Prometheus answers with a value that is none")
    return Reading(value) if math.isfinite(value) else NOTHING


def _escaped(name: str) -> str:
    return _UNSAFE.sub(lambda found: "".join(f"\\x{byte:02x}" for byte in _bytes(found[0])), name[:NAME_LIMIT])


def _bytes(character: str) -> bytes:
    return character.encode(errors="replace")

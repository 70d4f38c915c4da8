"""Makes what is kept of thousands of endpoints small: they repeat each other's words and canaries.

An endpoint as an answer tells of it has its own copy of each, and beside its fields a set of those that the answer had,
which nobody asks for once it was read: two thirds of what it takes.
"""

from __future__ import annotations

import sys
from functools import lru_cache
from typing import Any

from agentrun_operator.agentrun.models import Endpoint, WireModel
from agentrun_operator.agentrun.odd import Odd

FIELDS = set(Endpoint.model_fields)

PART_SIZE = 2048
"""Characters of the largest part that is kept for others."""

PARTS = 256
"""Different parts of endpoints, such as canaries, that are kept for others to share."""


def interned(endpoint: Endpoint) -> Endpoint:
    """An equal endpoint that shares with others what they have in common; which of its fields were answered is lost.

    One that makes no sense in part is rare, and stays what it is.
    """
    if isinstance(endpoint, Odd):
        return endpoint
    return Endpoint.model_construct(FIELDS, **{name: _shared(value) for name, value in endpoint})


def _shared(value: Any) -> Any:  # noqa: ANN401 - whatever a field may hold
    if isinstance(value, str):
        return sys.intern(value)
    if not isinstance(value, WireModel):
        return value
    text = value.model_dump_json()
    return _part(type(value), text) if len(text) <= PART_SIZE else value


@lru_cache(PARTS)
def _part(model: type[WireModel], text: str) -> WireModel:
    return model.model_validate_json(text)

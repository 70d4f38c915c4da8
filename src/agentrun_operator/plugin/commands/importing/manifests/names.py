"""What the objects of imported endpoints are called: readable, valid, and each once. Pure."""

from __future__ import annotations

import re
from collections import Counter
from hashlib import sha256
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

LONGEST = 63
"""Characters of a DNS label: such a name is taken wherever a name is."""

DIGITS = 8
"""Of a hash that tells two apart."""


class Called(NamedTuple):
    """An endpoint by its names."""

    endpoint: str
    runtime: str
    runtime_id: str


def object_names(endpoints: Sequence[Called], taken: Collection[str]) -> list[str]:
    """A `metadata.name` for each endpoint, in their order: its own name, else with its runtime's, else with a hash.

    Those that want the same name all take the longer one, so that the order in which AgentRun tells them does not
    matter.

    Args:
        endpoints: whose names begin with a letter.
        taken: names that other objects have.
    """
    found: dict[int, str] = {}
    used = set(taken)
    for form in (_own, _with_runtime):
        wanted = {place: form(each) for place, each in enumerate(endpoints) if place not in found}
        often = Counter(wanted.values())
        free = {
            place: name for place, name in wanted.items() if often[name] == 1 and _usable(name) and name not in used
        }
        found |= free
        used.update(free.values())
    for place in range(len(endpoints)):
        if place not in found:
            found[place] = _hashed(endpoints[place], used)
            used.add(found[place])
    return [found[place] for place in range(len(endpoints))]


def _label(text: str) -> str:
    return re.sub("[^a-z0-9]+", "-", text.lower()).strip("-")


def _usable(name: str) -> bool:
    return 0 < len(name) <= LONGEST


def _own(called: Called) -> str:
    return _label(called.endpoint)


def _with_runtime(called: Called) -> str:
    runtime = _label(called.runtime)
    return f"{runtime}-{_own(called)}" if runtime else ""


def _hashed(called: Called, used: Collection[str]) -> str:
    beginning = (_with_runtime(called) or _own(called))[: LONGEST - DIGITS - 1].rstrip("-")
    texts = (f"{called.runtime_id}/{called.endpoint}/{number}" for number in count())
    names = (f"{beginning}-{sha256(text.encode(errors='replace')).hexdigest()[:DIGITS]}" for text in texts)
    return next(name for name in names if name not in used)

"""What is known of a runtime's endpoints: the newest look at each, whether from a list, a get or a write's answer.

Pure bookkeeping of looks and their times. The newest look counts, whatever the order in which they end: a list says
nothing about an endpoint that was looked at after the list began, and an old look nothing about one that a newer list
lacks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agentrun_operator.agentrun.models import MOVING_STATES
from agentrun_operator.controller.remote.runtime.interning import interned

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agentrun_operator.agentrun.models import Endpoint

NEVER = float("-inf")


@dataclass(slots=True)
class Entry:
    """An endpoint and the time at which the look began that saw it so; `answered`: no look, but a write's answer."""

    endpoint: Endpoint
    at: float
    answered: bool = False


class EndpointCache:
    """The endpoints of one runtime."""

    def __init__(self) -> None:
        self.listed_at = NEVER
        self._entries: dict[str, Entry] = {}
        self._ids: dict[str, str] = {}
        self._gone: dict[str, float] = {}
        self._moving: set[str] = set()
        self._nameless: set[str] = set()

    def clear(self) -> None:
        """Forget everything: nothing was ever seen."""
        self.listed_at = NEVER
        for known in (self._entries, self._ids, self._gone, self._moving, self._nameless):
            known.clear()

    def __len__(self) -> int:
        return len(self._entries)

    def find(self, endpoint_id: str, name: str, newer_than: float = NEVER) -> Endpoint | None:
        """The endpoint with this id and name, else the one with the name; None if it was not looked at after
        `newer_than`. An id that somebody wrote into a status may lead to another's; an empty name is any.
        """
        entry = self._entries.get(endpoint_id)
        if entry is None or (name and _name(entry.endpoint) not in {"", name}):
            entry = self._entries.get(self._ids.get(name, ""))
        return entry.endpoint if entry and entry.at > newer_than else None

    def moving(self) -> Iterator[Endpoint]:
        """The endpoints in a state that ends by itself."""
        return (self._entries[endpoint_id].endpoint for endpoint_id in self._moving)

    @property
    def nameless(self) -> Endpoint | None:
        """An endpoint that does not tell its name, so that it may have any; None if each tells it."""
        return next((self._entries[endpoint_id].endpoint for endpoint_id in self._nameless), None)

    def all_seen(self, began: float) -> set[str]:
        """Take in that every endpoint was looked at: those that were not seen since `began` are gone; return their
        names.
        """
        unseen = [endpoint_id for endpoint_id, entry in self._entries.items() if entry.at < began]
        self.listed_at = max(self.listed_at, began)
        self._gone = {endpoint_id: at for endpoint_id, at in self._gone.items() if at >= began}
        return set[str]().union(*map(self._remove, unseen))

    def seen(self, endpoint: Endpoint, at: float) -> set[str]:
        """Take in one endpoint; return its name if that is news: if it changed, or only a write's answer told of it."""
        return self._take(endpoint, at)

    def answered(self, endpoint: Endpoint, at: float) -> set[str]:
        """Take in one endpoint from a write's answer; return its name if it changed."""
        return self._take(endpoint, at, answered=True)

    def is_answered(self, endpoint_id: str) -> bool:
        """Whether nobody has looked at the endpoint since a write's answer told of it."""
        entry = self._entries.get(endpoint_id)
        return entry is not None and entry.answered

    def gone(self, endpoint_id: str, at: float) -> set[str]:
        """Take in that there is no such endpoint; return its name if it was known, and not seen later than that."""
        known = self._entries.get(endpoint_id)
        if known and at < known.at:
            return set()
        self._gone[endpoint_id] = max(at, self._gone.get(endpoint_id, NEVER))
        return self._remove(endpoint_id)

    def _take(self, endpoint: Endpoint, at: float, *, answered: bool = False) -> set[str]:
        endpoint_id = _id(endpoint)
        known = self._entries.get(endpoint_id)
        if at <= self._gone.get(endpoint_id, NEVER) or at < (known.at if known else self.listed_at):
            return set()
        same = known is not None and known.endpoint == endpoint
        self._entries[endpoint_id] = Entry(known.endpoint if known and same else interned(endpoint), at, answered)
        self._index(endpoint_id, endpoint, at)
        first_look = known is not None and known.answered and not answered
        if same and not first_look:
            return set()
        return {_name(endpoint), _name(known.endpoint)} if known else {_name(endpoint)}

    def _index(self, endpoint_id: str, endpoint: Endpoint, at: float) -> None:
        namesake = self._entries.get(self._ids.get(_name(endpoint), ""))
        if namesake is None or namesake.at <= at:
            self._ids[_name(endpoint)] = endpoint_id
        (self._moving.add if endpoint.status in MOVING_STATES else self._moving.discard)(endpoint_id)
        (self._nameless.discard if _name(endpoint) else self._nameless.add)(endpoint_id)

    def _remove(self, endpoint_id: str) -> set[str]:
        entry = self._entries.pop(endpoint_id, None)
        if entry is None:
            return set()
        self._moving.discard(endpoint_id)
        self._nameless.discard(endpoint_id)
        name = _name(entry.endpoint)
        if self._ids.get(name) == endpoint_id:
            del self._ids[name]
        return {name}


def _id(endpoint: Endpoint) -> str:
    return endpoint.agent_runtime_endpoint_id or f"name:{_name(endpoint)}"


def _name(endpoint: Endpoint) -> str:
    return endpoint.agent_runtime_endpoint_name or ""

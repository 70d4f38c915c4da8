"""Finds the objects that manage the same endpoint: an index of the store by endpoint name, kept as objects come and
go.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from agentrun_operator.controller.identity import counts, oldest_rival, place_of, same_endpoint

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agentrun_operator.controller.keys import Key
    from agentrun_operator.controller.store import Body, Store
    from agentrun_operator.reconcile.observed import RuntimeSeen

EndpointName = tuple[str, str]


class Rivals:
    """Who manages which endpoint."""

    def __init__(self, store: Store, region: str) -> None:
        """Makes an empty index over a store; `region` is the operator's own."""
        self._store = store
        self._region = region
        self._keys: defaultdict[EndpointName, set[Key]] = defaultdict(set)
        self._names: dict[Key, EndpointName] = {}

    def note(self, key: Key, body: Body) -> None:
        """Takes in an object; what is indexed of it cannot change while it lives."""
        place = place_of(body, self._region)
        name = (place.endpoint_name, place.source.region)
        if self._names.get(key) != name:
            self.forget(key)
            self._names[key] = name
            self._keys[name].add(key)

    def forget(self, key: Key) -> set[Key]:
        """Drops an object; returns those of the same endpoint name, one of which may take over."""
        name = self._names.pop(key, None)
        if name is None:
            return set()
        self._keys[name].discard(key)
        return set(self._keys[name]) or self._keys.pop(name)

    def elder(self, key: Key, body: Body, runtime: RuntimeSeen) -> str:
        """namespace/name of the older object that manages the same endpoint; empty if there is none."""
        rival = oldest_rival(key, body, self._same(key, body, runtime))
        return str(rival) if rival else ""

    def _same(self, key: Key, body: Body, runtime: RuntimeSeen) -> Iterator[tuple[Key, Body]]:
        mine = place_of(body, self._region)
        for other in self._keys.get((mine.endpoint_name, mine.source.region), ()):
            found = self._store.get(other)
            if other == key or found is None or not counts(found):
                continue
            seen = bool(found["status"].get("agentRuntimeId"))
            if same_endpoint(mine, runtime.id, runtime.name, place_of(found, self._region), seen):
                yield other, found

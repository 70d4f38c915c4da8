"""Finds the objects that manage the same endpoint: an index of the store by endpoint and runtime, kept as objects come
and go.

The name of an endpoint alone would not do: thousands of runtimes may each have one that is called `prod`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from agentrun_operator.controller.keys import origin_of
from agentrun_operator.observation.ownership import (
    first_rival,
    has_endpoint,
    may_manage,
    place_of,
    same_endpoint,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agentrun_operator.controller.informer.store.store import Store
    from agentrun_operator.controller.keys import Body, ObjectKey
    from agentrun_operator.observation.ownership import Place
    from agentrun_operator.reconcile.state.observed import RuntimeSeen


class Spot(NamedTuple):
    """Where objects may meet: an endpoint of a runtime that is known by its id, or by its name.

    The region is no part of it: what an object says of its region decides nothing about whom it meets.
    """

    endpoint_name: str
    runtime_id: str
    runtime_name: str


class OwnershipIndex:
    """Who manages which endpoint.

    The index is of tuples: most spots have one object, and a set for each would be the most of what is kept here.
    """

    def __init__(self, store: Store, region: str) -> None:
        """Make an empty index over a store; `region` is the operator's own."""
        self._store = store
        self._region = region
        self._keys: dict[Spot, tuple[ObjectKey, ...]] = {}
        self._spots: dict[ObjectKey, tuple[Spot, ...]] = {}

    def note(self, key: ObjectKey, body: Body) -> None:
        """Take in an object: at the runtime that it names, and at the one that it was led to before."""
        place = place_of(body, self._region)
        self.forget(key)
        for spot in _spots(place, place.runtime_id, place.runtime_name):
            self._add(key, spot)

    def forget(self, key: ObjectKey) -> set[ObjectKey]:
        """Drop an object; return those that met it anywhere, one of which may take over."""
        others: set[ObjectKey] = set()
        for spot in self._spots.pop(key, ()):
            left = tuple(other for other in self._keys.pop(spot) if other != key)
            if left:
                self._keys[spot] = left
            others.update(left)
        return others

    def others(self, key: ObjectKey) -> set[ObjectKey]:
        """Those that may manage the same endpoint as this object."""
        return {other for spot in self._spots.get(key, ()) for other in self._keys[spot]} - {key}

    def rival(self, key: ObjectKey, body: Body, runtime: RuntimeSeen, *, seen: bool = False) -> str:
        """The object that has the endpoint instead of this one, for people; empty if none has.

        It is named only to those of its own namespace: who else uses an endpoint is nobody's business.

        Args:
            key: whose rival.
            body: the object.
            runtime: the runtime that it was led to, where it can be met from now on.
            seen: whether only those count whose endpoint was seen.
        """
        mine = place_of(body, self._region)
        spots = list(_spots(mine, runtime.id, runtime.name))
        if key in self._spots:  # it may have gone while its reconcile goes on
            self._add(key, spots[0])
        others = [each for each in self._same(key, mine, runtime, spots) if not seen or has_endpoint(each[1])]
        rival = first_rival(key, body, others, runtime.id, mine.endpoint_name)
        if rival is None:
            return ""
        return str(origin_of(rival)) if rival.namespace == key.namespace else "an object of another namespace"

    def _add(self, key: ObjectKey, spot: Spot) -> None:
        keys = self._keys.get(spot, ())
        if key not in keys:
            self._keys[spot] = (*keys, key)
            self._spots[key] = (*self._spots.get(key, ()), spot)

    def _same(
        self, key: ObjectKey, mine: Place, runtime: RuntimeSeen, spots: list[Spot]
    ) -> Iterator[tuple[ObjectKey, Body]]:
        for other in {each for spot in spots for each in self._keys.get(spot, ())}:
            found = self._store.get(other)
            if other == key or found is None or not may_manage(found):
                continue
            seen = bool(found["status"].get("agentRuntimeId"))
            if same_endpoint(mine, runtime.id, runtime.name, place_of(found, self._region), seen):
                yield other, found


def _spots(place: Place, runtime_id: str, runtime_name: str) -> Iterator[Spot]:
    """The spots of an endpoint, by what is known of its runtime; the id comes first."""
    if runtime_id:
        yield Spot(place.endpoint_name, runtime_id, "")
    if runtime_name:
        yield Spot(place.endpoint_name, "", runtime_name)

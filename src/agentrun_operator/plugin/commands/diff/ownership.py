"""Which other object has the endpoint that one wants, by what the cluster tells of all of them. Asks nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agentrun_operator.observation.ownership import first_rival, has_endpoint, may_manage, place_of, same_endpoint

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from agentrun_operator.reconcile.state.observed import RuntimeSeen

Body = dict[str, Any]
Key = tuple[str, str]


class OwnershipIndex:
    """All objects that may manage endpoints, as they would be after the apply.

    Args:
        live: those in the cluster.
        wanted: those of the manifests, which take the place of the live ones.
        region: the operator's own region, as far as is known.
    """

    def __init__(self, live: Iterable[Body], wanted: Mapping[Key, Body], region: str) -> None:
        self._region = region
        self._by_name: dict[str, list[tuple[Key, Body]]] = {}
        for key, body in ({_key(each): each for each in live if _is_read(each)} | dict(wanted)).items():
            if may_manage(body):
                self._by_name.setdefault(place_of(body, region).endpoint_name, []).append((key, body))

    def of(self, body: Body, runtime: RuntimeSeen) -> str:
        """The object that has the endpoint instead, as `namespace/name`; empty if none has.

        Args:
            body: the object.
            runtime: the runtime that it leads to.
        """
        name = place_of(body, self._region).endpoint_name
        key = _key(body)
        rival = first_rival(key, body, self._same(key, body, runtime), runtime.id, name)
        return "/".join(rival) if rival else ""

    def _same(self, key: Key, body: Body, runtime: RuntimeSeen) -> Iterator[tuple[Key, Body]]:
        mine, deleting = place_of(body, self._region), bool(body["metadata"].get("deletionTimestamp"))
        for other, found in self._by_name.get(mine.endpoint_name, ()):
            if other == key or (deleting and not has_endpoint(found)):
                continue
            seen = bool((found.get("status") or {}).get("agentRuntimeId"))
            if same_endpoint(mine, runtime.id, runtime.name, place_of(found, self._region), seen):
                yield other, found


def _key(body: Body) -> Key:
    return body["metadata"]["namespace"], body["metadata"]["name"]


def _is_read(body: Body) -> bool:
    """Whether an object names a runtime: a loosened CRD lets in what does not."""
    return isinstance((body.get("spec") or {}).get("agentRuntimeRef"), dict)

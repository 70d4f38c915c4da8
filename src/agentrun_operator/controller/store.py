"""The objects as last seen, trimmed to what is used. Newer always wins, whether it came from the watch or from our own
write.

A cache and nothing else: it asks nobody and decides nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agentrun_operator.controller.keys import Key, key_of
from agentrun_operator.resources.names import ANNOTATIONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Body = dict[str, Any]

METADATA = (
    "namespace",
    "name",
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "finalizers",
)


class Store:
    """All objects that this operator looks after."""

    def __init__(self) -> None:
        self._bodies: dict[Key, Body] = {}

    def __len__(self) -> int:
        return len(self._bodies)

    def __iter__(self) -> Iterator[Key]:
        return iter(tuple(self._bodies))

    def __contains__(self, key: Key) -> bool:
        return key in self._bodies

    def get(self, key: Key) -> Body | None:
        """The object, or None if there is none."""
        return self._bodies.get(key)

    def put(self, body: Mapping[str, Any]) -> bool:
        """Keeps an object unless a newer one is known.

        Returns:
            whether it asks for anything: whether it is new, or its spec, deletion mark, finalizers or our annotations
            changed.
        """
        key, new = key_of(body), trimmed(body)
        old = self._bodies.get(key)
        if old is not None and not _newer(new, old):
            return False
        self._bodies[key] = new
        return old is None or _wishes(old) != _wishes(new)

    def refresh(self, body: Mapping[str, Any]) -> None:
        """Keeps what a write of ours was answered, if the object is still there: the watch may have told of its end
        first.
        """
        known = self._bodies.get(key_of(body))
        if known is not None and known["metadata"]["uid"] == body["metadata"]["uid"]:
            self.put(body)

    def remove(self, body: Mapping[str, Any]) -> bool:
        """Forgets an object that is gone; one that was made anew under its name stays.

        Returns:
            whether it was known.
        """
        key = key_of(body)
        known = self._bodies.get(key)
        if known is None or known["metadata"]["uid"] != body["metadata"]["uid"]:
            return False
        del self._bodies[key]
        return True


def trimmed(body: Mapping[str, Any]) -> Body:
    """The parts of an object that are used here; managed fields and other people's annotations are the most of it."""
    metadata = body["metadata"]
    kept = {name: metadata[name] for name in METADATA if metadata.get(name)}
    annotations = metadata.get("annotations") or {}
    kept["annotations"] = {name: annotations[name] for name in ANNOTATIONS if name in annotations}
    return {"metadata": kept, "spec": body["spec"], "status": body.get("status") or {}}


def _newer(new: Body, old: Body) -> bool:
    """Whether the object changed later. Resource versions of one kind are ordered numbers."""
    return int(new["metadata"]["resourceVersion"]) > int(old["metadata"]["resourceVersion"])


def _wishes(body: Body) -> tuple[object, ...]:
    metadata = body["metadata"]
    named = (metadata.get(name) for name in ("uid", "generation", "deletionTimestamp", "finalizers", "annotations"))
    return tuple(named)

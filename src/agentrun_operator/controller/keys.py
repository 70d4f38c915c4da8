"""What an object is called in the operator: its namespace and name. The uid tells two of the same name apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class ObjectKey(NamedTuple):
    """Namespace and name of an object."""

    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"


def key_of(body: Mapping[str, Any]) -> ObjectKey:
    """The key of an object as the API server holds it."""
    return ObjectKey(body["metadata"]["namespace"], body["metadata"]["name"])

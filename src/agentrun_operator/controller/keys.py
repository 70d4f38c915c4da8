"""What things are called in the operator: an object by its namespace and name, an account by whose credentials it has.

Names alone; nothing is looked up here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

Body: TypeAlias = dict[str, Any]
"""An object of the Kubernetes API, as JSON has it."""


class ObjectKey(NamedTuple):
    """Namespace and name of an object. Its uid tells two apart that had the same name one after the other."""

    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"


def leftover_key(key: ObjectKey, uid: str) -> ObjectKey:
    """The name here of an object that is gone, and whose endpoint was left behind; no object can be called so."""
    return ObjectKey(key.namespace, f"{key.name}/{uid}")


def origin_of(key: ObjectKey) -> ObjectKey:
    """The name of the object that it was."""
    return ObjectKey(key.namespace, key.name.partition("/")[0])


def is_leftover(key: ObjectKey) -> bool:
    """Whether this is no object's name, but that of what one left behind."""
    return "/" in key.name


class AccountKey(NamedTuple):
    """Whose credentials are used, and where: a Secret, or with an empty name the operator's own."""

    namespace: str
    secret: str
    region: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.secret}" if self.secret else "the operator's own credentials"


def key_of(body: Mapping[str, Any]) -> ObjectKey:
    """The key of an object as the API server holds it."""
    return ObjectKey(body["metadata"]["namespace"], body["metadata"]["name"])

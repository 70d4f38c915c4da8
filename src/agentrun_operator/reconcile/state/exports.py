"""The ConfigMaps and Secrets that tell apps of an endpoint, as the status has them. What they hold is not asked."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Kind(StrEnum):
    """What can be made."""

    CONFIG_MAP = "ConfigMap"
    SECRET = "Secret"  # noqa: S105 - a kind, no password


class Export(NamedTuple):
    """An object that was made, or is about to be, as the status has it.

    Args:
        kind: what it is.
        name: its name.
        uid: its uid; empty until it is known to be there.
    """

    kind: Kind
    name: str
    uid: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"

    @property
    def nameless(self) -> Export:
        """The same, before anything is known to be there."""
        return self._replace(uid="")

    def document(self) -> dict[str, str]:
        """The entry of the status."""
        return {"kind": self.kind.value, "name": self.name} | ({"uid": self.uid} if self.uid else {})


def exports_of(status: Mapping[str, object]) -> tuple[Export, ...]:
    """The entries of a status; those that no version of ours writes are passed over."""
    entries = status.get("exports")
    found = (each for each in entries if isinstance(each, dict)) if isinstance(entries, list) else ()
    return tuple(
        Export(Kind(each["kind"]), str(each["name"]), str(each.get("uid") or ""))
        for each in found
        if each.get("kind") in set(Kind) and each.get("name")
    )

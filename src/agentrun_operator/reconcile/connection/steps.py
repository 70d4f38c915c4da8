"""What to do about one object of `spec.connection`: look, make, put right, take away, or leave alone. Pure.

Ours is what has an owner reference with the uid of the very object that asks, *and* an entry in its status, which is
written before anything is made. Whatever else has the name is somebody else's and is never touched.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from agentrun_operator.reconcile.state.exports import Export, Kind
from agentrun_operator.resources.reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agentrun_operator.reconcile.desired import Desired


class Found(NamedTuple):
    """An object as it was read.

    Args:
        uid: its uid.
        owned: whether it has the owner reference.
        data: what it holds; None where it was not asked for.
        labelled: whether it has the label of what is made here.
    """

    uid: str
    owned: bool
    data: Mapping[str, str] | None = None
    labelled: bool = True


class Step(StrEnum):
    """What to do about an object."""

    LOOK = "look"
    CREATE = "create"
    APPLY = "apply"
    DELETE = "delete"
    KEEP = "keep"
    FORGET = "forget"
    """It is gone, or is not ours: its entry goes."""
    LEAVE = "leave"
    """It is somebody else's, and has the name that is asked for."""


class Unseen(NamedTuple):
    """An object that nobody has looked at.

    Args:
        look_first: whether it may be there; else it is made without a look, and the answer tells.
    """

    look_first: bool


def wanted_of(desired: Desired) -> tuple[Export, ...]:
    """The objects that a spec asks for."""
    connection = desired.spec.connection
    asked = connection and ((Kind.CONFIG_MAP, connection.config_map), (Kind.SECRET, connection.secret))
    return tuple(Export(kind, named.name) for kind, named in asked or () if named)


def intended(desired: Desired) -> tuple[Export, ...]:
    """The entries, with one for each object that the spec asks for."""
    recorded = desired.recorded.exports
    known = {each.nameless for each in recorded}
    return recorded + tuple(each for each in wanted_of(desired) if each not in known)


def unseen(desired: Desired, export: Export) -> Unseen:
    """An object before it is looked at. One that was never known to be there is made without a look, unless something
    else had its name.
    """
    told = desired.recorded.conditions.get("Exported")
    conflicted = told is not None and told.reason == Reason.EXPORT_CONFLICT
    unwanted = export.nameless not in wanted_of(desired)
    return Unseen(look_first=bool(export.uid) or conflicted or unwanted)


def next_step(found: Found | Unseen | None, data: Mapping[str, str] | None) -> Step:
    """What to do about an object that has an entry.

    Args:
        found: it; None if there is none.
        data: what it is to hold; None if it is not to be there.
    """
    if isinstance(found, Unseen):
        return Step.LOOK if found.look_first else Step.CREATE
    if data is None:
        return Step.DELETE if found and found.owned else Step.FORGET
    if found is None:
        return Step.CREATE
    if not found.owned:
        return Step.LEAVE
    return Step.KEEP if found.labelled and found.data == data else Step.APPLY

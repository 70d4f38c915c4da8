"""Where a rollback leads: which entry of a history, and what of it the spec gets back. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from agentrun_operator.reconcile.history.entries import whole_spec
from agentrun_operator.reconcile.state.comparable import comparable_of_spec
from agentrun_operator.resources.history import Result

if TYPE_CHECKING:
    from collections.abc import Iterable

    from agentrun_operator.resources.history import HistoryEntry, PastSpec
    from agentrun_operator.resources.spec import Spec

Json = dict[str, Any]

ROLLS = "`routing` is left out: with `rollout` the operator splits the traffic"
WAS_CUT = (
    "that spec was too long to be kept: `scaling`, `description` and `disablePublicNetworkAccess` stay as they are"
)


class NoTargetError(Exception):
    """There is nothing to go back to; the message says why."""


class Rollback(NamedTuple):
    """Where a rollback leads.

    Args:
        entry: the entry.
        patch: the merge patch of the spec that restores it; None stands for a field that goes.
        notes: what is not restored, or to be known, each for people.
    """

    entry: HistoryEntry
    patch: Json
    notes: tuple[str, ...] = ()


def rollback_target(history: Iterable[HistoryEntry], present: Spec, to: int | None = None) -> Rollback:
    """Where a rollback leads: to the last entry that was Ready and differs from the present spec, or to one generation.

    Args:
        history: the entries, newest first, as `entries.entries_of` reads them.
        present: the spec as it is now.
        to: the generation to go back to, whatever came of it; None: the last one that was Ready.

    Raises:
        NoTargetError: there is none, or the spec asks for just that already.
    """
    entries = tuple(history)
    if to is None:
        entry = next((each for each in entries if each.result is Result.READY and _differs(each, present)), None)
        if entry is None:
            raise NoTargetError(f"the history has no Ready entry that differs from the present spec{_known(entries)}")
        return _rollback(entry, present)
    entry = next((each for each in entries if each.generation == to), None)
    if entry is None:
        raise NoTargetError(f"the history has no generation {to}{_known(entries)}")
    if not _differs(entry, present):
        raise NoTargetError(f"the spec asks for what generation {to} asked for already")
    return _rollback(entry, present)


def _rollback(entry: HistoryEntry, present: Spec) -> Rollback:
    notes = []
    if entry.result is not Result.READY:
        notes.append(f"generation {entry.generation} was never Ready: it is {entry.result or 'still open'}")
    if present.rollout is not None:
        notes.append(ROLLS)
    if entry.spec.cut:
        notes.append(WAS_CUT)
    return Rollback(entry, _restored(entry.spec, present), tuple(notes))


def _differs(entry: HistoryEntry, present: Spec) -> bool:
    """Whether going back to an entry would change anything."""
    now = _restored(whole_spec(comparable_of_spec(present)), present)
    return any(now[field] != value for field, value in _restored(entry.spec, present).items())


def _restored(spec: PastSpec, present: Spec) -> Json:
    """The fields that the present spec would get, None for one that goes."""
    kept = spec.model_dump(mode="json", by_alias=True, exclude_none=True)
    fields = ["targetVersion"]
    if present.rollout is None:
        fields.append("routing")
    if not spec.cut:
        fields += ["scaling", "description", "disablePublicNetworkAccess"]
    return {field: kept.get(field) for field in fields}


def _known(entries: tuple[HistoryEntry, ...]) -> str:
    told = ", ".join(f"{each.generation} ({each.result or 'open'})" for each in entries)
    return f"; it has {told}" if told else "; it is empty"

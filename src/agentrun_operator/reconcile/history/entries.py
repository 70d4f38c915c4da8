"""The entries of `status.history`: made of a spec, read from a status that may hold anything, and packed.

In this process a history is kept as JSON: as lists and mappings, five entries would take more than all else that is
kept of an object. What becomes of entries is decided in `history`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pydantic_core import to_json

from agentrun_operator.resources.history import (
    HistoryEntry,
    PastPolicy,
    PastRouting,
    PastScaling,
    PastSpec,
    PastWeight,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from agentrun_operator.reconcile.state.comparable import Comparable

History = tuple[HistoryEntry, ...]
"""Entries, newest first."""

ENTRIES = 5
"""How many entries are kept."""

ENTRY_LIMIT = 4096
"""Bytes of an entry as JSON; of a longer one the versions alone are kept."""

BESIDE_SPEC = 160
"""Bytes that the rest of an entry takes at most, once it is closed."""

READ_LIMIT = 2 * ENTRY_LIMIT
"""Bytes of an entry that is read; one with the versions alone has up to 99 canaries."""

INT64 = 2**63


def past_spec(asked: Comparable) -> PastSpec:
    """What a history keeps of what a spec asks for."""
    whole = whole_spec(asked)
    fits = len(_json(whole)) <= ENTRY_LIMIT - BESIDE_SPEC
    return whole if fits else PastSpec(target_version=whole.target_version, routing=whole.routing)


def whole_spec(asked: Comparable) -> PastSpec:
    """All that a history may keep of what a spec asks for, however long."""
    weights = [PastWeight(version=weight.version, weight=weight.percent) for weight in asked.weights]
    return PastSpec(
        target_version=asked.target_version,
        routing=PastRouting(version_weights=weights) if weights else None,
        scaling=_scaling(asked),
        description=asked.description,
        disable_public_network_access=asked.disable_public_network_access,
    )


def entries_of(value: object) -> History:
    """The entries of a `status.history` as the API server holds it; what cannot be read is left out."""
    found = value[:ENTRIES] if isinstance(value, list) else ()
    return tuple(entry for each in found if (entry := _entry(each)) is not None)


def packed(history: Iterable[HistoryEntry]) -> bytes | None:
    """The entries as they are kept in this process; None if there are none."""
    return b"[" + b",".join(kept) + b"]" if (kept := [_json(entry) for entry in history]) else None


def unpacked(found: bytes | None) -> History:
    """The entries of a history that was packed."""
    return entries_of(json.loads(found)) if found else ()


def with_history_packed(body: Mapping[str, Any], known: Mapping[str, Any]) -> Mapping[str, Any]:
    """An object of the API server, its history packed: what of that cannot be read is left out, and stops nothing.

    Args:
        body: the object.
        known: the same as it was kept before; empty if it was not.
    """
    status = body.get("status")
    if not isinstance(status, dict) or "history" not in status:
        return body
    rest = {name: value for name, value in status.items() if name != "history"}
    before: bytes | None = (known.get("status") or {}).get("history")
    same = before is not None and json.loads(before) == status["history"]  # most events; reading it takes far longer
    history = before if same else packed(entries_of(status["history"]))
    return {**body, "status": rest | ({"history": history} if history else {})}


def with_history_in_full(patch: dict[str, Any]) -> dict[str, Any]:
    """A patch of an object as the API server takes it."""
    found = (patch.get("status") or {}).get("history")
    return {**patch, "status": {**patch["status"], "history": json.loads(found)}} if found else patch


def _entry(value: object) -> HistoryEntry | None:
    try:
        entry = HistoryEntry.model_validate(value, by_alias=True, by_name=False)
        readable = len(_json(entry)) <= READ_LIMIT and entry.generation < INT64
    except (ValueError, OverflowError):  # of what it holds; of what a time leads to
        return None
    return entry if readable else None


def _json(part: HistoryEntry | PastSpec) -> bytes:
    return to_json(part, by_alias=True, exclude_none=True)


def _scaling(asked: Comparable) -> PastScaling | None:
    if not asked.scaled:
        return None
    policies = [
        PastPolicy(**{name: value for name, value in policy._asdict().items() if value != ""})
        for policy in asked.policies
    ]
    return PastScaling(min_instances=asked.min_instances, scheduled_policies=policies)

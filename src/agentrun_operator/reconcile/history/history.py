"""What becomes of `status.history` when something is told: an entry is opened or closed by a patch that is written
anyway, and by no other. Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from agentrun_operator.reconcile.history.entries import ENTRIES, past_spec
from agentrun_operator.resources.history import HistoryEntry, Result
from agentrun_operator.resources.reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from agentrun_operator.reconcile.history.entries import History
    from agentrun_operator.reconcile.state.comparable import Comparable

Condition = dict[str, Any]

SENDING = frozenset({Reason.CREATING, Reason.UPDATING})


class Told(NamedTuple):
    """What the conditions say of the present generation, as far as a history goes by it.

    Args:
        opens: whether it opens an entry, if the last one is of another spec.
        result: what came of it; None while that is open.
    """

    opens: bool = False
    result: Result | None = None


NOTHING = Told()
SENT = Told(opens=True)
SERVED = Told(opens=True, result=Result.READY)
REFUSED = Told(opens=True, result=Result.FAILED)
"""It was answered at once that this does not do, so nothing told before that it is being sent."""
FAILED = Told(result=Result.FAILED)
"""What was sent failed. Where the last entry is of another spec, it is that one which failed."""


def told_of(conditions: Iterable[Mapping[str, Any]], generation: int, *, rolls: bool) -> Told:
    """What conditions say of a generation.

    Args:
        conditions: those of the status.
        generation: which; what they say of another is nothing.
        rolls: whether its versions earn their traffic step by step: then the end of that counts.
    """
    known = {condition["type"]: dict(condition) for condition in conditions}
    ready, synced = known.get("Ready", {}), known.get("Synced", {})
    if ready.get("observedGeneration") != generation:
        return NOTHING
    said = {ready["reason"], synced.get("reason")}
    applied = synced.get("observedGeneration") == generation
    served = ready["status"] == "True" and applied and Reason.NOT_CONVERGING not in said
    if rolls:
        return _of_rollout(known.get("RolledOut", {}), said, served=served)
    return _of_state(said, applied=applied, served=served)


def history_after(history: History, told: Told, asked: Comparable, generation: int, now: datetime) -> History:
    """The history once this is told.

    Args:
        history: the entries so far, newest first.
        told: what is told of the present generation.
        asked: what its spec asks for.
        generation: the present one. Entries of later ones are another object's, and go.
        now: the time of day.
    """
    known = tuple(entry for entry in history if entry.generation <= generation)
    opened = HistoryEntry(generation=generation, applied_at=now.replace(microsecond=0), spec=past_spec(asked))
    if not known or known[0].spec != opened.spec:
        if not told.opens:
            return history
        earlier = tuple(_superseded(entry) for entry in known if entry.generation < generation)
        known = (opened, *earlier)[:ENTRIES]
    return _closed(known[0], told.result, opened.applied_at), *known[1:]


def _of_rollout(rolled_out: Condition, said: set[Any], *, served: bool) -> Told:
    """With a rollout: what its end says. What AgentRun refuses meanwhile is tried again until that."""
    if rolled_out.get("reason") == Reason.ROLLED_BACK:
        return REFUSED
    if rolled_out.get("status") == "True" and served and Reason.UPDATING not in said:
        return SERVED
    begun = rolled_out.get("reason") == Reason.ROLLING_OUT  # a first step without traffic sends nothing
    return SENT if begun or said & {*SENDING, Reason.REJECTED} else NOTHING


def _of_state(said: set[Any], *, applied: bool, served: bool) -> Told:
    if Reason.REJECTED in said:
        return REFUSED
    if Reason.CREATE_FAILED in said or (applied and Reason.UPDATE_FAILED in said):
        return FAILED
    return SERVED if served else SENT if said & SENDING else NOTHING


def _superseded(entry: HistoryEntry) -> HistoryEntry:
    return entry if entry.result else entry.model_copy(update={"result": Result.SUPERSEDED})


def _closed(entry: HistoryEntry, result: Result | None, now: datetime) -> HistoryEntry:
    """What was served once stays so, whatever becomes of the endpoint; what failed may yet be served."""
    if result is None or entry.result in (Result.READY, result):
        return entry
    served = {"ready_at": now} if result is Result.READY else {}
    return entry.model_copy(update={"result": result, **served})

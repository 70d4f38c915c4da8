"""From a verdict to the conditions: merged with what they were, and stamped with the generation in this one place."""

from __future__ import annotations

import re
from datetime import UTC
from typing import TYPE_CHECKING, Any

from agentrun_operator.reconcile.verdict import Statement, good, unknown
from agentrun_operator.resources.reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from agentrun_operator.reconcile.verdict import Verdict

Json = dict[str, Any]

REQUEST = "(request "
_REQUEST = re.compile(r"\(request [^()]*\)")

MESSAGE_LIMIT = 1024
"""Characters of a condition's message; an answer of the service is quoted no further."""


def merged(verdict: Verdict, generation: int, now: datetime, before: Iterable[Mapping[str, Any]]) -> list[Json]:
    """The conditions that the status is to have.

    Args:
        verdict: what they are to say.
        generation: the generation that was reconciled. `Synced` keeps the last one that reached AgentRun.
        now: the transition time of a condition whose status changes.
        before: the conditions so far; what the verdict leaves open stays.
    """
    known = {condition["type"]: dict(condition) for condition in before}
    return [
        _merged(kind, statement, stamp, now, known.get(kind))
        for kind, statement, stamp in _statements(verdict, generation, known)
    ]


def _statements(
    verdict: Verdict, generation: int, known: Mapping[str, Json]
) -> Iterator[tuple[str, Statement | None, int]]:
    main = verdict.ready or verdict.synced or unknown(Reason.STALE, "Not looked at yet")
    yield (
        "Ready",
        verdict.ready if verdict.ready or "Ready" in known else unknown(main.reason, main.message),
        generation,
    )
    if verdict.synced or "Synced" in known:
        yield "Synced", verdict.synced, _applied(verdict, generation, known)
    if verdict.rolled_out:
        yield "RolledOut", verdict.rolled_out, generation
    why = main if verdict.rolled_out is None or main.status != "True" else _troubled(verdict.rolled_out, main)
    if verdict.reconciling:
        yield "Reconciling", good(why.reason, why.message), generation
    if verdict.stalled:
        cause = _troubled(None if _on_its_way(verdict) else verdict.synced, why)
        yield "Stalled", good(cause.reason, cause.message), generation
    if verdict.drifted:
        yield "Drifted", verdict.drifted, generation
    if verdict.exported:
        yield "Exported", verdict.exported, generation


def _applied(verdict: Verdict, generation: int, known: Mapping[str, Json]) -> int:
    """The last generation that reached AgentRun; 0 while something that is recorded under it has not."""
    if verdict.applied:
        return generation
    return 0 if verdict.unsent else known.get("Synced", {}).get("observedGeneration", 0)


def _on_its_way(verdict: Verdict) -> bool:
    """Whether what is not in sync is being sent: that is no trouble."""
    return verdict.synced is not None and verdict.synced.reason is Reason.UPDATING


def _troubled(statement: Statement | None, otherwise: Statement) -> Statement:
    """A statement that something does not hold, if it is one."""
    return statement if statement and statement.status == "False" else otherwise


def _merged(kind: str, statement: Statement | None, generation: int, now: datetime, before: Json | None) -> Json:
    if statement is None:
        return before or {}
    unchanged = before is not None and before["status"] == statement.status
    message = statement.message[:MESSAGE_LIMIT]
    condition: Json = {
        "type": kind,
        "status": statement.status,
        "reason": statement.reason.value,
        "message": before["message"] if before and _same(before["message"], message) else message,
        "lastTransitionTime": before["lastTransitionTime"] if before and unchanged else timestamp(now),
    }
    return condition | ({"observedGeneration": generation} if generation else {})


def _same(one: str, other: str) -> bool:
    """Whether two messages say the same of different calls: then the first stays, or each look would be a write."""
    return one == other or (REQUEST in one and _REQUEST.sub("", one) == _REQUEST.sub("", other))


def unread(why: str, now: datetime, before: Iterable[Mapping[str, Any]]) -> list[Json]:
    """The conditions of an object that cannot be read: Ready says why, the others stay as they were.

    Args:
        why: what is wrong with it.
        now: the time, for when that is news.
        before: the conditions so far.
    """
    known = {each["type"]: dict(each) for each in before}
    message = f"The operator cannot read this object, and leaves it alone: {why}"
    ready = _merged("Ready", unknown(Reason.UNKNOWN_STATE, message), 0, now, known.get("Ready"))
    return list((known | {"Ready": ready}).values())


def timestamp(moment: datetime) -> str:
    """A time as Kubernetes writes it, in UTC and whole seconds."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")[: -len("+00:00")] + "Z"

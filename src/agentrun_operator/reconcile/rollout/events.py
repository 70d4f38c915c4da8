"""What an object's owner reads of a rollout, from two records: names and numbers, never a reply's text. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from agentrun_operator.reconcile.rollout.memory import ALL, FAIL, Memory, Phase
from agentrun_operator.reconcile.rollout.request import EARLY, NO_REQUEST, Request, Verb, shown

if TYPE_CHECKING:
    from agentrun_operator.reconcile.rollout.memory import Cause


class Event(NamedTuple):
    """A Kubernetes Event to be: its reason, its message, and whether it is a warning."""

    reason: str
    message: str
    warning: bool = False


def happened(before: Memory, after: Memory) -> tuple[Event, ...]:
    """What a new record tells, once it is written.

    Args:
        before: the record until now.
        after: the new one.
    """
    if not before.stable:
        before = before._replace(stable=after.stable)  # the first sight of an endpoint is no promotion
    found = (_approved(before, after), _promoted(before, after), _ended(before, after))
    return tuple(event for event in (*found, *_going_on(before, after), _held(before, after)) if event)


def ignored(text: str, before: Memory, after: Memory) -> Event | None:
    """That a request does not fit, and why; None where it was or will be answered.

    The process remembers the text that it told of, and tells of it once: the record has only those that were answered.

    Args:
        text: the annotation; empty if there is none.
        before: the record that it was seen with.
        after: the record that was made of both.
    """
    request = Request.of(text)
    if request and _stood(request, after):
        why = EARLY
    elif not text or text in (before.last_request, after.last_request):
        return None
    else:
        why = request.misfit(before) and request.misfit(after) if request else NO_REQUEST
    return Event("RequestIgnored", f"The request {shown(text)!r} is ignored: {why}", warning=True) if why else None


def _stood(request: Request, memory: Memory) -> bool:
    """Whether it is an approval of the gate that waits, and stood before: it is recorded so as not to count."""
    waits = memory.phase is Phase.AWAITING_APPROVAL and request.text == memory.last_request
    return waits and request.approves(memory)


def dropped(before: Memory) -> Event | None:
    """That `spec.rollout` was removed while a rollout was under way; None if none was."""
    if not before.running:
        return None
    message = (
        f"spec.rollout was removed while rollout {before.number} of version {before.canary} was at {before.weight}%:"
        " targetVersion gets all traffic now, without steps"
    )
    return Event("RolloutDropped", message, warning=True)


def _approved(before: Memory, after: Memory) -> Event | None:
    request = Request.of(after.last_request) if after.last_request != before.last_request else None
    if request is None or request.verb is not Verb.APPROVE or before.phase is not Phase.AWAITING_APPROVAL:
        return None
    message = f"Rollout {before.number}: version {before.canary} at {before.weight}% was approved"
    return Event("RolloutApproved", message)


def _promoted(before: Memory, after: Memory) -> Event | None:
    if after.stable == before.stable:
        return None
    how = "" if before.canary == after.stable else ", without steps"
    message = f"Version {after.stable} gets all traffic{how}; it was version {before.stable} before"
    return Event("RolloutPromoted", message)


def _ended(before: Memory, after: Memory) -> Event | None:
    if not before.running or after.running or after.stable != before.stable:
        return None
    why = _why(after) if after.phase is Phase.ROLLED_BACK else "the spec wants the stable version again"
    message = (
        f"Rollout {before.number}: version {before.canary} was taken back from {before.weight}%, and version"
        f" {after.stable} gets all traffic: {why}{_sessions(before)}"
    )
    return Event("RolledBack", message, warning=True)


def _why(after: Memory) -> str:
    failing = ", ".join(_shown_check(check) for check in after.checks if check.verdict == FAIL)
    cause = after.cause.value if after.cause else "this plan was given up before"
    return f"{cause} ({failing})" if failing else cause


def _shown_check(check: tuple[str, ...]) -> str:
    name, _, value, limit, _ = check
    measured = f" {value}" if value else ""
    return f"{name}{measured}{f' of {limit}' if limit else ''}"


def _going_on(before: Memory, after: Memory) -> tuple[Event, ...]:
    """What was begun, replaced or stepped."""
    if not after.running:
        return ()
    share = _share(after)
    if after.number == before.number:
        stepped = Event("RolloutStepped", f"Rollout {after.number}, step {after.step}: {share}")
        return (stepped,) if after.step != before.step else ()
    if not before.running:
        return (Event("RolloutStarted", f"Rollout {after.number}: {share}"),)
    what = "by an edited plan" if after.canary == before.canary else f"for version {before.canary} at {before.weight}%"
    left = _sessions(before) if after.canary != before.canary else ""
    return (Event("RolloutReplaced", f"Rollout {after.number} in place of {before.number}, {what}: {share}{left}"),)


def _sessions(before: Memory) -> str:
    """What a version that had traffic keeps of it, as a further sentence."""
    return f". Open sessions may stay on version {before.canary} until they are idle" if before.weight else ""


def _share(after: Memory) -> str:
    if after.weight == 0:
        return f"version {after.canary} gets no traffic yet, version {after.stable} all"
    if after.weight == ALL:
        return f"version {after.canary} gets all traffic"
    return f"version {after.canary} gets {after.weight}%, version {after.stable} the rest"


def _held(before: Memory, after: Memory) -> Event | None:
    if after.phase is not Phase.HELD or after.cause is None or _holds(before) == after.cause:
        return None
    where = (
        f"Rollout {after.number}: version {after.canary} stays at {after.weight}%"
        if after.running
        else "No rollout begins"
    )
    return Event("RolloutHeld", f"{where}: {after.cause.value}", warning=True)


def _holds(memory: Memory) -> Cause | None:
    return memory.cause if memory.phase is Phase.HELD else None

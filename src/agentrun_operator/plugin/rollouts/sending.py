"""Sends a request to a rollout, and waits until the operator answered it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentrun_operator.plugin.cluster.changes import changed, existing
from agentrun_operator.plugin.cluster.waiting import until
from agentrun_operator.plugin.edits.edit import NotPossibleError
from agentrun_operator.plugin.exits import UnknownError
from agentrun_operator.plugin.rollouts.record import rolling_of
from agentrun_operator.plugin.rollouts.requests import asked, done, refused
from agentrun_operator.printable import printable
from agentrun_operator.resources.names import ROLLOUT

if TYPE_CHECKING:
    from collections.abc import Callable

    from agentrun_operator.plugin.cluster.kubectl.kubectl import Object
    from agentrun_operator.plugin.rollouts.record import Rolling
    from agentrun_operator.plugin.rollouts.requests import Asked
    from agentrun_operator.plugin.session import Session
    from agentrun_operator.reconcile.rollout.request import Request, Verb

    VerbOf = Callable[[Rolling], Verb | None]
    Patch = dict[str, object]

ANSWER = 30.0
"""Seconds that an answer may take: the operator looks at once, but may have to read what AgentRun has."""


def send(session: Session, name: str, verb_of: VerbOf, within: float = ANSWER) -> Rolling:
    """Send a request to an object's rollout and wait for its answer, which is shown.

    Args:
        session: the run.
        name: the object's.
        verb_of: what is asked for, given the rollout as it is: None if nothing is. What it raises ends the command.
        within: the longest wait, in seconds.

    Returns:
        the object's rollout once it was answered.

    Raises:
        NotPossibleError: the request does not fit, or does not any more.
        UnknownError: no answer came.
        PluginError: see `changes.changed`.
    """
    end = session.monotonic() + within
    rolling = rolling_of(existing(session.kubectl, name))
    if verb_of(rolling) is None:
        session.screen.write(printable(f"{rolling.name}: nothing to ask for: {answer(rolling)}"))
        return rolling
    wanted = _asked(verb_of, rolling)
    if wanted.renewed:
        _take_away(session, name, wanted.request, end)
    request = _write(session, name, verb_of)
    after = _wait(session, name, end, request)
    session.screen.write(printable(f"{after.name}: {request.text!r} is answered: {answer(after)}"))
    return after


def answer(rolling: Rolling) -> str:
    """How a rollout stands, in few words."""
    memory = rolling.memory
    phase = memory.phase.value if memory.phase else ("Progressing" if memory.running else "at rest")
    if memory.running:
        cause = f" ({memory.cause})" if memory.cause else ""
        return f"{phase}{cause}, version {memory.canary} is to have {memory.weight}%, in step {memory.step}"
    cause = f" ({memory.cause})" if memory.cause else ""
    return f"{phase}{cause}, version {memory.stable} is to have all traffic"


def _asked(verb_of: VerbOf, rolling: Rolling) -> Asked:
    verb = verb_of(rolling)
    if verb is None:
        raise NotPossibleError(f"{rolling.name}: somebody was faster: {answer(rolling)}")
    return asked(verb, rolling)


def _write(session: Session, name: str, verb_of: VerbOf) -> Request:
    """Write the request into the annotation, unless it is answered or stands there; returns it."""
    written: list[Request] = []

    def patch(found: Object) -> Patch | None:
        rolling = rolling_of(found)
        request, answered, _ = _asked(verb_of, rolling)
        written[:] = [request]
        if answered:
            session.screen.hint(f"{request.text!r} was answered before")
        if answered or rolling.annotation == request.text:
            return None
        _warn_of_another(session, rolling, request)
        return {"metadata": {"annotations": {ROLLOUT: request.text}}}

    changed(session.kubectl, name, patch)
    return written[0]


def _take_away(session: Session, name: str, request: Request, end: float) -> None:
    """Take a request away that came before its time, and wait until it is forgotten."""

    def patch(found: Object) -> Patch | None:
        stands = rolling_of(found).annotation == request.text
        return {"metadata": {"annotations": {ROLLOUT: None}}} if stands else None

    changed(session.kubectl, name, patch)

    def stands() -> bool:
        return rolling_of(existing(session.kubectl, name)).memory.last_request == request.text

    if until(stands, lambda still: not still, end - session.monotonic(), session):
        raise UnknownError(f"{name}: the operator does not take notice. {_is_it_there(session)}")


def _warn_of_another(session: Session, rolling: Rolling, request: Request) -> None:
    present = rolling.annotation
    if present and present not in (request.text, rolling.memory.last_request):
        session.screen.hint(f"this takes the place of the request {present!r}, which is not answered")


def _wait(session: Session, name: str, end: float, request: Request) -> Rolling:
    def look() -> Rolling:
        return rolling_of(existing(session.kubectl, name))

    def ended(seen: Rolling) -> bool:
        return done(request, seen.memory) or bool(refused(request, seen))

    rolling = until(look, ended, end - session.monotonic(), session)
    if done(request, rolling.memory):
        return rolling
    if why := refused(request, rolling):
        raise NotPossibleError(f"{rolling.name}: {request.text!r} is not answered: {why}")
    raise UnknownError(
        f"{rolling.name}: {request.text!r} stands in the annotation and is not answered yet; the rollout is"
        f" {answer(rolling)}. {_is_it_there(session)}"
    )


def _is_it_there(session: Session) -> str:
    return f"Is it there? {session.kubectl.connection.again('check')}"

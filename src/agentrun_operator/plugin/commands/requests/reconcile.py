"""`reconcile`: asks for a look at once, and waits for what comes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from agentrun_operator.plugin.cluster.endpoints import Selection, find
from agentrun_operator.plugin.cluster.standing import Outcome, is_paused, outcome_of, standing_of
from agentrun_operator.plugin.cluster.waiting import seconds_of
from agentrun_operator.plugin.commands.requests.acting import End, Request, act, reason_of
from agentrun_operator.plugin.exits import ExitCode, PluginError
from agentrun_operator.plugin.flags import Timeout, with_flags
from agentrun_operator.plugin.session import Session
from agentrun_operator.resources.names import RECONCILE_REQUESTED_AT

if TYPE_CHECKING:
    from collections.abc import Callable

    from agentrun_operator.plugin.cluster.kubectl.kubectl import Object


Names = Annotated[list[str], typer.Argument(metavar="NAME...", help="Objects.")]


@with_flags
def reconcile(session: Session, *, names: Names, timeout: Timeout = "5m") -> None:
    """Have endpoints looked at now, and show what came of it."""
    limit = seconds_of(timeout)
    found = find(session.kubectl, Selection(tuple(names)))
    raise typer.Exit(
        act(session, found, request_at(session.now().isoformat(), session.kubectl.connection.again), limit)
    )


def request_at(value: str, again: Callable[[str], str]) -> Request:
    """The request for a look.

    Args:
        value: of the annotation, which no other request has.
        again: how a person types another command for the same cluster.
    """

    def change(thing: Object) -> dict[str, object]:
        if is_paused(thing):
            resume = again(f"resume {thing['metadata']['name']}")
            raise PluginError(f"it is paused, and nothing is done about it until: {resume}")
        return {"metadata": {"annotations": {RECONCILE_REQUESTED_AT: value}}}

    return Request(change, lambda thing: _end(thing, value))


def _end(thing: Object, value: str) -> End | None:
    """How it ended, once the answer is there and what it led to is settled; a rollout has its own time."""
    if thing.get("status", {}).get("lastHandledReconcileAt") != value:
        return None
    said = reason_of(standing_of(thing))
    if is_paused(thing):
        return End(ExitCode.NEGATIVE, f"it was paused meanwhile. {said}")
    outcome = outcome_of(thing, rollout=False)
    codes = {Outcome.READY: ExitCode.DONE, Outcome.STALLED: ExitCode.NEGATIVE}
    return End(codes[outcome], said) if outcome in codes else None

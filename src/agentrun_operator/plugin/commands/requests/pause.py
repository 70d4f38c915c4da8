"""`pause` and `resume`: stop every write to AgentRun, and go on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from agentrun_operator.plugin.cluster.endpoints import Found, Selection, find
from agentrun_operator.plugin.cluster.reading import full_name, mapping, number, text
from agentrun_operator.plugin.cluster.standing import (
    NOTHING,
    conditions,
    is_current,
    is_deleted,
    is_paused,
    standing_of,
)
from agentrun_operator.plugin.cluster.waiting import seconds_of
from agentrun_operator.plugin.commands.requests.acting import End, Request, act, reason_of
from agentrun_operator.plugin.exits import ExitCode, UsageError
from agentrun_operator.plugin.flags import Everywhere, Selector, Timeout, with_flags
from agentrun_operator.plugin.session import Session
from agentrun_operator.resources.names import PAUSED
from agentrun_operator.resources.reasons import Reason

if TYPE_CHECKING:
    from agentrun_operator.plugin.cluster.kubectl.kubectl import Object

Names = Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="Objects.")]
All = Annotated[bool, typer.Option("--all", help="All objects, or those with the labels of -l.")]


@with_flags
def pause(
    session: Session,
    *,
    names: Names = None,
    everything: All = False,
    all_namespaces: Everywhere = False,
    selector: Selector = "",
) -> None:
    """Stop every write to AgentRun, deletion and the revert of a rollout included."""
    found = _found(session, names, everything=everything, everywhere=all_namespaces, selector=selector)
    raise typer.Exit(act(session, found, pausing(), 0))


@with_flags
def resume(
    session: Session,
    *,
    names: Names = None,
    everything: All = False,
    all_namespaces: Everywhere = False,
    selector: Selector = "",
    timeout: Timeout = "5m",
) -> None:
    """Let endpoints that were paused go on, and wait until they are in sync."""
    limit = seconds_of(timeout)
    found = _found(session, names, everything=everything, everywhere=all_namespaces, selector=selector)
    raise typer.Exit(act(session, found, Request(_unpaused, resumed), limit))


def _found(session: Session, names: list[str] | None, *, everything: bool, everywhere: bool, selector: str) -> Found:
    if bool(names) == everything or (not everything and (everywhere or selector)):
        raise UsageError("give names, or --all with or without -l and -A")
    found = find(session.kubectl, Selection(tuple(names or ()), everywhere, selector))
    if everything and not found.objects:
        session.screen.hint("No AgentRuntimeEndpoints found.")
    return found


def pausing() -> Request:
    """The request to stop; it is in force with the patch."""
    before: set[str] = set()

    def change(thing: Object) -> dict[str, object] | None:
        if is_paused(thing):
            before.add(full_name(thing))
            return None
        return {"metadata": {"annotations": {PAUSED: "true"}}}

    def end(thing: Object) -> End:
        already = "was paused already" if full_name(thing) in before else "paused"
        return End(ExitCode.DONE, f"{already}{_unprotected(thing)}")

    return Request(change, end)


def _unpaused(thing: Object) -> dict[str, object] | None:
    annotations = mapping(thing, "metadata", "annotations")
    return {"metadata": {"annotations": {PAUSED: None}}} if PAUSED in annotations else None


def resumed(thing: Object) -> End | None:
    """How a resume ended for an object; a rollout has its own time."""
    if is_paused(thing):
        return End(ExitCode.NEGATIVE, "it was paused again meanwhile")
    told, said = conditions(thing), reason_of(standing_of(thing))
    if is_deleted(thing) or not is_current(thing):
        return None
    if told.get("Stalled", NOTHING).status == "True":
        return End(ExitCode.NEGATIVE, said)
    synced = told.get("Synced", NOTHING)
    return End(ExitCode.DONE, said) if synced.status == "True" and synced.reason != Reason.PAUSED else None


def _unprotected(thing: Object) -> str:
    """That a rollout is under way, which a pause does not revert."""
    rollout = mapping(thing, "status", "rollout")
    if not text(rollout.get("phase")) or text(rollout.get("phase")) == "RolledBack":
        return ""
    return f"; its rollout stays at {number(rollout.get('weight')) or 0}% without protection"

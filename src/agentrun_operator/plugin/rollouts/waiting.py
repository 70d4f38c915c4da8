"""Waits until a rollout has ended, or an endpoint is ready: the end is an exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agentrun_operator.durations import duration
from agentrun_operator.plugin.cluster.changes import existing
from agentrun_operator.plugin.cluster.reading import full_name
from agentrun_operator.plugin.cluster.standing import (
    NOTHING,
    Condition,
    Outcome,
    conditions,
    is_current,
    outcome_of,
)
from agentrun_operator.plugin.cluster.waiting import until
from agentrun_operator.plugin.exits import ExitCode, PluginError, UnknownError
from agentrun_operator.printable import printable
from agentrun_operator.resources.reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from agentrun_operator.plugin.cluster.kubectl.kubectl import Object
    from agentrun_operator.plugin.session import Session


class BackError(PluginError):
    """What was waited for has ended badly."""


def wait_rolled_out(session: Session, name: str, within: float) -> None:
    """Wait until the goal has all traffic.

    Raises:
        BackError: it was taken back.
        UnknownError: neither came in time.
    """
    _wait(session, name, within, _rolled_out)


def wait_ready(session: Session, name: str, within: float) -> None:
    """Wait until the endpoint serves what the present spec asks for, and where there is a rollout, its goal.

    Raises:
        BackError: it is stuck until a person acts.
        UnknownError: neither came in time.
    """
    _wait(session, name, within, _ready)


def _wait(session: Session, name: str, within: float, end_of: Callable[[Object], ExitCode | None]) -> None:
    told: list[str] = []

    def look() -> Object:
        found = existing(session.kubectl, name)
        if end_of(found) is None and (said := _said(found)) not in told[-1:]:
            session.screen.hint(f"{full_name(found)}: {said}")
            told.append(said)
        return found

    found = until(look, lambda seen: end_of(seen) is not None, within, session)
    said, code = f"{full_name(found)}: {_said(found)}", end_of(found)
    if code is None:
        raise UnknownError(f"{full_name(found)}: not within {duration(within)}: {_said(found)}")
    if code:
        raise BackError(said)
    session.screen.write(printable(said))


def _said(found: Object) -> str:
    return message_of(found, "RolledOut") or message_of(found, "Ready") or "no status yet"


def _told(found: Mapping[str, object], kind: str) -> Condition:
    """A condition of an object, if it speaks of the present generation; else one that says nothing."""
    return conditions(found).get(kind, NOTHING) if is_current(found) else NOTHING


def message_of(found: Mapping[str, object], kind: str) -> str:
    """What a condition says to people of the present generation; empty if nothing."""
    return _told(found, kind).message


def _rolled_out(found: Mapping[str, Any]) -> ExitCode | None:
    if found["spec"].get("rollout") is None:
        raise BackError(f"{full_name(found)} has no spec.rollout")
    told = _told(found, "RolledOut")
    if told.status == "True":
        return ExitCode.DONE
    return ExitCode.NEGATIVE if told.reason == Reason.ROLLED_BACK else None


def _ready(found: Mapping[str, object]) -> ExitCode | None:
    """By what a wait finds; an edit is served once nothing of it is left to send."""
    outcome = outcome_of(found)
    if outcome is Outcome.STALLED:
        return ExitCode.NEGATIVE
    sent = _told(found, "Synced").status == "True" and _told(found, "Reconciling") is NOTHING
    return ExitCode.DONE if outcome is Outcome.READY and sent else None

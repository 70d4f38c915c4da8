"""Waits until a rollout has ended, or an endpoint is ready: the end is an exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agentrun_operator.plugin.cluster.changes import existing
from agentrun_operator.plugin.cluster.reading import full_name
from agentrun_operator.plugin.cluster.waiting import until
from agentrun_operator.plugin.exits import ExitCode, PluginError, UnknownError
from agentrun_operator.plugin.screen.times import duration
from agentrun_operator.printable import printable

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


def condition_of(found: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    """A condition of an object, if it speaks of the present generation; else an empty one."""
    status = found.get("status") or {}
    if status.get("observedGeneration") != found["metadata"]["generation"]:
        return {}
    return next((each for each in status.get("conditions") or () if each["type"] == kind), {})


def message_of(found: Mapping[str, Any], kind: str) -> str:
    """What a condition says to people."""
    return str(condition_of(found, kind).get("message") or "")


def _rolled_out(found: Mapping[str, Any]) -> ExitCode | None:
    if found["spec"].get("rollout") is None:
        raise BackError(f"{full_name(found)} has no spec.rollout")
    told = condition_of(found, "RolledOut")
    if told.get("status") == "True":
        return ExitCode.DONE
    return ExitCode.NEGATIVE if told.get("reason") == "RolledBack" else None


def _ready(found: Mapping[str, Any]) -> ExitCode | None:
    if condition_of(found, "Stalled").get("status") == "True":
        return ExitCode.NEGATIVE
    kinds = ("Ready", "Synced", *(["RolledOut"] if found["spec"].get("rollout") is not None else []))
    done = all(condition_of(found, kind).get("status") == "True" for kind in kinds)
    return ExitCode.DONE if done and not condition_of(found, "Reconciling") else None

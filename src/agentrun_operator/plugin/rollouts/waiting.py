"""Waits until a rollout has ended, or an endpoint is ready: the end is an exit code."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from agentrun_operator.plugin.cluster.changes import existing
from agentrun_operator.plugin.cluster.reading import full_name
from agentrun_operator.plugin.exits import ExitCode, PluginError, UnknownError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from agentrun_operator.plugin.session import Session

PAUSE = 1.0
"""Seconds between two looks."""

LONGEST = 3600.0
"""Seconds that a wait takes, unless told otherwise."""

UNITS = {"h": 3600, "m": 60, "s": 1, "": 1}


class BackError(PluginError):
    """What was waited for has ended badly."""


def seconds_of(text: str, default: float) -> float:
    """The seconds of a time such as `90s`, `10m` or `1h30m`; the default for an empty one.

    Raises:
        UsageError: it is no time.
    """
    parts = re.findall(r"([0-9]{1,6})([hms]?)", text)
    if "".join(number + unit for number, unit in parts) != text:
        raise UsageError(f"{text!r} is no time, such as 90s, 10m or 1h30m")
    return float(sum(int(number) * UNITS[unit] for number, unit in parts)) if parts else default


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


def _wait(session: Session, name: str, within: float, look: Callable[[Mapping[str, Any]], ExitCode | None]) -> None:
    end = session.monotonic() + within
    told = ""
    while True:
        found = existing(session.kubectl, name)
        said = message_of(found, "RolledOut") or message_of(found, "Ready")
        if (code := look(found)) is not None:
            break
        if said != told:
            session.screen.hint(f"{full_name(found)}: {said}")
            told = said
        if session.monotonic() >= end:
            raise UnknownError(f"{full_name(found)}: not within {within:g} s: {said or 'no status yet'}")
        session.sleep(PAUSE)
    if code:
        raise BackError(f"{full_name(found)}: {said}")
    session.screen.write(f"{full_name(found)}: {said}")


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

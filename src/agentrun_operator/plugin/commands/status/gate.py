"""Waits until objects are settled: the gate of a pipeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentrun_operator.plugin.cluster.endpoints import find
from agentrun_operator.plugin.cluster.reading import full_name
from agentrun_operator.plugin.cluster.standing import Outcome, outcome_of, standing_of
from agentrun_operator.plugin.cluster.waiting import seconds_of, until
from agentrun_operator.plugin.commands.status.show import show_found
from agentrun_operator.plugin.exits import ExitCode, PluginError

if TYPE_CHECKING:
    from agentrun_operator.plugin.cluster.endpoints import Found
    from agentrun_operator.plugin.cluster.kubectl.kubectl import Object
    from agentrun_operator.plugin.commands.status.show import View
    from agentrun_operator.plugin.session import Session

CODES = {Outcome.READY: ExitCode.DONE, Outcome.STALLED: ExitCode.NEGATIVE, Outcome.PENDING: ExitCode.UNKNOWN}


def wait(session: Session, view: View, limit: str) -> ExitCode:
    """Wait for all objects, tell of each change, and show how they stand then; the exit code.

    Args:
        session: the cluster, the terminal and the time.
        view: which objects, and how they are shown.
        limit: how long at most, such as `5m`.

    Raises:
        UsageError: the limit is no time.
        PluginError: there is no object to wait for.
    """
    told: dict[str, str] = {}

    def look() -> Found:
        found = find(session.kubectl, view.selection)
        for each in found.objects:
            _tell(session, each, told)
        return found

    within = seconds_of(limit)
    found = until(look, _settled, within, session)
    if not found.objects and not found.missing:
        raise PluginError("there is no AgentRuntimeEndpoint to wait for")
    show_found(session, view, found)
    for each in found.objects:
        _explain(session, each, limit)
    codes = [CODES[outcome_of(each)] for each in found.objects]
    return max(codes + [ExitCode.NEGATIVE] * bool(found.missing))


def _settled(found: Found) -> bool:
    return all(outcome_of(each) is not Outcome.PENDING for each in found.objects)


def _tell(session: Session, thing: Object, told: dict[str, str]) -> None:
    standing = standing_of(thing)
    said = f"{standing.word} {standing.reason}".strip()
    if told.get(full_name(thing)) != said:
        told[full_name(thing)] = said
        session.screen.hint(f"{full_name(thing)}: {said}")


def _explain(session: Session, thing: Object, limit: str) -> None:
    outcome, standing = outcome_of(thing), standing_of(thing)
    why = f"{standing.reason}: {standing.message}" if standing.reason else standing.message
    if outcome is Outcome.STALLED:
        session.screen.error(f"{full_name(thing)} is Stalled: {why}")
    elif outcome is Outcome.PENDING:
        session.screen.error(f"{full_name(thing)} is not Ready after {limit}: {why}")

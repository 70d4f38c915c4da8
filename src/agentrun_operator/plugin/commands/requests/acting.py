"""Asks something of each of some objects, waits until all have answered, and says how each one ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from agentrun_operator.durations import duration
from agentrun_operator.plugin.cluster.changes import edit, no_such
from agentrun_operator.plugin.cluster.endpoints import again
from agentrun_operator.plugin.cluster.kubectl.refusals import UnreachableError
from agentrun_operator.plugin.cluster.reading import full_name
from agentrun_operator.plugin.cluster.standing import Standing, is_deleted, standing_of
from agentrun_operator.plugin.cluster.waiting import until
from agentrun_operator.plugin.exits import ExitCode, PluginError
from agentrun_operator.printable import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from agentrun_operator.plugin.cluster.endpoints import Found
    from agentrun_operator.plugin.cluster.kubectl.kubectl import Object
    from agentrun_operator.plugin.session import Session

LONGEST = 1024
"""Characters of a message that are told."""


class End(NamedTuple):
    """How it ended for one object."""

    code: ExitCode
    said: str


class Request(NamedTuple):
    """What is asked of each object.

    Args:
        change: the merge patch, from the object as it is; None where nothing is to be done. May refuse by an error.
        end: how it ended, from the object as it is; None while that is open.
    """

    change: Callable[[Object], Mapping[str, object] | None]
    end: Callable[[Object], End | None]


def act(session: Session, found: Found, request: Request, limit: float) -> ExitCode:
    """Ask, wait and tell; the worst exit code. What fails for one object is told, and the others are asked.

    Args:
        session: the cluster, the terminal and the time.
        found: the objects, and the names that nothing has.
        request: what is asked.
        limit: seconds for all answers.

    Raises:
        UnreachableError: the cluster does not answer.
    """
    codes = [ExitCode.NEGATIVE for _ in found.missing]
    for name in found.missing:
        session.screen.error(str(no_such(session.kubectl, name)))
    asked = {}
    for thing in found.objects:
        try:
            asked[full_name(thing)] = edit(session.kubectl, thing, request.change)
        except UnreachableError:
            raise
        except PluginError as error:
            session.screen.error(f"{full_name(thing)}: {error}")
            codes.append(error.code)
    return max([*codes, *_ends(session, asked, request, limit)], default=ExitCode.DONE)


def _ends(session: Session, asked: dict[str, Object], request: Request, limit: float) -> list[ExitCode]:
    ended: dict[str, End] = {}
    _settle(session, asked, request, ended)

    def look() -> bool:
        waited = [thing for name, thing in asked.items() if name not in ended]
        seen = {full_name(each): each for each in again(session.kubectl, waited)}
        for thing in waited:
            if full_name(thing) not in seen:
                _tell(session, full_name(thing), ended, _gone(thing))
        asked.update(seen)
        _settle(session, seen, request, ended)
        return len(ended) == len(asked)

    if len(ended) < len(asked):
        until(look, bool, limit, session)
    for name, thing in asked.items():
        if name not in ended:
            why = reason_of(standing_of(thing))
            _tell(session, name, ended, End(ExitCode.UNKNOWN, f"not settled after {duration(limit)}. {why}"))
    return [each.code for each in ended.values()]


def reason_of(standing: Standing) -> str:
    """How an object stands, in a sentence."""
    why = f" ({standing.reason})" if standing.reason and standing.reason != standing.word else ""
    return f"{standing.word}{why}: {standing.message[:LONGEST]}"


def _settle(session: Session, seen: Mapping[str, Object], request: Request, ended: dict[str, End]) -> None:
    for name, thing in seen.items():
        if end := request.end(thing):
            _tell(session, name, ended, end)


def _tell(session: Session, name: str, ended: dict[str, End], end: End) -> None:
    ended[name] = end
    session.screen.write(printable(f"{name}: {end.said}"))


def _gone(thing: Object) -> End:
    if is_deleted(thing):
        return End(ExitCode.DONE, "it is gone")
    return End(ExitCode.NEGATIVE, "it was deleted meanwhile")

"""Which runtimes were asked for, and their endpoints: a call for each runtime."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from agentrun_operator.agentrun.odd import oddity_of
from agentrun_operator.plugin.commands.importing.screening import short
from agentrun_operator.plugin.exits import UnknownError
from agentrun_operator.plugin.remote.unowned import Remote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from agentrun_operator.agentrun import Runtime
    from agentrun_operator.plugin.remote.account import Account

TRIES = 3
"""Runtimes in a row whose endpoints are not told, after which no more are asked for: each may take a minute."""

SHOWN = 10
"""Ids that an error names."""


class Choice(NamedTuple):
    """The runtimes that were asked for, and for what was asked and is none, why."""

    runtimes: list[Runtime]
    wrong: list[str]


@dataclass
class Found:
    """What AgentRun told, and why it did not tell the rest."""

    remotes: list[Remote] = field(default_factory=list)
    untold: list[str] = field(default_factory=list)


def chosen(runtimes: Sequence[Runtime], asked: Iterable[str]) -> Choice:
    """The runtimes of these names or ids, each once.

    Args:
        runtimes: all that there are.
        asked: names and ids.
    """
    choice = Choice([], [])
    for word in dict.fromkeys(asked):
        found = _meant(runtimes, word)
        choice.runtimes.extend(each for each in found if len(found) == 1 and each not in choice.runtimes)
        if not found:
            choice.wrong.append(f"there is no runtime {word!r} in this account and region, by name or id")
        if len(found) > 1:
            ids = ", ".join(short(each.agent_runtime_id or "without an id") for each in found[:SHOWN])
            choice.wrong.append(f"{len(found)} runtimes are called {word!r}; name one by its id: {ids}")
    return choice


def _meant(runtimes: Sequence[Runtime], word: str) -> list[Runtime]:
    by_id = [each for each in runtimes if each.agent_runtime_id == word]
    return by_id or [each for each in runtimes if each.agent_runtime_name == word]


def shown(runtime: Runtime) -> str:
    """A runtime as people know it."""
    return short(runtime.agent_runtime_name or runtime.agent_runtime_id or "without a name")


def endpoints_of(account: Account, runtimes: Sequence[Runtime], progress: Callable[[str], None]) -> Found:
    """The endpoints of these runtimes. One that does not tell hides no other.

    Args:
        account: whom to ask.
        runtimes: whose endpoints.
        progress: told how far this is.
    """
    found, failures = Found(), 0
    for number, runtime in enumerate(runtimes, start=1):
        progress(f"Reading runtime {number} of {len(runtimes)}: {shown(runtime)}")
        try:
            endpoints = account.endpoints(_id_of(runtime))
        except UnknownError as error:
            found.untold.append(f"runtime {shown(runtime)}: {error}")
            failures += 1
        else:
            found.remotes.extend(Remote(runtime, endpoint) for endpoint in endpoints)
            failures = 0
        if failures == TRIES and number < len(runtimes):
            found.untold.append(f"gave up after {TRIES} in a row: {len(runtimes) - number} runtimes were not read")
            break
    return found


def _id_of(runtime: Runtime) -> str:
    if not runtime.agent_runtime_id:
        raise UnknownError(str(oddity_of(runtime) or "AgentRun tells no id of it"))
    return runtime.agent_runtime_id

"""Which endpoints can be imported, which are passed over, and which fail: before anything is written. Pure."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from agentrun_operator.printable import printable
from agentrun_operator.resources.names import ENDPOINT_NAME_PATTERN, PROBE_NAME_PATTERN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from agentrun_operator.plugin.remote.unowned import Remote

SHOWN = 80
"""Characters of a name that are shown: AgentRun's are known to be shorter."""

NAME = "a name is a letter, then up to 63 letters, digits, '-' or '_'"


class Screened(NamedTuple):
    """Endpoints, sorted by what becomes of them.

    Args:
        importable: those that can be imported.
        passed: why others are not, though nothing is wrong; for people.
        failed: what is wrong with the rest; for people.
    """

    importable: list[Remote]
    passed: list[str]
    failed: list[str]


def screened(remotes: Iterable[Remote]) -> Screened:
    """Sort endpoints by what becomes of them."""
    found = Screened([], [], [])
    remotes = list(remotes)
    often = Counter(_identity(remote) for remote in remotes)
    for remote in remotes:
        if why := _passed(remote):
            found.passed.append(f"{titled(remote)}: {why}")
        elif wrong := _wrong(remote, often[_identity(remote)]):
            found.failed.append(f"{titled(remote)}: {wrong}")
        else:
            found.importable.append(remote)
    return found


def titled(remote: Remote) -> str:
    """An endpoint in messages, on one line."""
    runtime = remote.runtime.agent_runtime_name or remote.runtime.agent_runtime_id or "without a name"
    name = remote.name or f"without a name ({remote.endpoint.agent_runtime_endpoint_id or 'without an id'})"
    return f"endpoint {short(name)} of runtime {short(runtime)}"


def short(text: str) -> str:
    """A name in messages, on one line."""
    return printable(text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…")


def _identity(remote: Remote) -> tuple[str | None, str]:
    return remote.runtime.agent_runtime_id, remote.name


def _passed(remote: Remote) -> str:
    if re.fullmatch(PROBE_NAME_PATTERN, remote.name):
        return "belongs to a rollout's probes"
    return "is being deleted" if remote.endpoint.status == "DELETING" else ""


def _wrong(remote: Remote, often: int) -> str:
    if not remote.name:
        return "AgentRun does not tell its name"
    if not re.fullmatch(ENDPOINT_NAME_PATTERN, remote.name):
        return f"no object can have an endpoint of this name; {NAME}"
    return f"AgentRun tells of {often} endpoints of this name" if often > 1 else ""

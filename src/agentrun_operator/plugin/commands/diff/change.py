"""What would become of one object: data only."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from agentrun_operator.plugin.exits import ExitCode

if TYPE_CHECKING:
    from collections.abc import Sequence


class Action(StrEnum):
    """What AgentRun would be asked for first."""

    CREATE = "create"
    UPDATE = "update"
    ADOPT = "adopt"
    BLOCKED = "blocked"
    REFUSED = "refused"
    NONE = "none"
    PRUNE = "prune"


class Field(NamedTuple):
    """A field that changes, by its path below `spec`; of a create, `before` is None."""

    path: str
    before: str | None
    after: str


class Change(NamedTuple):
    """What would become of one object.

    Args:
        action: what AgentRun would be asked for.
        fields: what changes with that.
        reason: why nothing is asked for, or why it is though nobody edited the object; a condition's reason.
        message: the same for people, and what follows.
        untold: whether this could not be found out, for what the message says.
        name: the object, as `namespace/name`.
    """

    action: Action
    fields: tuple[Field, ...] = ()
    reason: str = ""
    message: str = ""
    untold: bool = False
    name: str = ""


def summary(changes: Sequence[Change]) -> dict[str, int]:
    """How many there are of each action, in the order of `Action`."""
    counts = Counter(change.action for change in changes)
    return {action.value: counts[action] for action in Action if counts[action]}


def code_of(changes: Sequence[Change]) -> ExitCode:
    """The exit code that changes stand for."""
    if any(change.untold or change.action is Action.REFUSED for change in changes):
        return ExitCode.UNKNOWN
    return ExitCode.NEGATIVE if any(change.action is not Action.NONE for change in changes) else ExitCode.DONE

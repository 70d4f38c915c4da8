"""What a check found, how it is shown, and how the command ends by it."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from agentrun_operator.plugin.cluster.kubectl.refusals import ForbiddenError, NoKindError
from agentrun_operator.plugin.exits import ExitCode, PluginError
from agentrun_operator.plugin.flags import Format
from agentrun_operator.printable import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from agentrun_operator.plugin.screen.screen import Screen
    from agentrun_operator.plugin.screen.table import Column


class Standing(StrEnum):
    """How it stands. The word is what tells; a sign and a colour stand beside it."""

    OK = "ok"
    TOLD = "told"
    WRONG = "wrong"
    UNKNOWN = "unknown"


SIGNS = {
    Standing.OK: ("✓", "green"),
    Standing.TOLD: ("·", "cyan"),
    Standing.WRONG: ("✗", "red"),
    Standing.UNKNOWN: ("?", "yellow"),
}


class Finding(NamedTuple):
    """One thing that was looked at.

    Args:
        mark: how it stands.
        about: the part, in a word.
        text: what was found, and what to do.
    """

    mark: Standing
    about: str
    text: str


class WrongError(PluginError):
    """The check found what is wrong."""


class UntoldError(PluginError):
    """The check could not tell everything."""

    code = ExitCode.UNKNOWN


def looked(about: str, part: Callable[[], list[Finding]]) -> list[Finding]:
    """What a part found; where it could not look, that.

    Args:
        about: the part, in a word.
        part: the look.
    """
    try:
        return part()
    except NoKindError:  # that it is missing is told once, by the part that looks for it
        return [Finding(Standing.TOLD, about, "without the CRD there are no objects")]
    except PluginError as error:
        return [unknown(about, error)]


def unknown(about: str, error: PluginError) -> Finding:
    """What an error stands for that hides a part."""
    why = "not shown: " if isinstance(error, ForbiddenError) else ""
    return Finding(Standing.UNKNOWN, about, f"{why}{error}")


def show(screen: Screen, findings: Sequence[Finding], output: Format) -> None:
    """Write all of it, and end with the exit code that it stands for.

    Raises:
        UntoldError: something could not be told; it outranks what is wrong.
        WrongError: something is wrong.
    """
    if output is Format.JSON:
        screen.write(json.dumps({"findings": [each._asdict() for each in findings]}, indent=2))
    else:
        from agentrun_operator.plugin.screen.table import table  # noqa: PLC0415 - not for JSON

        for line in table(_columns(findings), screen.width):
            screen.show(line)
    marks = [each.mark for each in findings]
    wrong, untold = marks.count(Standing.WRONG), marks.count(Standing.UNKNOWN)
    if untold:
        raise UntoldError(f"{untold} could not be told" + (f", and {wrong} wrong" if wrong else ""))
    if wrong:
        raise WrongError(f"{wrong} wrong")


def _columns(findings: Sequence[Finding]) -> list[Column]:
    from agentrun_operator.plugin.screen.table import Column  # noqa: PLC0415 - not for JSON

    marks = [f"{SIGNS[each.mark][0]} {each.mark}" for each in findings]
    return [
        Column("", marks, styles=[SIGNS[each.mark][1] for each in findings]),
        Column("", [each.about for each in findings]),
        Column("", [printable(each.text) for each in findings], broken=True),
    ]

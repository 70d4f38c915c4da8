"""Why kubectl did not do what it was asked for: its words on standard error, sorted by what follows from them. Pure."""

from __future__ import annotations

import re

from agentrun_operator.plugin.cluster.rights import Right
from agentrun_operator.plugin.exits import PluginError, UnknownError, UsageError

SAID = re.compile(r"Error from server(?: \((?P<word>\w+)\))?: (?:error when \w+ \"[^\"]*\": )?(?P<text>.*)", re.DOTALL)

LACKING = re.compile(r'cannot (?P<verb>\w+) resource "(?P<resource>[\w./-]+)" in API group "(?P<group>[\w.-]*)"')

USAGE = re.compile(
    r"context .* does not exist|context was not found|no context exists|unknown flag|invalid argument"
    r"|stat .*no such file"
)

LOGGED = re.compile(r"^[EWIF]\d{4} \d\d:\d\d:.*\n?", re.MULTILINE)
"""What kubectl tells those who mend it, before it tells everybody."""

LIMIT = 2000
"""Characters of what the cluster said that are shown."""


class RefusedError(UnknownError):
    """The API server said no: forbidden, invalid, a webhook or a policy."""


class ForbiddenError(RefusedError):
    """The caller may not; `right` is what is lacking, where it is known.

    Args:
        message: for a person, with the rule that would grant it.
        right: what is lacking.
    """

    def __init__(self, message: str, right: Right | None) -> None:
        super().__init__(message)
        self.right = right


class InvalidError(RefusedError):
    """The API server does not take this object."""


class ConflictError(RefusedError):
    """Somebody else changed the object in between."""


class NotFoundError(RefusedError):
    """There is no such object."""


class NoKindError(RefusedError):
    """The cluster does not know the kind: the CRD is not installed."""


class UnreachableError(UnknownError):
    """Nobody answered."""


WORDS: dict[str, type[RefusedError]] = {
    "Invalid": InvalidError,
    "BadRequest": InvalidError,
    "Conflict": ConflictError,
    "NotFound": NotFoundError,
}


def refusal_of(told: str, right: Right | None) -> PluginError:
    """The error that kubectl's own words stand for.

    Args:
        told: what it wrote to standard error.
        right: what the caller needed; one that kubectl names itself counts first.
    """
    told = LOGGED.sub("", told).strip()[:LIMIT]
    said = SAID.search(told)
    word, text = (said["word"] or "", said["text"]) if said else ("", told)
    if word == "Forbidden" and "is forbidden: User " in text:
        named = LACKING.search(text)
        right = Right(**named.groupdict()) if named else right
        lacking = f"; to grant it: {right.rule}" if right else ""
        return ForbiddenError(f"{text}{lacking}", right)
    if "doesn't have a resource type" in told or "no matches for kind" in told:
        return NoKindError(f"{told}: is the CRD installed? kubectl agentrun check")
    if said:
        return WORDS.get(word, RefusedError)(text)
    if USAGE.search(told):
        return UsageError(told.removeprefix("error: "))
    return UnreachableError(told.removeprefix("error: ") or "kubectl ended without a word")

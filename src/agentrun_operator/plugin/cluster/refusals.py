"""Why kubectl did not do what it was asked for: its words on standard error, sorted by what follows from them. Pure."""

from __future__ import annotations

import re

from agentrun_operator.plugin.cluster.rights import Right
from agentrun_operator.plugin.exits import PluginError, UnknownError, UsageError

SAID = re.compile(r"Error from server(?: \((?P<word>\w+)\))?: (?:error when \w+ \"[^\"]*\": )?(?P<text>.*)", re.DOTALL)

TRIED = re.compile(r'for: "[^"]*": error when \w+ "[^"]*": (?P<text>.*)', re.DOTALL)
"""An apply shows its whole patch before it says what the API server said."""

UNDESCRIBED = re.compile(
    r'The \S+ "[^"]*" is invalid: '
    r"|error: (Apply failed with|from \S+: cannot use generate name|error (validating|parsing) )"
)
"""Refusals that kubectl tells without saying that they are the server's."""

FORBIDDEN = re.compile(r'[^\s"]+(?: "[^"]*")? is forbidden: User .*', re.DOTALL)

LACKS = re.compile(r'cannot (?P<verb>\w+) resource "(?P<resource>[^"]+)" in API group "(?P<group>[^"]*)"')

USAGE = re.compile(r"context .* does not exist|no context exists|unknown flag|invalid argument|stat .*no such file")

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
        right: what the caller needed.
    """
    told = told.strip()
    said = SAID.search(told)
    word, text = (said["word"] or "", said["text"]) if said else ("", told)
    if tried := TRIED.search(text):
        text = tried["text"]
    told, text = told[:LIMIT], text[:LIMIT]
    if word == "Forbidden" and (forbidden := FORBIDDEN.search(text)):
        right = _right_in(forbidden[0]) or right
        lacking = f"; to grant it: {right.rule}" if right else ""
        return ForbiddenError(f"{forbidden[0]}{lacking}", right)
    if "doesn't have a resource type" in told or "no matches for kind" in told:
        return NoKindError(f"{told}: is the CRD installed? kubectl agentrun check")
    if said:
        return WORDS.get(word, RefusedError)(text)
    if UNDESCRIBED.match(told):
        return InvalidError(told.removeprefix("error: "))
    if USAGE.search(told):
        return UsageError(told.removeprefix("error: "))
    return UnreachableError(told.removeprefix("error: ") or "kubectl ended without a word")


def _right_in(text: str) -> Right | None:
    """What the API server says is lacking, which may be another than what was meant to be used."""
    lacks = LACKS.search(text)
    return Right(lacks["verb"], lacks["resource"], lacks["group"]) if lacks else None

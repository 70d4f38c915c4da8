"""Shares of versions as a command line names them, and the edits that come of them. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from agentrun_operator.plugin.edits.edit import Edit, NotPossibleError, routing_of, weights_of
from agentrun_operator.plugin.exits import UsageError
from agentrun_operator.resources.names import LATEST

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

VERSION = re.compile(f"{LATEST}|[1-9][0-9]{{0,19}}")
SHARE = re.compile(r"(?P<version>[^=]+)=(?P<percent>[0-9]{1,3})%?")

MOST = 99
"""Percent that canaries may have together: the target version gets the rest."""


def version_of(text: str) -> str:
    """A version as it was named; raises UsageError if it is none."""
    if not VERSION.fullmatch(text):
        raise UsageError(f"{text!r} is no version: a number, or {LATEST}")
    return text


def shares_of(texts: Iterable[str]) -> dict[str, int]:
    """The shares that a command line names, in percent.

    Raises:
        UsageError: one is not VERSION=PERCENT, a version is named twice, or together they are too much.
    """
    shares: dict[str, int] = {}
    for text in texts:
        version, percent = _share(text)
        if version in shares:
            raise UsageError(f"version {version} is named twice")
        shares[version] = percent
    if sum(shares.values()) > MOST:
        raise UsageError(
            f"the shares add up to {sum(shares.values())}%, and may have {MOST}% together: targetVersion gets the rest."
            " `promote` gives a version all of it"
        )
    return shares


def canaries(spec: Mapping[str, Any], shares: Mapping[str, int]) -> Edit:
    """The edit that gives canaries these shares instead of those that there are.

    Args:
        spec: the spec as it is; it passed its schema.
        shares: in percent; 0 takes a version away. Where that is all they say, the other canaries keep theirs.

    Raises:
        NotPossibleError: a version has all that the canaries leave, or the spec has a rollout.
    """
    _refuse_rollout(spec)
    target = spec.get("targetVersion") or LATEST
    if shares.get(target):
        raise NotPossibleError(
            f"version {target} is targetVersion, which gets what the canaries leave: it cannot be one of them"
        )
    kept = {} if any(shares.values()) else weights_of(spec)
    after = {version: share for version, share in (kept | dict(shares)).items() if share}
    return Edit({"routing": routing_of(after)})


def no_canaries(spec: Mapping[str, Any]) -> Edit:
    """The edit that takes all canaries away."""
    _refuse_rollout(spec)
    return Edit({"routing": None})


def promotion(spec: Mapping[str, Any], version: str) -> Edit:
    """The edit that gives a version all traffic.

    Args:
        spec: the spec as it is; it passed its schema.
        version: which; empty: the only canary.

    Raises:
        NotPossibleError: none is named, and there is not just one canary; or the spec has a rollout.
    """
    _refuse_rollout(spec)
    return Edit({"targetVersion": version or _only_canary(spec), "routing": None})


def _refuse_rollout(spec: Mapping[str, Any]) -> None:
    """With a rollout, the operator splits the traffic: requests go to it, and no edit does that."""
    if spec.get("rollout") is not None:
        raise NotPossibleError(
            "spec.rollout splits the traffic: without -f this is a request to it; to begin with another version, set"
            " targetVersion"
        )


def _only_canary(spec: Mapping[str, Any]) -> str:
    found = list(weights_of(spec))
    if not found:
        raise NotPossibleError("there is no canary to promote: name a version")
    if len(found) > 1:
        raise NotPossibleError(f"there are {len(found)} canaries ({', '.join(found)}): name the one to promote")
    return found[0]


def _share(text: str) -> tuple[str, int]:
    found = SHARE.fullmatch(text)
    if found is None:
        raise UsageError(f"{text!r} is not VERSION=PERCENT, such as 4=10")
    return version_of(found["version"]), int(found["percent"])

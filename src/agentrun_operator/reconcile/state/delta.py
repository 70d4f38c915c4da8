"""The differences between two shapes, by the path of the field below `spec`."""

from __future__ import annotations

from os.path import commonprefix
from typing import TYPE_CHECKING, NamedTuple

from agentrun_operator.reconcile.state.comparable import NO_COUNT, NO_PERCENT, Weight
from agentrun_operator.resources.names import LATEST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agentrun_operator.reconcile.state.comparable import Comparable, Policy

UNREADABLE = "unreadable"
"""Stands for a value that makes no sense."""

SHOWN = 120
"""Characters of a value that a difference shows."""


class Difference(NamedTuple):
    """A field that differs, with both values as short texts for people."""

    path: str
    desired: str
    observed: str


Delta = tuple[Difference, ...]


def delta(desired: Comparable, observed: Comparable, newest: str | None) -> Delta:
    """What differs between the desired and the observed shape; empty when they agree.

    Args:
        desired: what the spec asks for.
        observed: what AgentRun holds.
        newest: the newest published version, if the service may answer it for LATEST; None if a number is a number.
    """
    paths = [path for path, differs in _compared(desired, observed, newest) if differs or path in observed.unread]
    if not paths:
        return ()
    wanted, found = _texts(desired), _texts(observed) | dict.fromkeys(observed.unread, UNREADABLE)
    return tuple(_shown(path, wanted[path], found[path]) for path in paths)


def _compared(desired: Comparable, observed: Comparable, newest: str | None) -> Iterator[tuple[str, bool]]:
    yield "description", desired.description != observed.description
    yield "targetVersion", not same_version(desired.target_version, observed.target_version, newest)
    yield "routing.versionWeights", not same_weights(desired.weights, observed.weights, newest)
    yield "scaling.minInstances", desired.min_instances != observed.min_instances
    yield "scaling.scheduledPolicies", desired.policies != observed.policies
    closed = desired.disable_public_network_access, observed.disable_public_network_access
    yield "disablePublicNetworkAccess", closed[0] != closed[1]


def _texts(shape: Comparable) -> dict[str, str]:
    """Every field in short, for people."""
    return {
        "description": shape.description,
        "targetVersion": shape.target_version,
        "routing.versionWeights": _weights(shape.weights),
        "scaling.minInstances": _count(shape.min_instances),
        "scaling.scheduledPolicies": _policies(shape.policies),
        "disablePublicNetworkAccess": str(shape.disable_public_network_access).lower(),
    }


def same_version(desired: str, observed: str, newest: str | None) -> bool:
    """Whether the observed version is the desired one; LATEST may be answered as the number that it stands for."""
    return desired == observed or (desired == LATEST and newest is not None and observed == newest)


def same_weights(desired: tuple[Weight, ...], observed: tuple[Weight, ...], newest: str | None) -> bool:
    """Whether the observed canaries are the desired ones; LATEST may be answered as the number that it stands for."""
    if desired == observed:
        return True
    if newest is None or LATEST not in (weight.version for weight in desired):
        return False
    words = {newest: LATEST}
    return desired == tuple(sorted(Weight(words.get(each.version, each.version), each.percent) for each in observed))


def _shown(path: str, desired: str, observed: str) -> Difference:
    """Long values that begin alike are shown from shortly before where they part: else they would look the same."""
    alike = len(commonprefix((desired, observed)))  # noqa: RUF071 - characters are what is meant
    start = alike - SHOWN // 2 if alike >= SHOWN - 1 else 0
    return Difference(path, _short(desired, start), _short(observed, start))


def _short(text: str, start: int) -> str:
    rest = f"…{text[start:]}" if start else text
    return rest if len(rest) <= SHOWN else f"{rest[: SHOWN - 1]}…"


def _weights(weights: tuple[Weight, ...]) -> str:
    return ", ".join(f"{weight.version}: {_percent(weight.percent)}" for weight in weights) or "none"


def _percent(percent: int) -> str:
    return "no share" if percent == NO_PERCENT else f"{percent}%"


def _count(number: int) -> str:
    return "no number" if number == NO_COUNT else str(number)


def _policies(policies: tuple[Policy, ...]) -> str:
    return "; ".join(map(_policy, policies)) or "none"


def _policy(policy: Policy) -> str:
    times = policy.start_time, policy.end_time, policy.time_zone
    parts = (policy.name, policy.schedule_expression, _count(policy.target), *times)
    return " ".join(part for part in parts if part)

"""The operators of a cluster, as their Leases tell: which there are, what they look after, and whether two may look
after the same objects. Pure, for the operator and the plugin.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from agentrun_operator.observation.selectors import selected_by
from agentrun_operator.resources.names import APP, NAME_LABEL, WATCH_SELECTOR

if TYPE_CHECKING:
    from collections.abc import Mapping

HASH = 10
"""Hexadecimal digits of a selector's hash in the name of a Lease; the chart makes the same."""

SHOWN = 200
"""Characters of a selector that are told."""


def lease_name(name: str, selector: str) -> str:
    """The name of the Lease that an operator takes: those of different objects do not wait for each other.

    Args:
        name: as the settings say.
        selector: which objects; empty: all.
    """
    return f"{name}-{hashlib.sha256(selector.encode()).hexdigest()[:HASH]}" if selector else name


def is_operators(lease: Mapping[str, Any], *names: str) -> bool:
    """Whether a Lease is an operator's: by label, annotation or name, which is all that older versions give.

    Args:
        lease: the Lease.
        names: names besides the usual one.
    """
    head = lease["metadata"]
    labelled = (head.get("labels") or {}).get(NAME_LABEL) == APP
    return labelled or WATCH_SELECTOR in (head.get("annotations") or {}) or head["name"] in (APP, *names)


def selector_of(lease: Mapping[str, Any]) -> str:
    """Which objects the holder of a Lease looks after; empty: all."""
    return str((lease["metadata"].get("annotations") or {}).get(WATCH_SELECTOR) or "")


def may_overlap(one: str, other: str) -> bool:
    """Whether an object may be selected by both; one that nobody can read may select everything."""
    return not selected_by(one).is_disjoint(selected_by(other))


def objects_of(selector: str) -> str:
    """What an operator looks after, for people."""
    return f"objects with {selector[:SHOWN]}" if selector else "all objects"

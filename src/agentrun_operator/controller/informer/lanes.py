"""Whose credentials an object uses, and the lane of the work queue that follows from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agentrun_operator.controller.keys import AccountKey
from agentrun_operator.observation.ownership import account_of

if TYPE_CHECKING:
    from collections.abc import Mapping


def lane_of(body: Mapping[str, Any], region: str) -> tuple[AccountKey, str]:
    """The queue's lane of an object: its account and runtime, the things that can hang."""
    reference = body["spec"]["agentRuntimeRef"]
    return AccountKey(*account_of(body, region)), reference.get("id") or reference.get("name", "")

"""How long ago something was, in a few characters. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentrun_operator.durations import duration

if TYPE_CHECKING:
    from datetime import datetime


def since(moment: datetime | None, now: datetime) -> str:
    """How long ago a time is; `-` where it is not known."""
    return duration((now - moment).total_seconds()) if moment else "-"

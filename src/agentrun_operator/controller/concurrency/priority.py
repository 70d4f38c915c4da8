"""How urgent work is, from a user's edit to a resync: set where a task begins, read where it has to wait."""

from __future__ import annotations

from contextvars import ContextVar
from enum import IntEnum


class Priority(IntEnum):
    """How urgent a key is; the lower, the sooner."""

    EDIT = 0
    """A user changed or deleted the object."""
    CHANGE = 1
    """AgentRun changed the endpoint, or a planned look is due."""
    NEW = 2
    """The object is new."""
    RESYNC = 3
    """A look at everything: after a start, a list or a resync."""


urgency: ContextVar[Priority] = ContextVar("urgency", default=Priority.CHANGE)
"""How urgent the work is that the current task does. Set where a task begins; read where it has to wait."""

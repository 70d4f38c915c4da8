"""How urgent work is, from a user's edit to a resync, and for whom it is done: set where a task begins, read where it
has to wait. Who they are is not known here: any key tells two tenants apart.
"""

from __future__ import annotations

from contextvars import ContextVar
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator


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


class Tenants:
    """For whom a piece of work is done. Others may join while it waits: then it waits in their turns too."""

    def __init__(self, *tenants: Hashable) -> None:
        self._tenants = dict.fromkeys(tenants)
        self._waiting: dict[Hashable, Callable[[Hashable], None]] = {}

    def __iter__(self) -> Iterator[Hashable]:
        return iter(tuple(self._tenants))

    def join(self, others: Tenants) -> None:
        """The work is theirs as well from now on."""
        for tenant in others:
            if tenant not in self._tenants:
                self._tenants[tenant] = None
                for joined in tuple(self._waiting.values()):
                    joined(tenant)

    def wait(self, waiter: Hashable, joined: Callable[[Hashable], None]) -> None:
        """Have `joined` called with each further one, until the waiter's `arrive`."""
        self._waiting[waiter] = joined

    def arrive(self, waiter: Hashable) -> None:
        """It waits no longer."""
        self._waiting.pop(waiter, None)


urgency: ContextVar[Priority] = ContextVar("urgency", default=Priority.CHANGE)
"""How urgent the work is that the current task does. Set where a task begins; read where it has to wait."""

tenants: ContextVar[Tenants] = ContextVar("tenants", default=Tenants(None))  # noqa: B039 - nobody joins what is nobody's
"""For whom the current task works. Set and read in the same places."""

looking: ContextVar[bool] = ContextVar("looking", default=False)
"""Whether the work is a look that nobody asked for, at what may have changed: a share of the turns is for those."""

"""How urgent work is, from a user's edit to a resync, and for whom it is done: set where a task begins, read where it
has to wait. Who they are is not known here: any key tells two tenants apart.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator


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
    """For whom a piece of work is done, and how urgent it is to them. Others may join while it waits: then it waits in
    their turns too, and is as urgent as the most urgent of them.

    Attributes:
        urgency: the most urgent that anybody said; what the task itself says may be more.
    """

    def __init__(self, *tenants: Hashable, urgency: Priority = Priority.RESYNC) -> None:
        self.urgency = urgency
        self._tenants = dict.fromkeys(tenants)
        self._waiting: dict[Hashable, Callable[[Iterable[Hashable]], None]] = {}

    def __iter__(self) -> Iterator[Hashable]:
        return iter(tuple(self._tenants))

    def join(self, others: Iterable[Hashable], urgency: Priority) -> None:
        """The work is theirs as well from now on, and no less urgent than this."""
        new = [tenant for tenant in others if tenant not in self._tenants]
        self._tenants |= dict.fromkeys(new)
        sooner = urgency < self.urgency
        self.urgency = min(self.urgency, urgency)
        if new or sooner:
            for line_up in tuple(self._waiting.values()):
                line_up(self if sooner else new)

    def wait(self, waiter: Hashable, line_up: Callable[[Iterable[Hashable]], None]) -> None:
        """Have `line_up` called for each change with those who are to wait anew, until the waiter's `arrive`."""
        self._waiting[waiter] = line_up

    def arrive(self, waiter: Hashable) -> None:
        """It waits no longer."""
        self._waiting.pop(waiter, None)


urgency: ContextVar[Priority] = ContextVar("urgency", default=Priority.CHANGE)
"""How urgent the work is that the current task does. Set where a task begins; read where it has to wait."""

tenants: ContextVar[Tenants] = ContextVar("tenants", default=Tenants(None))  # noqa: B039 - nobody joins what is nobody's
"""For whom the current task works. Set and read in the same places."""

looking: ContextVar[bool] = ContextVar("looking", default=False)
"""Whether the work is a look that nobody asked for, at what may have changed: a share of the turns is for those."""


def how_urgent() -> Priority:
    """How urgent the current task's work is, to itself or to others who joined it."""
    return min(urgency.get(), tenants.get().urgency)


@contextmanager
def sharing(work: Tenants, *, turns: bool = True) -> Iterator[None]:
    """While the current task waits for work of another: the work is for its tenants too, and as urgent as its own is.

    Args:
        work: for whom the work is done so far; those of the task stay with it.
        turns: whether it is for the task's tenants; if not, it only becomes as urgent.
    """
    whose = tenants.get()

    def join(those: Iterable[Hashable]) -> None:
        work.join(those if turns else (), how_urgent())

    join(whose)
    token = object()
    whose.wait(token, join)
    try:
        yield
    finally:
        whose.arrive(token)

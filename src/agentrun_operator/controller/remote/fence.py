"""The last look before a write leaves for AgentRun: a call may wait for its turn, and its object be another meanwhile.

Who sends a write says what to look at; nothing is known of objects here.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class ChangedError(Exception):
    """What a write was decided on is not so any more; it was not sent."""


_guard: ContextVar[Callable[[], bool] | None] = ContextVar("guard", default=None)


@contextmanager
def guarded(unchanged: Callable[[], bool]) -> Iterator[None]:
    """Each write that is sent in here is checked first.

    Args:
        unchanged: whether what the write was decided on is still so.
    """
    token = _guard.set(unchanged)
    try:
        yield
    finally:
        _guard.reset(token)


def last_look() -> None:
    """Check a write that is about to be sent.

    Raises:
        ChangedError: it must not be.
    """
    unchanged = _guard.get()
    if unchanged and not unchanged():
        raise ChangedError

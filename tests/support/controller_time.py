"""An event loop in virtual time: timers fire in their order and at once, and a test never waits.

The loop's clock stands still while anything can run and jumps to the next timer when nothing can. What waits for
something that cannot come any more is an error, not a test that hangs.
"""

from __future__ import annotations

import asyncio
import selectors
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping

T = TypeVar("T")

START = 10_000.0
"""Seconds at which the clock starts: no code may rely on small ones."""


class _JumpingSelector(selectors.DefaultSelector):
    """Looks at real sockets without waiting; where it would have to wait, time passes."""

    loop: VirtualTimeLoop

    def select(self, timeout: float | None = None) -> Any:
        ready = super().select(0)
        if ready:
            return ready
        if timeout is None:
            raise RuntimeError("everybody waits, and nothing is left that could happen")
        self.loop.now += max(0.0, timeout)
        return ready


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """An event loop that never waits."""

    def __init__(self) -> None:
        self.now = START
        self.errors: list[Mapping[str, Any]] = []
        selector = _JumpingSelector()
        selector.loop = self
        super().__init__(selector)
        self.set_exception_handler(lambda _, context: self.errors.append(context))

    def time(self) -> float:
        return self.now


def run(test: Coroutine[Any, Any, T]) -> T:
    """Runs a coroutine in virtual time; for tests that are no coroutines, such as those with random examples.

    Raises:
        AssertionError: an exception of a task was told to nobody.
    """
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as workers:
        result = workers.run(test)
        errors = getattr(workers.get_loop(), "errors", [])
    assert not errors, errors
    return result


def clock() -> float:
    """The running loop's time; what a test passes as a clock."""
    return asyncio.get_running_loop().time()


async def settle() -> None:
    """Lets everything run that can run now; no time passes."""
    for _ in range(50):
        await asyncio.sleep(0)

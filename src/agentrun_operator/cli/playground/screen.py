"""What a person sees of the playground: steps with their time, and a table that changes."""

from __future__ import annotations

from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING

from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import Console


class Screen:
    """A terminal, or a log.

    Args:
        console: Where it goes.
        clock: Seconds that never go back.
    """

    def __init__(self, console: Console, clock: Callable[[], float] = monotonic) -> None:
        self.console = console
        self._clock = clock

    def say(self, text: str) -> None:
        """Show text as it is; a long line stays one, so that it can be copied."""
        self.console.print(text, markup=False, highlight=False, soft_wrap=True)

    @contextmanager
    def doing(self, what: str) -> Iterator[None]:
        """Show what is being done, and when the block ends whether it worked and how long it took."""
        started = self._clock()
        done = False
        try:
            with self.console.status(Text(what)):
                yield
            done = True
        finally:
            mark = Text("✓", style="green") if done else Text("✗", style="red")
            self.console.print(mark, Text(what), Text(f"{self._clock() - started:.1f} s", style="dim"))

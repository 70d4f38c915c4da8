"""Data on standard output, everything else on standard error; made for a terminal and for pipes."""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, TextIO

from agentrun_operator.printable import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from rich.console import Console, RenderableType

UNBOUNDED = 10_000
"""Columns of what is no terminal: a line is for a program there, and is not broken."""


SELDOM = 10.0
"""Seconds between two lines of progress in a log."""


class Colour(StrEnum):
    """When colours are used. A word always stands beside one."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


def _quiet(line: str) -> str:
    return "\t".join(map(printable, line.split("\t")))


class Screen:
    """Where a command shows what it found.

    Args:
        colour: whether to use colours.
        quiet: whether progress and hints are left out.
        environment: NO_COLOR, TERM and COLUMNS.
        out: standard output.
        err: standard error.
        monotonic: seconds, for what is told now and then.
    """

    def __init__(
        self,
        colour: Colour,
        *,
        quiet: bool,
        environment: Mapping[str, str],
        out: TextIO,
        err: TextIO,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._colour = colour
        self._quiet = quiet
        self._environment = environment
        self._out = out
        self._err = err
        self._monotonic = monotonic

    @classmethod
    def of(cls, colour: Colour, *, quiet: bool) -> Screen:
        """This process's own."""
        return cls(colour, quiet=quiet, environment=os.environ, out=sys.stdout, err=sys.stderr)

    @property
    def interactive(self) -> bool:
        """Whether a person sees standard output as it is written."""
        return self._out.isatty() and self._environment.get("TERM") != "dumb"

    @property
    def width(self) -> int | None:
        """How many columns the terminal has; None in a pipe, where no line is broken."""
        return self.console.width if self._out.isatty() else None

    @cached_property
    def console(self) -> Console:
        """Standard output, for what text alone cannot show."""
        return self._console(self._out)

    @cached_property
    def errors(self) -> Console:
        """Standard error."""
        return self._console(self._err)

    def write(self, text: str) -> None:
        """Data as it is, such as JSON, with an end of line."""
        self._out.write(text if text.endswith("\n") else text + "\n")

    def stream(self, text: str) -> None:
        """A part of somebody else's text, at once; on a terminal without what would speak to it."""
        self._out.write("\n".join(map(_quiet, text.split("\n"))) if self._out.isatty() else text)
        self._out.flush()

    def show(self, what: RenderableType) -> None:
        """Data made for people: a table, or text with colours. Long lines are broken on a terminal only."""
        self.console.print(what, markup=False, highlight=False)

    def flush(self) -> None:
        """Let whoever reads standard output have what was shown."""
        self._out.flush()

    def hint(self, text: str) -> None:
        """What helps, and is no data: on standard error, unless somebody asked for quiet."""
        if not self._quiet:
            self.warn(text)

    def warn(self, text: str) -> None:
        """What somebody has to know beside the data: on standard error, always."""
        lines = (printable(line) for line in text.split("\n"))
        self._err.write("\n".join(lines) + "\n")

    def error(self, text: str) -> None:
        """Why the command cannot go on."""
        self.warn(f"Error: {text}")

    def confirmed(self, question: str) -> bool:
        """Whether who runs the command answers yes; silence is a no.

        Args:
            question: asked on standard error, so that a pipe does not swallow it.
        """
        self._err.write(f"{printable(question)} [y/N] ")
        self._err.flush()
        return sys.stdin.readline().strip().lower() in ("y", "yes")

    @contextmanager
    def progress(self) -> Iterator[Callable[[str], None]]:
        """Show how far a command is: on a terminal in place, and it goes away at the end; in a log now and then."""
        if self._quiet:
            yield lambda _: None
            return
        if not self._err.isatty() or self._environment.get("TERM") == "dumb":
            yield self._now_and_then(self._monotonic())
            return
        from rich.text import Text  # noqa: PLC0415 - pipes go without

        with self.errors.status("") as status:
            yield lambda text: status.update(Text(printable(text)))

    def _now_and_then(self, last: float) -> Callable[[str], None]:
        """What tells lines of progress, and leaves out those that come soon after another."""

        def tell(text: str) -> None:
            nonlocal last
            if self._monotonic() - last >= SELDOM:
                last = self._monotonic()
                self.hint(text)

        return tell

    def _console(self, stream: TextIO) -> Console:
        from rich.console import Console  # noqa: PLC0415 - scripts that ask for JSON go without

        terminal = stream.isatty()
        width = int(self._environment.get("COLUMNS", "0")) if self._environment.get("COLUMNS", "").isdigit() else 0
        return Console(
            file=stream,
            force_terminal=self._coloured(stream) or terminal,
            no_color=not self._coloured(stream),
            width=(width or None) if terminal else UNBOUNDED,
            markup=False,
            highlight=False,
            emoji=False,
        )

    def _coloured(self, stream: TextIO) -> bool:
        if self._colour is not Colour.AUTO:
            return self._colour is Colour.ALWAYS
        refused = self._environment.get("NO_COLOR") or self._environment.get("TERM") == "dumb"
        return stream.isatty() and not refused

"""Shows a person, or a log, how far a long piece of work is. Knows nothing of what the work is."""

from __future__ import annotations

from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING, Protocol

from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from agentrun_operator.controlplane.estimate import Work, in_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import Console

LINE_INTERVAL = 10.0  # seconds between two lines in a log


class Progress(Protocol):
    """What a long piece of work tells about itself."""

    def stage(self, text: str, total: int | None = None, work: float | None = None) -> None:
        """Something begins, and has so many steps (None: unknown). It ends what came before.

        Args:
            text: what begins.
            total: how many steps it has; None: unknown.
            work: how much work all steps are, in any unit; by default each is as much as any other.
        """

    def advance(self, what: str, work: float = 1.0) -> None:
        """A step of the current stage: its name, and how much work it is."""


class Course:
    """What is known of the current stage.

    Args:
        clock: seconds that never go back.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self.begin(None, None)

    def begin(self, total: int | None, work: float | None) -> None:
        self._total = work or total or 0
        self._done = 0.0
        self._began = self._clock()

    def step(self, work: float) -> None:
        self._done += work

    @property
    def left(self) -> str:
        """How long it still takes, for people; empty if nobody can tell."""
        return in_words(Work(self._total, self._done, self._clock() - self._began).seconds_left())


class ProgressBars:
    """A bar for each stage, on a terminal. Nothing is drawn before the first one."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._course = Course()
        self._task = bars.add_task("", visible=False, total=None, what="", left="")

    def stage(self, text: str, total: int | None = None, work: float | None = None) -> None:
        self._finish()
        self._course.begin(total, work)
        self._bars.start()
        self._task = self._bars.add_task(text, total=total, what="", left="")

    def advance(self, what: str, work: float = 1.0) -> None:
        self._course.step(work)
        self._bars.update(self._task, advance=1, what=what, left=self._course.left)

    def _finish(self) -> None:
        done = self._bars.tasks[self._task].completed
        self._bars.update(self._task, total=done, what="", left="")
        self._bars.stop_task(self._task)


class ProgressLines:
    """A line at the start of each stage and then now and then, for a log.

    Args:
        write: takes a line.
        clock: seconds that never go back.
        interval: the least time between two lines of a stage, in seconds.
    """

    def __init__(
        self, write: Callable[[str], object], clock: Callable[[], float] = monotonic, interval: float = LINE_INTERVAL
    ) -> None:
        self._write = write
        self._clock = clock
        self._interval = interval
        self._course = Course(clock)
        self._text = ""
        self._total: int | None = None
        self._done = 0
        self._last_line = clock()

    def stage(self, text: str, total: int | None = None, work: float | None = None) -> None:
        self._text, self._total, self._done = text, total, 0
        self._course.begin(total, work)
        self._say(text)

    def advance(self, what: str, work: float = 1.0) -> None:
        self._done += 1
        self._course.step(work)
        if self._clock() - self._last_line >= self._interval:
            of_total = "" if self._total is None else f" of {self._total}"
            self._say(", ".join(filter(None, (f"{self._text}: {self._done}{of_total}", self._course.left, what))))

    def _say(self, line: str) -> None:
        self._last_line = self._clock()
        self._write(line)


@contextmanager
def progress_on(console: Console) -> Iterator[Progress]:
    """Bars where the console is a terminal, else lines."""
    if not console.is_terminal:
        yield ProgressLines(lambda line: console.print(line, markup=False, highlight=False, soft_wrap=True))
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[left]}", markup=False),
        TextColumn("{task.fields[what]}", markup=False, style="dim"),
    )
    bars = Bars(*columns, console=console)
    try:
        yield ProgressBars(bars)
    finally:
        bars.stop()

"""Asks, shows the answer while it comes, and tells how long it took."""

from __future__ import annotations

import json
import statistics
from typing import TYPE_CHECKING, NamedTuple

from agentrun_operator.agentrun.endpoint.chat.streaming import ChatError, chunks
from agentrun_operator.agentrun.models.chat import Failure
from agentrun_operator.plugin.exits import ExitCode, PluginError, UnknownError
from agentrun_operator.plugin.flags import Format
from agentrun_operator.printable import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agentrun_operator.agentrun.endpoint.chat.streaming import Question
    from agentrun_operator.plugin.commands.invoke.target import Target
    from agentrun_operator.plugin.screen.table import Column
    from agentrun_operator.plugin.session import Session

ANSWERED = frozenset({Failure.REFUSED, Failure.MALFORMED, Failure.TOO_LARGE})
"""Failures that are the agent's own: it was reached."""


class Run(NamedTuple):
    """One question, and what became of it.

    Args:
        text: what was said, as far as it came.
        usage: the tokens by kind, where the agent told them.
        first: seconds to the first text; None without one.
        seconds: to the end.
        error: why it ended before; None if it did not.
    """

    text: str
    usage: dict[str, int] | None
    first: float | None
    seconds: float
    error: ChatError | None = None

    @property
    def code(self) -> ExitCode:
        """How the command ends that asked once."""
        if self.error is None:
            return ExitCode.DONE
        return ExitCode.NEGATIVE if self.error.failure in ANSWERED else ExitCode.UNKNOWN

    @property
    def tokens(self) -> str:
        """The tokens of the answer, for people."""
        count = (self.usage or {}).get("completion_tokens")
        return "?" if count is None else str(count)


def hold(session: Session, target: Target, question: Question, repeat: int, output: Format) -> None:
    """Ask once and show the answer, or several times and show the times.

    Raises:
        PluginError: the agent refused; UnknownError: it was not reached.
    """
    shown = output is Format.TEXT and repeat == 1
    runs = [ask(session, target, question, shown=shown) for _ in range(repeat)]
    if output is Format.JSON:
        told = [document(target, question, run) for run in runs]
        session.screen.write(json.dumps(told[0] if repeat == 1 else told, indent=2))
    elif repeat > 1:
        from agentrun_operator.plugin.screen.table import table  # noqa: PLC0415 - as below

        for line in table(columns_of(runs), session.screen.width):
            session.screen.show(line)
    else:
        session.screen.hint(summary(runs[0]))
    worst = max(runs, key=lambda run: run.code)
    if worst.error is not None:
        kind = PluginError if worst.code is ExitCode.NEGATIVE else UnknownError
        raise kind(f"{target.name}: {worst.error.failure}: {worst.error}")


def ask(session: Session, target: Target, question: Question, *, shown: bool) -> Run:
    """Ask once.

    Args:
        session: the screen and the time.
        target: whom.
        question: what.
        shown: whether the answer is written while it comes.
    """
    began, first, usage, error = session.monotonic(), None, None, None
    said: list[str] = []
    try:
        for chunk in chunks(target.chat, question):
            usage = chunk.usage or usage
            if chunk.text:
                first = session.monotonic() - began if first is None else first
                said.append(chunk.text)
                if shown:
                    session.screen.stream(chunk.text)
    except ChatError as failed:
        error = failed
    finally:
        if shown and said and not said[-1].endswith("\n"):
            session.screen.stream("\n")
    return Run("".join(said), usage, first, session.monotonic() - began, error)


def document(target: Target, question: Question, run: Run) -> dict[str, object]:
    """A run as JSON; `error` is there only where there is one."""
    told: dict[str, object] = {
        "endpoint": target.name,
        "session": question.session or None,
        "text": run.text,
        "usage": run.usage,
        "firstTokenSeconds": _rounded(run.first),
        "seconds": _rounded(run.seconds),
    }
    return told if run.error is None else told | {"error": f"{run.error.failure}: {run.error}"}


def summary(run: Run) -> str:
    """A run in one line."""
    first = f"first after {run.first:.2f} s, " if run.first is not None else ""
    return f"{run.tokens} tokens, {first}{run.seconds:.2f} s in all"


def columns_of(runs: Sequence[Run]) -> list[Column]:
    """Several runs, and their times together, as the columns of a table."""
    from agentrun_operator.plugin.screen.table import Column  # noqa: PLC0415 - who asks once goes without

    numbers, nothing = [str(number) for number in range(1, len(runs) + 1)], ["", "", ""]
    firsts, totals = [run.first for run in runs], [run.seconds for run in runs]
    return [
        Column("RUN", [*numbers, "min", "median", "max"]),
        Column("FIRST", [*map(_seconds, firsts), *_together([first for first in firsts if first is not None])]),
        Column("TOTAL", [*map(_seconds, totals), *_together(totals)]),
        Column("TOKENS", [*(run.tokens for run in runs), *nothing]),
        Column("OUTCOME", [*(_outcome(run) for run in runs), *nothing]),
    ]


def _together(seconds: Sequence[float]) -> list[str]:
    """The least, the middle and the most of some times."""
    return [_seconds(of(seconds) if seconds else None) for of in (min, statistics.median, max)]


def _outcome(run: Run) -> str:
    return "ok" if run.error is None else printable(str(run.error.failure))


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f} s"


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)

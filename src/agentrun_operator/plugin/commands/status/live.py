"""Shows changes as they come, until Ctrl-C: in place on a terminal, one after the other in a pipe."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple, NoReturn

import typer

from agentrun_operator.plugin.cluster.endpoints import find
from agentrun_operator.plugin.cluster.kubectl.refusals import UnreachableError
from agentrun_operator.plugin.cluster.standing import Word
from agentrun_operator.plugin.commands.status.show import rows_of, sheet_lines, table_lines, tell_missing
from agentrun_operator.plugin.exits import ExitCode
from agentrun_operator.plugin.views.rows import row_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rich.text import Text

    from agentrun_operator.plugin.commands.status.show import View
    from agentrun_operator.plugin.session import Session
    from agentrun_operator.plugin.views.rows import Row

PAUSE: Final = 2.0
"""Seconds between two looks, at least."""

SHARE: Final = 9
"""A look is followed by so many times its own length of rest: thousands of objects are not listed without end."""


class Seen(NamedTuple):
    """What one look found.

    Args:
        now: what a terminal shows.
        news: what a pipe is told, since the look before.
    """

    now: list[Text]
    news: list[Text]


@dataclass
class PageFeed:
    """One object, as a page.

    Args:
        session: the cluster, the terminal and the time.
        view: which object.
    """

    session: Session
    view: View
    _version: str = "never"

    def look(self) -> Seen:
        """How it is now."""
        found = find(self.session.kubectl, self.view.selection)
        if found.missing and self._version == "never":
            tell_missing(self.session, found.missing)
            raise typer.Exit(ExitCode.NEGATIVE)
        version = "".join(each["metadata"]["resourceVersion"] for each in found.objects)
        changed, self._version = version != self._version, version
        if not changed and not self.session.screen.interactive:
            return Seen([], [])
        lines = [line for each in found.objects for line in sheet_lines(self.session, each)]
        lines = lines or _plain(f"{self.view.selection.names[0]} is gone.")
        return Seen(lines, [*lines, *_plain("")])


@dataclass
class TableFeed:
    """All objects, as a table.

    Args:
        session: the cluster, the terminal and the time.
        view: which objects.
    """

    session: Session
    view: View
    _rows: dict[tuple[str, str], Row] = field(default_factory=dict)
    _headed: bool = False

    def look(self) -> Seen:
        """How they are now; an object that went is told once."""
        now = {(each.namespace, each.name): each for each in self._read()}
        news = [each for key, each in now.items() if each.differs(self._rows.get(key))]
        news += [each._replace(word=Word.GONE, why="-") for key, each in self._rows.items() if key not in now]
        self._rows = now
        return Seen(self._lines(list(now.values())), self._news(news))

    def _read(self) -> Sequence[Row]:
        if not self.view.selection.names:
            return rows_of(self.session, self.view)
        found = find(self.session.kubectl, self.view.selection)
        return [row_of(each, self.session.now()) for each in found.objects]

    def _lines(self, rows: Sequence[Row]) -> list[Text]:
        return table_lines(self.session, self.view, rows) if rows else _plain("No AgentRuntimeEndpoints found.")

    def _news(self, rows: Sequence[Row]) -> list[Text]:
        lines = table_lines(self.session, self.view, rows) if rows else []
        shown = lines[self._headed :]
        self._headed = self._headed or bool(lines)
        return shown


def follow(session: Session, view: View) -> NoReturn:
    """Show what changes, for ever.

    Raises:
        PluginError: what a look raises; but a cluster that is out of reach after the first one is asked again.
    """
    feed = PageFeed(session, view) if view.one else TableFeed(session, view)
    if session.screen.interactive:
        _in_place(session, feed.look)
    _in_turn(session, feed.look)


def _in_turn(session: Session, look: Callable[[], Seen]) -> NoReturn:
    def show(seen: Seen) -> None:
        for line in seen.news:
            session.screen.show(line)
        session.screen.flush()

    _repeat(session, look, show)


def _in_place(session: Session, look: Callable[[], Seen]) -> NoReturn:
    from rich.console import Group  # noqa: PLC0415 - other commands go without
    from rich.live import Live  # noqa: PLC0415 - other commands go without

    before: list[Text] = []

    def show(seen: Seen) -> None:
        if seen.now != before:  # what stays is not drawn again: a terminal that does nothing does not flicker
            before[:] = seen.now
            drawn.update(Group(*seen.now), refresh=True)

    with Live(console=session.screen.console, auto_refresh=False) as drawn:
        _repeat(session, look, show)


def _repeat(
    session: Session,
    look: Callable[[], Seen],
    show: Callable[[Seen], None],
) -> NoReturn:
    began = session.monotonic()
    show(look())
    while True:
        session.sleep(max(PAUSE, SHARE * (session.monotonic() - began)))
        began = session.monotonic()
        try:
            seen = look()
        except UnreachableError as error:
            session.screen.hint(f"{error}; asked again")
        else:
            show(seen)


def _plain(text: str) -> list[Text]:
    from rich.text import Text  # noqa: PLC0415 - other commands go without

    return [Text(text)]

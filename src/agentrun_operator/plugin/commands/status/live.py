"""Shows changes as they come, until Ctrl-C: in place on a terminal, one after the other in a pipe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NoReturn

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


class PageFeed:
    """One object, as a page.

    Args:
        session: the cluster, the terminal and the time.
        view: which object.
    """

    def __init__(self, session: Session, view: View) -> None:
        self._session = session
        self._view = view
        self._version = "never"

    def look(self) -> tuple[list[Text], list[Text]]:
        """What a terminal shows now, and what is new in a pipe."""
        found = find(self._session.kubectl, self._view.selection)
        if found.missing and self._version == "never":
            tell_missing(self._session, found.missing)
            raise typer.Exit(ExitCode.NEGATIVE)
        version = "".join(each["metadata"]["resourceVersion"] for each in found.objects)
        changed, self._version = version != self._version, version
        if not changed and not self._session.screen.interactive:
            return [], []
        lines = [line for each in found.objects for line in sheet_lines(self._session, each)]
        lines = lines or _plain(f"{self._view.selection.names[0]} is gone.")
        return lines, [*lines, *_plain("")]


class TableFeed:
    """All objects, as a table.

    Args:
        session: the cluster, the terminal and the time.
        view: which objects.
    """

    def __init__(self, session: Session, view: View) -> None:
        self._session = session
        self._view = view
        self._rows: dict[tuple[str, str], Row] = {}
        self._headed = False

    def look(self) -> tuple[list[Text], list[Text]]:
        """What a terminal shows now, and what is new in a pipe: an object that went is told once."""
        now = {(each.namespace, each.name): each for each in self._read()}
        news = [each for key, each in now.items() if each.differs(self._rows.get(key))]
        news += [each._replace(word=Word.GONE, why="-") for key, each in self._rows.items() if key not in now]
        self._rows = now
        return self._lines(list(now.values())), self._news(news)

    def _read(self) -> Sequence[Row]:
        if not self._view.selection.names:
            return rows_of(self._session, self._view)
        found = find(self._session.kubectl, self._view.selection)
        return [row_of(each, self._session.now()) for each in found.objects]

    def _lines(self, rows: Sequence[Row]) -> list[Text]:
        return table_lines(self._session, self._view, rows) if rows else _plain("No AgentRuntimeEndpoints found.")

    def _news(self, rows: Sequence[Row]) -> list[Text]:
        lines = table_lines(self._session, self._view, rows) if rows else []
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


def _in_turn(session: Session, look: Callable[[], tuple[list[Text], list[Text]]]) -> NoReturn:
    def show(_: list[Text], news: list[Text]) -> None:
        for line in news:
            session.screen.show(line)
        session.screen.flush()

    _repeat(session, look, show)


def _in_place(session: Session, look: Callable[[], tuple[list[Text], list[Text]]]) -> NoReturn:
    from rich.console import Group  # noqa: PLC0415 - other commands go without
    from rich.live import Live  # noqa: PLC0415 - other commands go without

    with Live(console=session.screen.console, auto_refresh=False) as shown:
        _repeat(session, look, lambda lines, _: shown.update(Group(*lines), refresh=True))


def _repeat(
    session: Session,
    look: Callable[[], tuple[list[Text], list[Text]]],
    show: Callable[[list[Text], list[Text]], None],
) -> NoReturn:
    began = session.monotonic()
    show(*look())
    while True:
        session.sleep(max(PAUSE, SHARE * (session.monotonic() - began)))
        began = session.monotonic()
        try:
            seen = look()
        except UnreachableError as error:
            session.screen.hint(f"{error}; asked again")
        else:
            show(*seen)


def _plain(text: str) -> list[Text]:
    from rich.text import Text  # noqa: PLC0415 - other commands go without

    return [Text(text)]

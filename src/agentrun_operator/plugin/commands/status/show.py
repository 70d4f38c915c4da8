"""Shows objects once: as a table, a page, or a document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agentrun_operator.plugin.cluster.changes import no_such
from agentrun_operator.plugin.cluster.endpoints import Found, find, pages
from agentrun_operator.plugin.cluster.standing import is_problem
from agentrun_operator.plugin.commands.status.documents import as_json, as_yaml, document
from agentrun_operator.plugin.exits import ExitCode
from agentrun_operator.plugin.screen.page import page
from agentrun_operator.plugin.screen.table import table
from agentrun_operator.plugin.views.happenings import event_lines
from agentrun_operator.plugin.views.rows import columns_of, row_of
from agentrun_operator.plugin.views.sheet import sheet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.text import Text

    from agentrun_operator.plugin.cluster.endpoints import Selection
    from agentrun_operator.plugin.cluster.kubectl.kubectl import Object
    from agentrun_operator.plugin.session import Session
    from agentrun_operator.plugin.views.rows import Row


@dataclass(frozen=True)
class View:
    """What is shown, and how.

    Args:
        selection: which objects.
        wide: whether a table has more columns.
        form: `json` or `yaml` for documents.
        problems: whether only what has a problem is shown.
    """

    selection: Selection
    wide: bool = False
    form: str = ""
    problems: bool = False

    @property
    def documents(self) -> bool:
        """Whether whole objects are shown, for a program."""
        return self.form in ("json", "yaml")

    @property
    def one(self) -> bool:
        """Whether one object was asked for, by its name."""
        return len(set(self.selection.names)) == 1


def once(session: Session, view: View) -> ExitCode:
    """Show what there is; the exit code."""
    if view.documents or view.selection.names:
        found = find(session.kubectl, view.selection)
        kept = [each for each in found.objects if not view.problems or is_problem(each, session.now())]
        found = found._replace(objects=kept)
        shown = len(kept)
        show_found(session, view, found)
    else:
        found, rows = Found([], []), rows_of(session, view)
        shown = len(rows)
        show_rows(session, view, rows)
    return ExitCode.NEGATIVE if found.missing or (view.problems and shown) else ExitCode.DONE


def show_found(session: Session, view: View, found: Found) -> None:
    """Show objects that were read, and name those that nothing has."""
    if view.documents:
        if found.objects or not view.one:
            written = as_json if view.form == "json" else as_yaml
            session.screen.write(written(document(found.objects, one=view.one)))
    elif view.one and not view.problems:
        for thing in found.objects:
            _show(session, sheet_lines(session, thing))
    elif found.objects or not found.missing:
        show_rows(session, view, [row_of(each, session.now()) for each in found.objects])
    tell_missing(session, found.missing)


def tell_missing(session: Session, missing: Sequence[str]) -> None:
    """Name the objects that there are not."""
    for name in missing:
        session.screen.error(str(no_such(session.kubectl, name)))


def rows_of(session: Session, view: View) -> list[Row]:
    """All objects as rows. Only these are kept: an object is a hundred times as large."""
    return [
        row_of(each, session.now())
        for some in pages(session.kubectl, view.selection)
        for each in some
        if not view.problems or is_problem(each, session.now())
    ]


def show_rows(session: Session, view: View, rows: Sequence[Row]) -> None:
    """Show a table; where there is nothing to show, say so beside it."""
    if rows:
        _show(session, table_lines(session, view, rows))
    else:
        session.screen.hint("No problems." if view.problems else "No AgentRuntimeEndpoints found.")


def table_lines(session: Session, view: View, rows: Sequence[Row]) -> list[Text]:
    """The lines of a table."""
    width = session.screen.width
    columns = columns_of(rows, everywhere=view.selection.everywhere, wide=view.wide, pipe=width is None)
    return list(table(columns, width))


def sheet_lines(session: Session, thing: Object) -> list[Text]:
    """The lines of a page."""
    now = session.now()
    events = event_lines(session.kubectl, thing, now)
    return list(page(sheet(thing, events, now, session.kubectl.connection.again), session.screen.width))


def _show(session: Session, lines: Sequence[Text]) -> None:
    for line in lines:
        session.screen.show(line)

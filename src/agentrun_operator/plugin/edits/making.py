"""Makes an edit where it belongs: in the object, or in the file that says what it is to be."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agentrun_operator.manifests import INPUT, ManifestError, text_of
from agentrun_operator.plugin.cluster.changes import changed
from agentrun_operator.plugin.cluster.ownership import managed_by
from agentrun_operator.plugin.cluster.reading import full_name
from agentrun_operator.plugin.exits import PluginError, UnknownError, UsageError
from agentrun_operator.printable import printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from agentrun_operator.plugin.cluster.kubectl.kubectl import Object
    from agentrun_operator.plugin.edits.edit import Edit
    from agentrun_operator.plugin.session import Session

    Planned = Callable[[Object], Edit]

File = Annotated[
    str | None,
    typer.Option("--filename", "-f", metavar="FILE", help="Make the edit in this manifest, and keep its comments."),
]
Force = Annotated[bool, typer.Option("--force", help="Edit the object though Argo CD, Flux or Helm keeps it.")]


class ManagedError(PluginError):
    """The object is kept by somebody who would take the edit back."""


def make(
    session: Session, name: str, planned: Planned, *, file: str | None = None, force: bool = False
) -> Object | None:
    """Make an edit, and show what it changes before it is made.

    Args:
        session: the run.
        name: the object's.
        planned: the edit for the object as it is; what it raises ends the command.
        file: the path of the file in which it is to be made; None: in the cluster.
        force: whether an object that Argo CD, Flux or Helm keeps is edited all the same.

    Returns:
        the object as it is after a patch; None where a file was edited.

    Raises:
        ManagedError: somebody keeps the object; the edit was shown, and nothing was changed.
        UsageError, UnknownError: the file cannot be read or edited.
        PluginError: see `changes.changed`.
    """
    if file is not None:
        _edit_file(session, file, name, planned)
        return None
    shown: list[str] | None = None

    def patch(found: Object) -> dict[str, object] | None:
        nonlocal shown
        edit = planned(found)
        told = edit.told(found["spec"])
        if told != shown:
            _show(session, full_name(found), told, edit)
            shown = told
        keeper = managed_by(found)
        if told and keeper and not force:
            raise ManagedError(_kept(full_name(found), keeper))
        return {"spec": edit.needed(found["spec"]).patch} if told else None

    return changed(session.kubectl, name, patch)


def _kept(what: str, keeper: str) -> str:
    return (
        f"{what} is kept by {keeper}, which would take this back, so nothing was changed."
        " Make the edit in the file that it comes from (-f FILE), or change the object all the same (--force)"
    )


def _show(session: Session, what: str, told: list[str], edit: Edit) -> None:
    for line in told or ["nothing to change"]:
        session.screen.write(printable(f"{what}: {line}"))
    for note in edit.notes:
        session.screen.hint(note)


def _edit_file(session: Session, path: str, name: str, planned: Planned) -> None:
    from agentrun_operator.plugin.edits.edit import NotPossibleError  # noqa: PLC0415 - as below
    from agentrun_operator.plugin.edits.manifests import edited  # noqa: PLC0415 - an edit in the cluster needs none

    text = _read(path)
    crlf, plain = "\r\n" in text, text.replace("\r\n", "\n")
    asked = session.kubectl.connection.namespace
    try:
        after, before, edit = edited(plain, name, asked, lambda: session.kubectl.namespace, planned)
    except (UsageError, UnknownError, NotPossibleError) as error:
        raise type(error)(f"{path}: {error}") from None
    told = edit.told(before["spec"])
    _show(session, f"{path}: {name}", told, edit)
    if told:
        _write(Path(path), after.replace("\n", "\r\n") if crlf else after)


def _read(path: str) -> str:
    if path in ("", INPUT):
        raise UsageError("-f names the file that is edited: its path, and neither nothing nor standard input")
    try:
        return text_of(path)
    except ManifestError as error:
        raise UsageError(str(error)) from None


def _write(path: Path, text: str) -> None:
    try:
        path.write_bytes(text.encode())
    except OSError as error:
        raise UnknownError(f"{path}: {error.strerror}") from None

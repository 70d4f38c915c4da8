"""`diff`: the command line, what is told beside the data, and the exit code."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from agentrun_operator.plugin.exits import UsageError
from agentrun_operator.plugin.flags import with_flags
from agentrun_operator.plugin.session import Session

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agentrun_operator.plugin.commands.diff.change import Change
    from agentrun_operator.plugin.commands.diff.preview import Asked
    from agentrun_operator.plugin.commands.diff.reading import Manifests

SHOWN = 5
"""Names that a line tells."""


class Output(StrEnum):
    """Whom the changes are told to."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


@with_flags
def diff(
    session: Session,
    *,
    filename: Annotated[
        list[str], typer.Option("--filename", "-f", metavar="FILE", help="File, folder, or - for the input.")
    ],
    recursive: Annotated[bool, typer.Option("--recursive", "-R", help="Folders within folders too.")] = False,
    server_side: Annotated[bool, typer.Option(help="As `kubectl apply --server-side` would.")] = False,
    output: Annotated[Output, typer.Option("--output", "-o", help="How data is written.")] = Output.TEXT,
    secret_from_cluster: Annotated[
        bool, typer.Option(help="Look with the keys of the Secrets that objects name, not with your own.")
    ] = False,
    offline: Annotated[bool, typer.Option(help="Ask the cluster for nothing, and know less.")] = False,
    prune: Annotated[bool, typer.Option(help="Objects that -l selects and no file has would be deleted.")] = False,
    selector: Annotated[str, typer.Option("--selector", "-l", help="Labels, for --prune.", metavar="LABELS")] = "",
) -> None:
    """Show what AgentRun would be asked for if manifests were applied. Nothing is written anywhere.

    Exit code: 0 nothing differs, 1 something does, 2 usage, 3 it could not be told or a manifest is refused.
    """
    from agentrun_operator.plugin.commands.diff.change import code_of  # noqa: PLC0415 - the help needs none of it
    from agentrun_operator.plugin.commands.diff.preview import Asked, preview  # noqa: PLC0415 - as above
    from agentrun_operator.plugin.commands.diff.reading import read  # noqa: PLC0415 - as above

    asked = Asked(server_side, secret_from_cluster, offline, prune, selector)
    _assert_fits(asked)
    given = session.kubectl.connection.namespace
    manifests = read(
        filename,
        recursive=recursive,
        given=given,
        namespace=given or ("default" if offline else session.kubectl.namespace),
    )
    _tell_of_files(session, manifests)
    changes = preview(session, manifests, asked)
    _show(session, changes, output)
    raise typer.Exit(code_of(changes))


def _assert_fits(asked: Asked) -> None:
    """Make sure that the flags do not contradict each other.

    Raises:
        UsageError: they do.
    """
    cluster = {
        "--server-side": asked.server_side,
        "--secret-from-cluster": asked.secret_from_cluster,
        "--prune": asked.prune,
    }
    if asked.offline and any(cluster.values()):
        named = ", ".join(flag for flag, given in cluster.items() if given)
        raise UsageError(f"--offline asks the cluster for nothing, and {named} would")
    if asked.prune != bool(asked.selector):
        raise UsageError("--prune and -l belong together: -l says which objects are those of the files")


def _show(session: Session, changes: Sequence[Change], output: Output) -> None:
    from agentrun_operator.plugin.commands.diff import report  # noqa: PLC0415 - as above

    if output is Output.JSON:
        session.screen.write(report.as_json(changes))
    elif output is Output.MARKDOWN:
        session.screen.write(report.as_markdown(changes))
    else:
        session.screen.show(report.as_text(changes))


def _tell_of_files(session: Session, manifests: Manifests) -> None:
    """What of the files is not looked at."""
    if manifests.passed_over:
        session.screen.hint(f"Passed over, not AgentRuntimeEndpoints: {_some(manifests.passed_over)}")
    if manifests.repeated:
        session.screen.warn(f"More than once in the files, and the last one counts: {_some(manifests.repeated)}")


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"{', '.join(names[:SHOWN])}{more}"

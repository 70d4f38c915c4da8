"""`import`: its arguments and flags."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from agentrun_operator.plugin.commands.importing.mode import Mode
from agentrun_operator.plugin.exits import UsageError
from agentrun_operator.plugin.flags import with_flags
from agentrun_operator.plugin.session import Session


@with_flags
def import_(
    session: Session,
    *,
    runtimes: Annotated[list[str] | None, typer.Argument(metavar="RUNTIME", help="Names or ids of runtimes.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="All runtimes of the account and region.")] = False,
    mode: Annotated[Mode, typer.Option(help="What the objects do with their endpoints: take them over, or look.")] = (
        Mode.ADOPT
    ),
    output_dir: Annotated[
        Path | None, typer.Option(metavar="DIR", help="A file for each endpoint goes here; none is written over.")
    ] = None,
    by_id: Annotated[bool, typer.Option("--by-id", help="Name runtimes by their ids.")] = False,
) -> None:
    """Write manifests of endpoints that no object has, which leave them as they are."""
    from agentrun_operator.plugin.commands.importing.work import Request, run  # noqa: PLC0415 - no start without it

    if bool(runtimes) == all_:
        raise UsageError("--all and runtimes exclude each other" if all_ else "name runtimes, or take --all")
    run(session, Request(runtimes or (), mode, by_id, output_dir))

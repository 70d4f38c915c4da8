"""The command `status`: what was asked for, shown once, live, or when it is settled."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from agentrun_operator.plugin.cluster.endpoints import Selection
from agentrun_operator.plugin.exits import UsageError
from agentrun_operator.plugin.flags import Everywhere, Selector, Wait, with_flags
from agentrun_operator.plugin.session import Session


class Output(StrEnum):
    """In which form objects are shown."""

    TEXT = "text"
    WIDE = "wide"
    JSON = "json"
    YAML = "yaml"


Names = Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="Objects; one alone fills a screen.")]
Live = Annotated[bool, typer.Option("--watch", "-w", help="Show changes until Ctrl-C.")]
Problems = Annotated[bool, typer.Option("--problems", help="Only those with a problem; if any, the exit code is 1.")]
Form = Annotated[
    Output,
    typer.Option("--output", "-o", help="How data is written; text is a table, or a page for one NAME."),
]


@with_flags
def status(
    session: Session,
    *,
    names: Names = None,
    all_namespaces: Everywhere = False,
    selector: Selector = "",
    watch: Live = False,
    wait: Wait = "",
    problems: Problems = False,
    output: Form = Output.TEXT,
) -> None:
    """Show how endpoints stand, or all about one of them."""
    from agentrun_operator.plugin.commands.status import gate, live, show  # noqa: PLC0415 - other commands go without

    selection = Selection(tuple(names or ()), all_namespaces, selector)
    shown = show.View(selection, wide=output is Output.WIDE, form=output.value, problems=problems)
    if sum((watch, bool(wait), problems)) > 1:
        raise UsageError("--watch, --wait and --problems exclude each other")
    if watch and output in (Output.JSON, Output.YAML):
        raise UsageError(f"--watch has no form {output.value}: kubectl get agentruntimeendpoints -w -o {output.value}")
    if watch:
        live.follow(session, shown)
    raise typer.Exit(gate.wait(session, shown, wait) if wait else show.once(session, shown))

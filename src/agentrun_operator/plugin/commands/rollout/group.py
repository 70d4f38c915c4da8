"""The commands below `rollout`, put together."""

from __future__ import annotations

import typer

from agentrun_operator.plugin.commands.rollout.explain import explain
from agentrun_operator.plugin.commands.rollout.status import status
from agentrun_operator.plugin.commands.rollout.verbs import abort, approve, hold, promote, resume, retry
from agentrun_operator.plugin.help import Command, Group

COMMANDS = (status, approve, promote, abort, retry, hold, resume, explain)


def rollout() -> typer.Typer:
    """The commands about a rollout."""
    app = typer.Typer(cls=Group, help=_about.__doc__, invoke_without_command=True)
    app.callback()(_about)
    for command in COMMANDS:
        app.command(cls=Command)(command)
    return app


def _about(context: typer.Context) -> None:
    """How the rollout of a version stands, why, and requests to it."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())

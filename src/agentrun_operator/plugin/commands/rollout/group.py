"""The commands below `rollout`, put together."""

from __future__ import annotations

import typer

from agentrun_operator.plugin.commands.rollout.explain import explain
from agentrun_operator.plugin.commands.rollout.status import status
from agentrun_operator.plugin.commands.rollout.verbs import abort, approve, hold, promote, resume, retry

COMMANDS = (status, approve, promote, abort, retry, hold, resume, explain)


def rollout() -> typer.Typer:
    """The commands about a rollout."""
    app = typer.Typer(help="How the rollout of a version stands, why, and requests to it.", no_args_is_help=True)
    for command in COMMANDS:
        app.command()(command)
    return app

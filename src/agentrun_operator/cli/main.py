"""The entry point `agentrun-operator`: puts the commands together, and shows errors as people want to read them."""

from __future__ import annotations

import sys

import typer

from agentrun_operator.cli.crd import crd
from agentrun_operator.cli.emulator import emulator
from agentrun_operator.cli.errors import CommandError
from agentrun_operator.cli.playground import playground
from agentrun_operator.cli.rollout import rollout
from agentrun_operator.cli.run import run
from agentrun_operator.cli.version import version

COMMANDS = (run, playground, emulator, crd, version)


def application() -> typer.Typer:
    """All commands, in the order in which the help lists them."""
    app = typer.Typer(
        help="Alibaba Cloud AgentRun endpoints as Kubernetes resources.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,  # they would show variables, and with them secrets
    )
    for command in COMMANDS:
        app.command()(command)
    app.add_typer(rollout(), name="rollout")
    return app


def main() -> None:
    """Run the command that the arguments name, and exit: 0 done, 1 it failed, 2 wrong usage, 130 Ctrl-C."""
    try:
        application()()
    except CommandError as error:
        typer.secho("Error: ", fg=typer.colors.RED, err=True, nl=False)
        typer.echo(error, err=True)
        sys.exit(error.code)

"""The entry point `kubectl-agentrun`: puts the commands together, and turns errors into words and exit codes."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import typer

from agentrun_operator.plugin.commands.diff.command import diff
from agentrun_operator.plugin.commands.version import version
from agentrun_operator.plugin.exits import ExitCode, PluginError
from agentrun_operator.plugin.screen.screen import Colour, Screen

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = (
    diff,
    version,
)

NAME = "kubectl agentrun"


def application() -> typer.Typer:
    """All commands, in the order in which the help lists them."""
    app = typer.Typer(
        name=NAME,
        help="AgentRun endpoints: see them, preview a change, import what exists, go back.",
        no_args_is_help=True,
        add_completion=False,  # kubectl asks a program of its own
        rich_markup_mode=None,  # help reads like kubectl's, in pipes too
        pretty_exceptions_enable=False,  # they would show variables, and with them secrets
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_nothing)
    for command in COMMANDS:
        app.command()(command)
    return app


def _nothing() -> None:
    """AgentRun endpoints: see them, preview a change, import what exists, go back."""  # with one command too


def run(arguments: Sequence[str]) -> int:
    """Run the command that the arguments name.

    Args:
        arguments: without the program's name.

    Returns:
        the exit code.
    """
    try:
        application()(list(arguments), prog_name=NAME)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else ExitCode.NEGATIVE
    except PluginError as error:
        Screen.of(Colour.AUTO, quiet=False).error(str(error))
        return error.code
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    return ExitCode.DONE


def main() -> None:
    """Run the command that the command line names, and exit."""
    code = run(sys.argv[1:])
    try:
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read it has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code)

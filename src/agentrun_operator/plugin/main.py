"""The entry point `kubectl-agentrun`: puts the commands together, and turns errors into words and exit codes."""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer
from typer._click.exceptions import ClickException
from typer.main import get_command

from agentrun_operator.plugin.commands.canary import canary
from agentrun_operator.plugin.commands.check import check
from agentrun_operator.plugin.commands.dashboard import dashboard
from agentrun_operator.plugin.commands.diff.command import diff
from agentrun_operator.plugin.commands.history import history
from agentrun_operator.plugin.commands.importing.command import import_
from agentrun_operator.plugin.commands.invoke import invoke
from agentrun_operator.plugin.commands.promote import promote
from agentrun_operator.plugin.commands.release import release
from agentrun_operator.plugin.commands.requests.pause import pause, resume
from agentrun_operator.plugin.commands.requests.reconcile import reconcile
from agentrun_operator.plugin.commands.rollback import rollback
from agentrun_operator.plugin.commands.rollout.group import rollout
from agentrun_operator.plugin.commands.shim import completion
from agentrun_operator.plugin.commands.status.command import status
from agentrun_operator.plugin.commands.version import version
from agentrun_operator.plugin.completion import completed
from agentrun_operator.plugin.exits import ExitCode, PluginError
from agentrun_operator.plugin.help import Command, Group
from agentrun_operator.plugin.screen.screen import Colour, Screen

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = (
    status,
    diff,
    import_,
    reconcile,
    pause,
    resume,
    canary,
    promote,
    history,
    rollback,
    invoke,
    release,
    check,
    dashboard,
    completion,
    version,
)
GROUPS = (rollout,)

NAME = "kubectl agentrun"

REPORT = "This is a defect of kubectl-agentrun: report it with this line and `kubectl agentrun version`"
TRACEBACK = "AGENTRUN_PLUGIN_TRACEBACK"
"""The variable that, set to anything, has a defect shown with its traceback."""


AS_THEY_ARE = {"ignore_unknown_options": True, "help_option_names": [], "allow_interspersed_args": False}
"""Flags among the words that are to be completed are no flags of ours."""


def application() -> typer.Typer:
    """All commands, in the order in which the help lists them."""
    app = typer.Typer(
        name=NAME,
        cls=Group,
        help=_about.__doc__,
        no_args_is_help=False,
        invoke_without_command=True,
        add_completion=False,  # kubectl asks a program of its own
        rich_markup_mode=None,  # help reads like kubectl's, in pipes too
        pretty_exceptions_enable=False,  # they would show variables, and with them secrets
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_about)
    for command in COMMANDS:
        app.command(command.__name__.strip("_"), cls=Command)(command)
    for group in GROUPS:
        app.add_typer(group(), name=group.__name__)
    app.command("help", cls=Command)(_help)
    app.command("__complete", cls=Command, hidden=True, context_settings=AS_THEY_ARE)(_complete)
    return app


def _about(context: typer.Context) -> None:
    """AgentRun endpoints: see them, preview a change, import what exists, go back."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def _help(
    words: Annotated[list[str] | None, typer.Argument(metavar="[COMMAND]", show_default=False)] = None,
) -> None:
    """Show what there is, or how a command is used.

    Example:
        kubectl agentrun help status
    """
    _begin([*(words or []), "--help"])


def _complete(words: Annotated[list[str] | None, typer.Argument()] = None) -> None:
    """Print what may stand for the last word."""
    sys.stdout.write(completed(get_command(application()), words or []))


def run(arguments: Sequence[str]) -> int:
    """Run the command that the arguments name.

    Args:
        arguments: without the program's name.

    Returns:
        the exit code.
    """
    _forgive()
    try:
        _begin(arguments)
    except typer.Exit as end:
        return end.exit_code
    except ClickException as error:
        _screen().error(_misused(error))
        return ExitCode.USAGE
    except PluginError as error:
        _screen().error(str(error))
        return error.code
    except (KeyboardInterrupt, typer.Abort):
        return ExitCode.INTERRUPTED
    except BrokenPipeError:  # whoever read it has seen enough
        _go_silent()
    except Exception as error:  # nobody is shown a traceback
        if os.environ.get(TRACEBACK):
            raise
        _screen().error(_unwritten(error) if isinstance(error, OSError) else _defect(error))
        return ExitCode.UNKNOWN
    return ExitCode.DONE


def _begin(arguments: Sequence[str]) -> None:
    """What typer's own `main` does, without its way with interruptions, closed pipes and usage."""
    command = get_command(application())
    with command.make_context(NAME, list(arguments)) as context:
        command.invoke(context)


def _misused(error: ClickException) -> str:
    context = getattr(error, "ctx", None)
    return f"{error.format_message()}\nSee '{context.command_path if context else NAME} --help' for usage."


def _forgive() -> None:
    """Have characters that the terminal does not know spelt out: names and answers may hold any."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _screen() -> Screen:
    return Screen.of(Colour.AUTO, quiet=False)


def _defect(error: Exception) -> str:
    """What is to be reported: which error, and in which line; its text may hold a secret, and is left out."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = "" if trace is None else f" in {os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}"  # noqa: PTH119 - a name, no file
    return f"{type(error).__name__}{place}. {REPORT}; {TRACEBACK}=1 shows more"


def _unwritten(error: OSError) -> str:
    """What the system refused, such as more room on a disk; no more of the data is written."""
    _go_silent()
    return f"{error.strerror or type(error).__name__}: this cannot be read or written"


def _go_silent() -> None:
    """Let nothing more be written, so that the interpreter's last flush cannot fail."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def complete() -> None:
    """Print what may stand for the last word of the command line, for kubectl's completion."""
    _forgive()
    sys.stdout.write(completed(get_command(application()), sys.argv[1:]))


def main() -> None:
    """Run the command that the command line names, and exit."""
    code = run(sys.argv[1:])
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _go_silent()
    except OSError as error:
        _screen().error(_unwritten(error))
        code = ExitCode.UNKNOWN
    sys.exit(code)

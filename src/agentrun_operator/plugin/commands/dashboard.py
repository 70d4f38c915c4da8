"""The command `dashboard`: the page, for as long as somebody looks at it."""

from __future__ import annotations

from typing import Annotated

import typer

from agentrun_operator.plugin.cluster.endpoints import Selection
from agentrun_operator.plugin.exits import UnknownError, UsageError
from agentrun_operator.plugin.flags import Everywhere, Selector, with_flags
from agentrun_operator.plugin.session import Session

LAST_PORT = 65535

Port = Annotated[str, typer.Option(help="Port of 127.0.0.1; 0: any that is free.", metavar="PORT")]


@with_flags
def dashboard(
    session: Session, *, all_namespaces: Everywhere = False, selector: Selector = "", port: Port = "0"
) -> None:
    """Show endpoints in a browser of this machine, as they change. Read-only; prints the address, and Ctrl-C ends it.

    Example:
        kubectl agentrun dashboard -A
    """
    if not (port.isascii() and port.isdigit() and int(port[:6]) <= LAST_PORT):
        raise UsageError(f"{port[:40]!r} is no port: give a number up to {LAST_PORT}, or 0")
    try:
        from agentrun_operator.plugin.dashboard.serving import serve  # noqa: PLC0415 - other commands go without
    except ModuleNotFoundError as error:
        raise UnknownError(
            f"dashboard needs {error.name}, which is not installed: pip install 'agentrun-operator[dashboard]'"
        ) from None
    serve(session, Selection((), all_namespaces, selector), int(port))

"""`playground`: a control plane, an emulated AgentRun and the operator on this machine, to look at and to play with."""

from __future__ import annotations

from typing import Annotated

import typer

from agentrun_operator.cli.extras import require_playground

Once = Annotated[
    bool, typer.Option("--once", help="Create, update, drift, promote, revert, delete, check each, then exit.")
]


def playground(once: Once = False) -> None:  # noqa: FBT002 - a flag of the command line
    """Try the operator: a real control plane, an emulated AgentRun, and samples that become Ready.

    Stays until Ctrl-C and prints what to try meanwhile. With --once it goes through the life of an endpoint, checks
    that AgentRun holds what it should, and exits: 0, or 1 and what failed.
    """
    require_playground("playground")
    from agentrun_operator.cli.playground.play import play  # noqa: PLC0415 - the help must not load all this

    play(once=once)

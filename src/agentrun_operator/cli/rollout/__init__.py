"""`rollout`: what a plan means and how it would go, found out offline. Nothing is asked of a cluster or of AgentRun."""

from __future__ import annotations

import typer

from agentrun_operator.cli.rollout.plan import plan
from agentrun_operator.cli.rollout.simulate import simulate

COMMANDS = (plan, simulate)


def rollout() -> typer.Typer:
    """The commands about `spec.rollout`."""
    app = typer.Typer(help="What a plan of spec.rollout means, and how it would go: offline.", no_args_is_help=True)
    for command in COMMANDS:
        app.command()(command)
    return app

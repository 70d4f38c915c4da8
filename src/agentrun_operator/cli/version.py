"""`version`."""

from importlib import metadata

import typer


def version() -> None:
    """Show the version of this program."""
    typer.echo(f"agentrun-operator {metadata.version('agentrun-operator')}")

"""`version`."""

from __future__ import annotations

from importlib import metadata

import typer


def version() -> None:
    """Show the version of this program."""
    typer.echo(f"agentrun-operator {metadata.version('agentrun-operator')}")

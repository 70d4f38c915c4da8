"""`crd`: prints the custom resource definition."""

from __future__ import annotations

import typer


def crd() -> None:
    """Print the CustomResourceDefinition, for `kubectl apply -f -`."""
    from agentrun_operator.resources.crd import crd_yaml  # noqa: PLC0415 - the help needs none of it

    typer.echo(crd_yaml(), nl=False)

"""`version`."""

from __future__ import annotations

from importlib import metadata

from agentrun_operator.plugin.flags import with_flags
from agentrun_operator.plugin.session import Session


@with_flags
def version(session: Session) -> None:
    """Show the version of this program."""
    session.screen.write(f"kubectl-agentrun {metadata.version('agentrun-operator')}")

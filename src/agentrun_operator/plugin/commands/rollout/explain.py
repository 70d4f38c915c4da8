"""`rollout explain`: which row of the table decides about a rollout, by what, and what would change that."""

from __future__ import annotations

from agentrun_operator.plugin.cluster.changes import existing
from agentrun_operator.plugin.commands.rollout.verbs import Name
from agentrun_operator.plugin.flags import with_flags
from agentrun_operator.plugin.session import Session


@with_flags
def explain(session: Session, name: Name) -> None:
    """Explain how a rollout is decided now: by production's own table, from the object alone."""
    from agentrun_operator.plugin.commands.rollout.explained import explained  # noqa: PLC0415 - the help needs none
    from agentrun_operator.plugin.rollouts.outside import situation_of  # noqa: PLC0415 - as above
    from agentrun_operator.plugin.rollouts.record import rolling_of  # noqa: PLC0415 - as above

    found = existing(session.kubectl, name)
    rolling = rolling_of(found)
    given = situation_of(rolling, found.get("status") or {}, session.now())
    for line in explained(rolling, given, session.screen.console.width):
        session.screen.show(line)

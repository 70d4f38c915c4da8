"""`rollout status`: the steps of a rollout, where it is, and what it waits for."""

from __future__ import annotations

from agentrun_operator.plugin.cluster.changes import existing
from agentrun_operator.plugin.cluster.waiting import seconds_of
from agentrun_operator.plugin.commands.rollout.verbs import Name
from agentrun_operator.plugin.flags import WaitForRollout, with_flags
from agentrun_operator.plugin.session import Session


@with_flags
def status(session: Session, name: Name, *, wait: WaitForRollout = "") -> None:
    """Show the steps of a rollout, where it is, how long it bakes, its proof and its checks."""
    from agentrun_operator.plugin.commands.rollout.view import view  # noqa: PLC0415 - the help needs none of it
    from agentrun_operator.plugin.rollouts.record import rolling_of  # noqa: PLC0415 - as above
    from agentrun_operator.plugin.rollouts.waiting import message_of, wait_rolled_out  # noqa: PLC0415 - as above

    within = seconds_of(wait or "0s")
    found = existing(session.kubectl, name)
    said = message_of(found, "RolledOut")
    for line in view(
        rolling_of(found), session.now(), said, session.screen.console.width, session.kubectl.connection.again
    ):
        session.screen.show(line)
    if wait:
        wait_rolled_out(session, name, within)

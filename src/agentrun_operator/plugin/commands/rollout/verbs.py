"""`rollout approve` and its like: requests by the annotation `rollout`, each with the number of what it means."""

from __future__ import annotations

from typing import Annotated

import typer

from agentrun_operator.plugin.cluster.waiting import seconds_of
from agentrun_operator.plugin.flags import Timeout, WaitForRollout, with_flags
from agentrun_operator.plugin.session import Session

Name = Annotated[str, typer.Argument(help="The object.", show_default=False)]


@with_flags
def approve(session: Session, name: Name, *, wait: WaitForRollout = "", timeout: Timeout = "30s") -> None:
    """Let the step that waits for approval go on, at the share that it has now."""
    _ask(session, name, "approve", wait=wait, timeout=timeout)


@with_flags
def promote(session: Session, name: Name, *, wait: WaitForRollout = "", timeout: Timeout = "30s") -> None:
    """Skip the steps that are left: the version gets all traffic."""
    _ask(session, name, "promote", wait=wait, timeout=timeout)


@with_flags
def abort(session: Session, name: Name, *, wait: WaitForRollout = "", timeout: Timeout = "30s") -> None:
    """Take the version back: the stable one gets all traffic."""
    _ask(session, name, "abort", wait=wait, timeout=timeout)


@with_flags
def retry(session: Session, name: Name, *, wait: WaitForRollout = "", timeout: Timeout = "30s") -> None:
    """Begin again with a version that was taken back."""
    _ask(session, name, "retry", wait=wait, timeout=timeout)


@with_flags
def hold(session: Session, name: Name, *, wait: WaitForRollout = "", timeout: Timeout = "30s") -> None:
    """Go no step further until it is resumed. What fails is still taken back."""
    _ask(session, name, "hold", wait=wait, timeout=timeout)


@with_flags
def resume(session: Session, name: Name, *, wait: WaitForRollout = "", timeout: Timeout = "30s") -> None:
    """Go on after a hold."""
    _ask(session, name, "resume", wait=wait, timeout=timeout)


def _ask(session: Session, name: str, verb: str, *, wait: str, timeout: str) -> None:
    from agentrun_operator.plugin.rollouts.sending import send  # noqa: PLC0415 - the help needs none of it
    from agentrun_operator.plugin.rollouts.waiting import wait_rolled_out  # noqa: PLC0415 - as above
    from agentrun_operator.reconcile.rollout.request import Verb  # noqa: PLC0415 - as above

    within, answered = seconds_of(wait or "0s"), seconds_of(timeout)
    send(session, name, lambda _: Verb(verb), answered)
    if wait:
        wait_rolled_out(session, name, within)

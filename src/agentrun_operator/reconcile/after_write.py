"""How a write went, and what follows when it failed or was accepted without telling how things stand. Pure, like the
decision before it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from agentrun_operator.agentrun.models import FAILED_STATES
from agentrun_operator.reconcile.actions import Delete, Rest, Retry
from agentrun_operator.reconcile.checks.creation_checks import creation_quiet
from agentrun_operator.reconcile.decision import Decision
from agentrun_operator.reconcile.input import BLOCKED_PAUSE
from agentrun_operator.reconcile.status.rolled_out import way_out, with_rollout
from agentrun_operator.reconcile.status.statements import ready_by_state
from agentrun_operator.reconcile.verdict import blocked, under_way
from agentrun_operator.resources.reasons import Reason

if TYPE_CHECKING:
    from agentrun_operator.agentrun.models import Endpoint
    from agentrun_operator.reconcile.actions import Write
    from agentrun_operator.reconcile.input import Input
    from agentrun_operator.reconcile.state.observed import Problem

SOON_MENDED = frozenset({Reason.RUNTIME_NOT_READY, Reason.CREDENTIALS_NOT_FOUND})
"""Problems that somebody else may mend at any time, so that looking again must not wait for minutes."""

AGAIN = 2.0
"""Seconds before an object is looked at again whose reconcile ended before it was done."""

LOOK_AFTER = 1.0
"""Seconds before the look that shows what an acceptance did not tell."""


@dataclass(frozen=True, slots=True)
class WriteResult:
    """How a write to AgentRun went.

    Args:
        problem: why it was not done, as far as is known; None when it was accepted.
        taken: whether it was refused because the name is taken.
        gone: whether what it was about does not exist any more.
        certain: whether it is known if it was done.
        endpoint: what AgentRun answered, if that tells the endpoint's state.
        told_id: the endpoint's id, if the answer tells that without the state; empty if not.
    """

    problem: Problem | None = None
    taken: bool = False
    gone: bool = False
    certain: bool = True
    endpoint: Endpoint | None = None
    told_id: str = ""

    @property
    def endpoint_id(self) -> str:
        """The endpoint's id, if AgentRun told it; empty if not."""
        return (self.endpoint.agent_runtime_endpoint_id if self.endpoint else self.told_id) or ""


def accepted(given: Input, write: Write) -> Decision:
    """What follows when AgentRun accepted a write but did not tell the endpoint's state."""
    rest = Rest(after=LOOK_AFTER, soon=True)
    if isinstance(write, Delete):
        return Decision(rest)
    if given.observed.endpoint is None and creation_quiet(given):
        return Decision(rest)
    reason = Reason.CREATING if given.observed.endpoint is None else Reason.UPDATING
    verdict = under_way(reason, f"AgentRun accepted the change of the {given.where}", applied=True)
    return Decision(rest, with_rollout(given, verdict))


def taken(given: Input) -> Decision:
    """What follows when a create was refused because the name is taken, and the list does not show by whom yet."""
    message = f"The {given.where} exists already, though the list does not show it yet"
    retry = Retry(Reason.ALREADY_EXISTS, at_most=BLOCKED_PAUSE)
    return Decision(retry, blocked(Reason.ALREADY_EXISTS, message, stalled=not given.desired.adopts))


def another_write(given: Input, decision: Decision, written: WriteResult) -> Decision:
    """What follows when a second write is decided in one reconcile: it is for another one. Where the first was refused,
    and the look after it asks for a write again, the two contradict each other.
    """
    if written.problem:
        return contradicted(given, decision, written.problem)
    return replace(decision, action=Rest(after=AGAIN, soon=True))


def contradicted(given: Input, decision: Decision, problem: Problem) -> Decision:
    """What follows when a write was refused and a new look asks for the very same write again.

    One that exists, as AgentRun says, and is in no list may well be ours: lists lag.
    """
    if problem.reason is Reason.ALREADY_EXISTS:
        told = f"AgentRun says that the {given.where} exists already, and does not list it yet"
        problem = replace(problem, reason=Reason.REMOTE_UNAVAILABLE, message=told)
    return failed(given, decision, problem)


def failed(given: Input, decision: Decision, problem: Problem) -> Decision:
    """What follows when AgentRun did not do what was decided.

    Args:
        given: the input of the decision.
        decision: what was decided.
        problem: why it was not done.

    Returns:
        a decision to try again, never one to give up.
    """
    pause = BLOCKED_PAUSE if problem.reason in SOON_MENDED else given.timing.retry_max
    retry = Retry(problem.reason, at_most=pause, at_least=problem.retry_after)
    rejected = problem.reason is Reason.REJECTED
    verdict = blocked(problem.reason, f"{problem.message}{way_out(given) if rejected else ''}", stalled=rejected)
    if given.desired.deleting or decision.verdict is None or not _broken(given):
        return Decision(retry, with_rollout(given, verdict))
    # Why the endpoint does not serve is its own failure; Synced tells that the attempt to mend it failed too.
    return Decision(retry, with_rollout(given, replace(verdict, ready=decision.verdict.ready)))


def refused_by_kubernetes(given: Input, why: str) -> Decision:
    """What follows when the API server refuses the finalizer or the claim, or to let the object go: the status tells.
    Whether the endpoint serves is another matter, unless it is being deleted.
    """
    reason = Reason.WRITE_REFUSED
    verdict = blocked(reason, why, stalled=True)
    if not given.desired.deleting and given.observed.endpoint is not None and given.ours:
        verdict = replace(verdict, ready=ready_by_state(given.endpoint))
    return Decision(Retry(reason, at_most=given.timing.retry_max), with_rollout(given, verdict))


def _broken(given: Input) -> bool:
    return given.observed.endpoint is not None and given.endpoint.state in FAILED_STATES

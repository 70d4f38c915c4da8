"""The request that a command makes, and whether it is answered. Pure; `reconcile.rollout.request` says what fits."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from agentrun_operator.plugin.edits.edit import NotPossibleError
from agentrun_operator.reconcile.rollout.memory import Phase
from agentrun_operator.reconcile.rollout.request import Request, Verb

if TYPE_CHECKING:
    from agentrun_operator.plugin.rollouts.record import Rolling
    from agentrun_operator.reconcile.rollout.memory import Memory


class Asked(NamedTuple):
    """A request that fits an object as it is.

    Args:
        request: the request.
        answered: whether it is answered already, so that there is nothing to send.
        renewed: whether the same text stands in the annotation and was recorded so as not to count: it came before the
            step waited for approval, and counts once it was away.
    """

    request: Request
    answered: bool = False
    renewed: bool = False


def asked(verb: Verb, rolling: Rolling) -> Asked:
    """The request of a verb for the rollout that is recorded.

    Raises:
        NotPossibleError: it would not be answered, or not do; says why.
    """
    memory = rolling.memory
    weight = memory.weight if verb is Verb.APPROVE else None
    text = f"{verb} {memory.number}" + ("" if weight is None else f" {weight}")
    request = Request(text, verb, memory.number, weight)
    if why := _unheard(rolling):
        raise NotPossibleError(f"{rolling.name}: {why}")
    if done(request, memory):
        return Asked(request, answered=True)
    if why := _misfit(request, rolling):
        raise NotPossibleError(f"{rolling.name}: {why}")
    return Asked(request, renewed=memory.last_request == text)


def done(request: Request, memory: Memory) -> bool:
    """Whether a request was answered, and what it asks for is so."""
    if memory.last_request != request.text:
        return False
    if request.verb is Verb.HOLD:
        return memory.held
    waits = memory.phase is Phase.AWAITING_APPROVAL and request.approves(memory)
    return not waits


def refused(request: Request, rolling: Rolling) -> str:
    """Why a request that was sent is not going to be answered; empty while it may be."""
    if done(request, rolling.memory):
        return ""
    if rolling.annotation != request.text:
        return f"somebody replaced it by {rolling.annotation!r}" if rolling.annotation else "somebody took it away"
    return _misfit(request, rolling)


def _unheard(rolling: Rolling) -> str:
    """Why no request would be answered."""
    desired = rolling.desired
    if desired.deleting:
        return "it is being deleted"
    if desired.paused:
        return "it is paused, and requests are answered once it is resumed"
    return "managementPolicy is Observe: there is no rollout" if desired.observes else ""


def _misfit(request: Request, rolling: Rolling) -> str:
    memory = rolling.memory
    early = request.verb is Verb.APPROVE and memory.running and memory.phase is not Phase.AWAITING_APPROVAL
    if early and request.number == memory.number:
        now = memory.phase.value if memory.phase else "on its way"
        return f"rollout {memory.number} is {now} at {memory.weight}% and waits for no approval now"
    return request.misfit(memory)

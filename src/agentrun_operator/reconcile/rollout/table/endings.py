"""The rows of the table that end a rollout, and the records that they make. Pure.

What fails, what a person aborts and what the spec takes back comes before every gate. A revert leads to the recorded
stable version and nowhere else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentrun_operator.reconcile.rollout.memory import FAIL, Cause, Memory, Phase
from agentrun_operator.reconcile.rollout.request import Request, Verb
from agentrun_operator.reconcile.rollout.table import clock
from agentrun_operator.resources.names import LATEST

if TYPE_CHECKING:
    from agentrun_operator.reconcile.rollout.situation import Situation

HISTORY = 10
"""Earlier stable versions that are remembered: as many as a rollback window may have."""


def aborted(given: Situation) -> Memory | None:
    """2: a person had enough of it."""
    request = given.asked(Verb.ABORT)
    return _failed(given.memory, Cause.ABORTED, request) if request else None


def taken_back(given: Situation) -> Memory | None:
    """3: the spec wants the stable version again; nothing failed."""
    memory = given.memory
    return at_rest(memory) if memory.running and given.goal.version == memory.stable else None


def analysis_failed(given: Situation) -> Memory | None:
    """4: more rounds failed than the step bears."""
    reverts = given.memory.running and given.failed and given.plan.reverts
    return _failed(given.memory, Cause.ANALYSIS_FAILED) if reverts else None


def deadline_exceeded(given: Situation) -> Memory | None:
    """5: it went on for too long without proof."""
    reverts = given.memory.running and given.plan.reverts and clock.over(given)
    return _failed(given.memory, Cause.DEADLINE_EXCEEDED) if reverts else None


def failed_before(given: Situation) -> Memory | None:
    """7: this very plan was given up, and nobody asked for it again."""
    memory = given.memory
    if not memory.failed_plan or given.wanted_plan != memory.failed_plan:
        return None
    if memory.running:
        return _ended(memory)._replace(phase=Phase.ROLLED_BACK, failed_plan=memory.failed_plan)
    if given.asked(Verb.RETRY, Verb.PROMOTE) and not given.frozen:
        return None
    return memory._replace(phase=Phase.ROLLED_BACK)


def at_rest(memory: Memory) -> Memory:
    """What stays when there is nothing to roll out."""
    return _ended(memory)._replace(phase=None, cause=None)


def promoted(memory: Memory, version: str, request: Request | None = None) -> Memory:
    """A version becomes the stable one, which is all that makes one so.

    Args:
        memory: what is recorded.
        version: the one that becomes stable.
        request: the request that asked for it, if one did.
    """
    earlier = dict.fromkeys((memory.stable, *memory.history))
    history = tuple(each for each in earlier if each not in (version, LATEST))[:HISTORY]
    return answered(at_rest(memory)._replace(stable=version, history=history), request)


def answered(memory: Memory, request: Request | None) -> Memory:
    """The record of an answered request, where there was one."""
    return memory._replace(last_request=request.text) if request else memory


def _failed(memory: Memory, cause: Cause, request: Request | None = None) -> Memory:
    failing = tuple(check for check in memory.checks if check.verdict == FAIL)
    ended = _ended(memory)._replace(phase=Phase.ROLLED_BACK, cause=cause, failed_plan=memory.plan, checks=failing)
    return answered(ended, request)


def _ended(memory: Memory) -> Memory:
    return Memory(
        number=memory.number,
        stable=memory.stable,
        history=memory.history,
        last_request=memory.last_request,
        probe_endpoints=memory.probe_endpoints,
    )

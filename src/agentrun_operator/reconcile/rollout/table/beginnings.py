"""The rows of the table that say what is rolled out: nothing, a version at once or by steps, the same by another plan.

A number is never used again. Within a number the weight does not fall. Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentrun_operator.reconcile.rollout.memory import Cause, Memory, Phase
from agentrun_operator.reconcile.rollout.request import Request, Verb
from agentrun_operator.reconcile.rollout.table.endings import answered, at_rest, promoted

if TYPE_CHECKING:
    from agentrun_operator.reconcile.rollout.situation import Situation


def goal_unknown(given: Situation) -> Memory | None:
    """6: nobody knows which version is wanted, or whether it exists. What failed stays told."""
    if given.wanted is not None and given.memory.stable:
        return None
    return given.memory if given.memory.phase is Phase.ROLLED_BACK else _held(given, Cause.VERSION_UNKNOWN)


def arrived(given: Situation) -> Memory | None:
    """8: the stable version is wanted."""
    return at_rest(given.memory) if given.wanted == given.memory.stable else None


def at_once(given: Situation) -> Memory | None:
    """9: the steps are skipped: by the plan, by a request for this very version, or back to one that was stable."""
    wanted, memory = given.wanted or "", given.memory
    if wanted in memory.history[: given.plan.rollback_window]:
        return promoted(memory, wanted)
    request = _for_this(given, given.asked(Verb.PROMOTE))
    if given.frozen or not (given.plan.immediate or request):
        return None
    return promoted(memory, wanted, request)


def begun(given: Situation) -> Memory | None:
    """10: a version that is not under way; the one that is makes room for it."""
    memory = given.memory
    if given.wanted == memory.canary or given.frozen:
        return None
    if not given.goal.exists(memory.stable):
        return _held(given, Cause.VERSION_UNKNOWN)
    request = _for_this(given, given.asked(Verb.RETRY))
    number = memory.number or _named(given)
    started = _started(given, memory._replace(number=number), _share(given))
    return answered(started._replace(failed_plan="" if request else memory.failed_plan), request)


def edited(given: Situation) -> Memory | None:
    """11: the same version by another plan: proof anew, at no smaller share."""
    memory = given.memory
    if given.frozen or not memory.running or given.wanted != memory.canary or memory.plan == given.wanted_plan:
        return None
    return _started(given, memory, memory.weight)


def frozen(given: Situation) -> Memory | None:
    """14, where nothing is under way: the operator's setting lets nothing begin."""
    return None if given.memory.running else _held(given, Cause.FROZEN)


def _started(given: Situation, memory: Memory, share: int) -> Memory:
    """A rollout's first record; a share that the version has already does not get smaller."""
    steps = given.plan.steps
    step = next((index for index, each in enumerate(steps) if each.weight >= share), len(steps) - 1)
    return memory._replace(
        number=memory.number + 1,
        canary=given.wanted or "",
        plan=given.wanted_plan,
        step=step + 1,
        weight=max(share, steps[step].weight),
        settled_at=None,
        failures=0,
        phase=Phase.PROGRESSING,
        cause=None,
        checks=(),
    )


def _share(given: Situation) -> int:
    """What the version has already, by hand or from before the status was lost. After a revert it is to have none."""
    by_hand = given.first_sight or not given.memory.number
    return given.seen.share(given.wanted or "") if given.seen and by_hand else 0


def _for_this(given: Situation, request: Request | None) -> Request | None:
    """A request, if what it means is what is wanted: a goal or a block that was edited meanwhile is another matter."""
    memory = given.memory
    same = given.wanted == memory.canary if memory.running else given.wanted_plan == memory.failed_plan
    return request if same else None


def _named(given: Situation) -> int:
    """The number that the annotation names: where the status was lost, it may have been used."""
    request = Request.of(given.request)
    return request.number if request else 0


def _held(given: Situation, cause: Cause) -> Memory:
    """As it is; but what AgentRun serves is looked at all the same, or a drift would go unseen."""
    return given.memory._replace(phase=Phase.HELD, cause=cause, settled_at=given.settled_at)

"""What is news in any case, whichever row decides then: failing rounds, verdicts, holds, a first sight. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from agentrun_operator.reconcile.rollout.plan import FORM
from agentrun_operator.reconcile.rollout.request import Verb
from agentrun_operator.reconcile.rollout.situation import Situation
from agentrun_operator.reconcile.rollout.table.endings import answered

if TYPE_CHECKING:
    from agentrun_operator.reconcile.rollout.memory import Check, Memory

Note = Callable[[Situation], "Memory"]


def noted(given: Situation) -> Situation:
    """The situation with what is news in its record."""
    given = given._replace(first_sight=not given.memory.stable)
    for note in ALWAYS if given.blind or given.paused else (*ALWAYS, *WHILE_SEEN):
        given = given.remembering(note(given))
    return given


def _same_form(given: Situation) -> Memory:
    """The ids of plans that another form made, computed anew: an upgrade is no edit, and lets nothing begin again."""
    memory = given.memory
    if memory.running and _foreign(memory.plan):
        memory = memory._replace(plan=given.plan.id(memory.canary))
    if _foreign(memory.failed_plan) and (memory.running or given.wanted):
        memory = memory._replace(failed_plan="" if memory.running else given.wanted_plan)
    return memory


def _foreign(plan: str) -> bool:
    return bool(plan) and not plan.startswith(f"{FORM}:")


def _asked_to_hold(given: Situation) -> Memory:
    request = given.asked(Verb.HOLD)
    return answered(given.memory._replace(held=True), request) if request else given.memory


def _asked_to_resume(given: Situation) -> Memory:
    request = given.asked(Verb.RESUME)
    return answered(given.memory._replace(held=False), request) if request else given.memory


def _failing_rounds(given: Situation) -> Memory:
    """0: failing rounds that are not recorded yet, up to the first that is too many."""
    memory, failing = given.memory, given.evidence.failing
    if not given.of_this_step or not failing:
        return memory
    return memory._replace(failures=min(memory.failures + failing, given.plan.failure_limit + 1))


def _verdicts(given: Situation) -> Memory:
    """What the checks say, once one says something else."""
    memory, checks = given.memory, given.evidence.checks
    news = given.of_this_step and checks and _said(checks) != _said(memory.checks)
    return memory._replace(checks=checks) if news else memory


def _said(checks: tuple[Check, ...]) -> dict[str, str]:
    return {check.name: check.verdict for check in checks}


def _stable(given: Situation) -> Memory:
    """1: the stable version, where none is recorded: the endpoint's target, else what a new one is made with."""
    memory = given.memory
    if memory.stable:
        return memory
    return memory._replace(stable=given.seen.target if given.seen else given.goal.version or "")


ALWAYS: tuple[Note, ...] = (_same_form, _asked_to_hold, _asked_to_resume)
WHILE_SEEN: tuple[Note, ...] = (_failing_rounds, _verdicts, _stable)

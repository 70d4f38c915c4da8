"""What holds in every life of a rollout: numbered as in the contract of progressive delivery, and judged by the world.

What is judged by is what happened (what AgentRun served, which rounds were made, when somebody asked for what), and not
what the operator thinks of it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from agentrun_operator.reconcile.rollout.memory import FAIL, PASS, Cause, Memory, Phase, Wire, effective
from agentrun_operator.reconcile.rollout.request import Request, Verb
from agentrun_operator.reconcile.rollout.simulation.life import Put, Record, Served
from agentrun_operator.reconcile.rollout.simulation.rounds import METRICS, PROBES, Round
from agentrun_operator.reconcile.rollout.situation import Goal, Situation
from support.rollout_lives import BIRTH

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from support.rollout_lives import Drawn

TRUNCATED = timedelta(seconds=1)
"""Times in a record are whole seconds."""

SLACK = timedelta(seconds=120)
"""An operator that died is back after some seconds, again and again."""


def violations(drawn: Drawn) -> list[str]:
    """What does not hold in a life that was lived, with the invariant's number."""
    return [f"{number}: {found}" for number, holds in INVARIANTS.items() for found in holds(drawn)]


def records(drawn: Drawn) -> list[Record]:
    """All records of a life."""
    return [each for each in drawn.life.happenings if isinstance(each, Record)]


def the_spec_is_never_written(drawn: Drawn) -> Iterator[str]:
    """Only the author of a life edits its spec."""
    versions = [(each.situation.plan.digest, each.situation.goal.latest) for each in records(drawn)]
    changes = sum(one != other for one, other in pairwise(versions))
    if changes > len(drawn.edits):
        yield f"{changes} changes of the spec by {len(drawn.edits)} edits"


def what_is_sent_follows_from_the_record(drawn: Drawn) -> Iterator[str]:
    """By the last record that the API server took."""
    recorded = Memory()
    for each in drawn.life.happenings:
        if isinstance(each, Record):
            recorded = each.after
        if isinstance(each, Put) and each.wire != effective(recorded):
            yield f"{each.wire} was sent under {recorded}"


def within_a_rollout_the_weight_rises(drawn: Drawn) -> Iterator[str]:
    """It falls to 0, or because another version has its turn."""
    for each in records(drawn):
        before, after = each.situation.memory, each.after
        falls = before.running and after.weight < before.weight
        if falls and after.running and after.canary == before.canary:
            yield f"from {before.weight} to {after.weight}% in {after.number}"


def nothing_steps_without_proof(drawn: Drawn) -> Iterator[str]:
    """Two passing rounds of each kind at that very step, while AgentRun served it, and the bake is over."""
    served: tuple[datetime, Wire | None] = drawn.life.now, None
    rounds: list[Round] = []
    for each in drawn.life.happenings:
        if isinstance(each, Served):
            served = each.at, each.wire
        if isinstance(each, Round):
            rounds.append(each)
        if isinstance(each, Record) and _goes_on(each):
            yield from _unproved(each, served, rounds)


def _goes_on(record: Record) -> bool:
    """Whether a step was taken, or the last one left for a promotion by the table's last rows."""
    before, after = record.situation.memory, record.after
    if not before.running or (after.running and (after.number, after.step) != (before.number, before.step + 1)):
        return False
    return after.running or (after.stable == before.canary and not _at_once(record))


def _at_once(record: Record) -> bool:
    """Whether a promotion may skip the steps."""
    given, memory = record.situation, record.situation.memory
    back = record.after.stable in memory.history[: given.plan.rollback_window]
    asked = Request.of(given.request)
    promotes = asked is not None and (asked.verb, asked.number) == (Verb.PROMOTE, memory.number)
    new = promotes and given.request != memory.last_request
    return back or ((given.plan.immediate or new) and not given.frozen)


def _unproved(record: Record, served: tuple[datetime, Wire | None], rounds: list[Round]) -> Iterator[str]:
    given, memory = record.situation, record.situation.memory
    since, wire = served
    step = given.plan.steps[memory.step - 1]
    if wire != effective(memory):
        yield f"a step was taken at {record.at} from {effective(memory)}, while {wire} was served"
    if record.at - since < timedelta(seconds=step.bake) - TRUNCATED:
        yield f"a step was taken at {record.at}, before its bake was over"
    for kind, asked in ((PROBES, given.plan.probes), (METRICS, given.plan.metrics and memory.weight)):
        of_step = [
            each for each in rounds if each.kind == kind and _same_step(each.memory, memory) and each.at >= since
        ]
        passed = sum(each.verdict == PASS for each in of_step)
        if asked and (passed < 2 or of_step[-1].verdict not in (PASS, FAIL)):
            yield f"a step was taken at {record.at} with {passed} passing rounds of {kind}"
    if memory.failures > given.plan.failure_limit:
        yield f"a step was taken at {record.at} with {memory.failures} failing rounds"


def _same_step(one: Memory, other: Memory) -> bool:
    return (one.number, one.step, one.weight) == (other.number, other.step, other.weight)


def a_revert_leads_to_the_recorded_stable(drawn: Drawn) -> Iterator[str]:
    """And nowhere else."""
    for each in records(drawn):
        before, after = each.situation.memory, each.after
        ended = (
            before.running and not after.running and after.stable not in (before.canary, each.situation.goal.version)
        )
        back = after.phase is Phase.ROLLED_BACK and before.running
        if (ended or back) and effective(after) != Wire(before.stable):
            yield f"from {before.stable} to {effective(after)}"


def stable_changes_by_promotion_alone(drawn: Drawn) -> Iterator[str]:
    """Of what is rolled out, at once where that is allowed, or at the first sight of the endpoint."""
    for each in records(drawn):
        before, after = each.situation.memory, each.after
        if after.stable == before.stable or not before.stable:
            continue
        goal = each.situation.goal.version
        if after.stable != before.canary and not (after.stable == goal and _at_once(each)):
            yield f"{before.stable} became {after.stable}, while {before.canary or 'nothing'} was rolled out"


def a_failed_plan_does_not_begin_by_itself(drawn: Drawn) -> Iterator[str]:
    """The goal or the block has to be edited, or a person has to ask for it."""
    failed: dict[str, datetime] = {}
    for each in records(drawn):
        before, after = each.situation.memory, each.after
        if after.failed_plan and after.failed_plan != before.failed_plan:
            failed[after.failed_plan] = each.at
        begun = after.number != before.number and after.plan in failed
        edited = begun and any(edit >= failed[after.plan] for edit in drawn.edits)
        asked = begun and after.last_request == f"retry {before.number}" != before.last_request
        if begun and not edited and not asked:
            yield f"{after.plan} began again at {each.at}"


def nothing_is_written_while_nothing_is_new(drawn: Drawn) -> Iterator[str]:
    """At rest, held or waiting for approval; and nothing is sent that AgentRun serves already."""
    quiet = (None, Phase.HELD, Phase.AWAITING_APPROVAL, Phase.ROLLED_BACK)
    for one, other in pairwise(records(drawn)):
        same = _asked(one) == _asked(other) and one.after.phase == other.after.phase
        if one.after.phase in quiet and same and one.at < other.at and not other.situation.evidence.failing:
            yield f"at {other.at}: {one.after} became {other.after}"
    served = None
    for each in drawn.life.happenings:
        if isinstance(each, Served):
            served = each.wire
        if isinstance(each, Put) and each.wire == served and not _after_failure(drawn, each):
            yield f"{each.wire} was sent again at {each.at}"


def _asked(record: Record) -> Situation:
    """What a decision rested on, but for the time and what was recorded."""
    given = record.situation
    evidence = given.evidence._replace(passed_at=None, failing=0)
    return given._replace(now=BIRTH, memory=Memory(), evidence=evidence)


def _after_failure(drawn: Drawn, put: Put) -> bool:
    before = [each for each in drawn.life.happenings if isinstance(each, Put) and each.at < put.at]
    return bool(before) and before[-1].fate.value != "taken"


def good_is_promoted_and_bad_is_not(drawn: Drawn) -> Iterator[str]:
    """Once the faults end, and if a person answers what waits for an answer."""
    life, memory = drawn.life, drawn.life.memory
    goal = Goal.of(life.target, frozenset(life.published), memory).version
    if goal is None:
        return
    quality = drawn.qualities[goal]
    given_up = memory.phase is Phase.ROLLED_BACK and memory.failed_plan == life.plan.id(goal)
    if life.service.wire != effective(memory):
        yield f"{life.service.wire} is served in the end, not {effective(memory)}"
    if memory.stable == goal or (given_up and memory.cause in (Cause.ABORTED, Cause.DEADLINE_EXCEEDED, None)):
        return  # that it was promoted by right is another invariant's matter
    if not quality.silent and quality.bad_from is None and life.plan.reverts:
        yield f"the good version {goal} is not promoted: {memory}"
    if (given_up and life.plan.reverts) or not life.plan.reverts:
        return
    yield f"version {goal} is neither promoted nor taken back: {memory}"


def an_approval_opens_one_gate(drawn: Drawn) -> Iterator[str]:
    """Of one rollout, at one weight; and it was given after the step was seen to wait."""
    waiting_since: datetime | None = None
    opened: set[str] = set()
    for each in records(drawn):
        before, given = each.situation.memory, each.situation
        if _goes_on(each) and given.plan.steps[before.step - 1].approval:
            text = f"approve {before.number} {before.weight}"
            since = max((at for at, asked in drawn.asked if asked == text), default=None)
            if waiting_since is None or since is None or since < waiting_since:
                yield f"the gate of {before.number} at {before.weight}% opened without an approval of its own"
            if text in opened or each.after.last_request != text:
                yield f"{text} opened another gate, or is not recorded"
            opened.add(text)
        if each.after.phase is not Phase.AWAITING_APPROVAL:
            waiting_since = None
        elif before.phase is not Phase.AWAITING_APPROVAL:
            waiting_since = each.at


def a_hold_is_lifted_by_its_own_verb(drawn: Drawn) -> Iterator[str]:
    """Or ends with the rollout; no other verb lifts it, and nothing steps meanwhile."""
    held = False
    for each in records(drawn):
        asked = Request.of(each.after.last_request)
        if held and _goes_on(each) and not (asked and asked.verb is Verb.RESUME):
            yield f"a step was taken at {each.at} of a rollout that is held"
        if not each.after.running or (asked is not None and asked.verb is Verb.RESUME):
            held = False
        elif asked is not None and asked.verb is Verb.HOLD and asked.text != each.situation.memory.last_request:
            held = True


def a_freeze_lets_nothing_go_forward(drawn: Drawn) -> Iterator[str]:
    """No beginning, no replacement, no step, no promotion but back to what was stable; what is taken back is."""
    for each in records(drawn):
        before, after = each.situation.memory, each.after
        back = after.stable in before.history
        forward = after.number != before.number or (before.stable and after.stable != before.stable and not back)
        if each.situation.frozen and (forward or (_goes_on(each) and not back)):
            yield f"{after} at {each.at}"


def no_step_is_unproved_for_long(drawn: Drawn) -> Iterator[str]:
    """Not longer than its deadline, whatever was restarted meanwhile; where nothing was proved, and nothing stood."""
    begun: Record | None = None
    for each in [*records(drawn), None]:
        if begun and (each is None or _step(each.after) != _step(begun.after) or _may_stand(each)):
            end = each.at if each else drawn.life.now
            late = end - begun.at > timedelta(seconds=begun.situation.plan.deadline) + SLACK
            if (
                late
                and not _passed(drawn, begun.after)
                and begun.situation.plan.reverts
                and begun.situation.plan.proves
            ):
                yield f"step {_step(begun.after)} was unproved from {begun.at} to {end}"
            begun = None
        if each and each.after.running and _step(each.after) != _step(each.situation.memory) and not _may_stand(each):
            begun = each


def _step(memory: Memory) -> tuple[int, int]:
    return memory.number, memory.step


def _may_stand(record: Record) -> bool:
    given = record.situation
    return given.paused or given.frozen or given.blind or given.drifted or record.after.held


def _passed(drawn: Drawn, memory: Memory) -> bool:
    rounds = (each for each in drawn.life.happenings if isinstance(each, Round))
    return any(each.verdict == PASS and _step(each.memory) == _step(memory) for each in rounds)


INVARIANTS: dict[int | str, Callable[[Drawn], Iterator[str]]] = {
    1: the_spec_is_never_written,
    2: what_is_sent_follows_from_the_record,
    3: within_a_rollout_the_weight_rises,
    4: nothing_steps_without_proof,
    5: a_revert_leads_to_the_recorded_stable,
    6: stable_changes_by_promotion_alone,
    7: a_failed_plan_does_not_begin_by_itself,
    8: nothing_is_written_while_nothing_is_new,
    9: good_is_promoted_and_bad_is_not,
    10: an_approval_opens_one_gate,
    "hold": a_hold_is_lifted_by_its_own_verb,
    "freeze": a_freeze_lets_nothing_go_forward,
    "deadline": no_step_is_unproved_for_long,
}

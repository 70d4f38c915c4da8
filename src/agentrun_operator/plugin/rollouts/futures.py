"""What would make another row of the table decide: production's own function, run on what may come. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from agentrun_operator.reconcile.rollout.course import deciding
from agentrun_operator.reconcile.rollout.events import happened
from agentrun_operator.reconcile.rollout.memory import effective
from agentrun_operator.reconcile.rollout.proof.evidence import PROOF, Evidence
from agentrun_operator.reconcile.rollout.request import Verb
from agentrun_operator.reconcile.rollout.situation import Goal, Seen
from agentrun_operator.reconcile.rollout.table.notes import noted
from agentrun_operator.reconcile.state.comparable import Weight

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agentrun_operator.reconcile.rollout.memory import Memory
    from agentrun_operator.reconcile.rollout.situation import Situation


class Decided(NamedTuple):
    """What the table says.

    Args:
        row: the name of the row that decides.
        after: what it would record, but for the deadline's clock.
        told: the same for people.
    """

    row: str
    after: Memory
    told: str


class Future(NamedTuple):
    """What may come, and what the table would say then.

    Args:
        when: what may come; a request stands in backquotes.
        decided: what the table would say.
    """

    when: str
    decided: Decided


def decided(given: Situation) -> Decided:
    """What the table says of a situation."""
    row, after = deciding(noted(given))
    events = "; ".join(event.message for event in happened(given.memory, after))
    return Decided(row.__name__, after, events or _standing(after))


def futures(given: Situation) -> list[Future]:
    """What would change what the table says of a situation, and to what."""
    now = decided(given)
    found = [Future(when, decided(then)) for when, then in _possible(given)]
    return [future for future in found if _differs(future.decided, now)]


def _differs(one: Decided, other: Decided) -> bool:
    def matters(found: Decided) -> tuple[object, ...]:
        after = found.after
        return (found.row, effective(after), after.number, after.step, after.phase, after.cause)

    return matters(one) != matters(other)


def _possible(given: Situation) -> Iterator[tuple[str, Situation]]:
    yield from _in_the_way(given)
    yield from _requests(given)
    if given.memory.running:
        yield from _of_step(given)


def _in_the_way(given: Situation) -> Iterator[tuple[str, Situation]]:
    """What keeps the table from going on, taken away."""
    memory = given.memory
    if given.paused:
        yield "the annotation `paused` goes", given._replace(paused=False)
    if given.blind:
        yield "AgentRun can be read again", given._replace(blind=False)
    if given.frozen:
        yield "the operator's setting `rollouts` is `run`", given._replace(frozen=False)
    wire = effective(memory)
    if wire and not given.settled and not given.blind:
        weights = (Weight(wire.canary, wire.weight),) if wire.canary else ()
        seen = Seen(wire.target, weights)
        yield "AgentRun serves what is recorded", given._replace(seen=seen, drifted=False)
    if memory.running:
        yield f"targetVersion is {memory.stable} again", given._replace(goal=Goal(memory.stable))


def _requests(given: Situation) -> Iterator[tuple[str, Situation]]:
    memory = given.memory
    for verb in Verb:
        text = f"{verb} {memory.number}" + (f" {memory.weight}" if verb is Verb.APPROVE else "")
        asked = given._replace(request=text)
        if asked.asked(verb):
            yield f"`{text}`", asked


def _of_step(given: Situation) -> Iterator[tuple[str, Situation]]:
    memory, plan = given.memory, given.plan
    if memory.settled_at and not (given.proved and _baked(given) <= timedelta(0)):
        missing = ["the bake is over"] * (_baked(given) > timedelta(0)) + ["the proof is there"] * (not given.proved)
        later = max(given.now, given.now + _baked(given))
        proof = Evidence(memory.number, memory.step, memory.settled_at, passed=PROOF, passed_at=later)
        yield " and ".join(missing), given._replace(now=later, evidence=proof)
    if plan.proves:
        failing = max(plan.failure_limit + 1 - memory.failures, 1)
        bad = given.evidence._replace(number=memory.number, step=memory.step, failing=failing)
        yield (
            f"{failing} more failing rounds" if failing > 1 else "one more failing round",
            given._replace(evidence=bad),
        )
    if memory.proved_by:
        late = given._replace(now=max(given.now, memory.proved_by), evidence=Evidence())
        yield "the deadline is over without proof", late


def _baked(given: Situation) -> timedelta:
    """How much of the bake is left."""
    settled = given.memory.settled_at or given.now
    return settled + timedelta(seconds=given.step.bake) - given.now


def _standing(after: Memory) -> str:
    phase = after.phase.value if after.phase else "nothing is rolled out"
    return f"{phase}, {after.cause}" if after.cause else phase

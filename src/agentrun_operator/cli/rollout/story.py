"""A life of a rollout as lines that a person reads: when what was decided, sent, served and told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentrun_operator.durations import exactly
from agentrun_operator.reconcile.rollout.memory import Memory, Phase, Wire
from agentrun_operator.reconcile.rollout.simulation.life import Died, Life, Put, Record, Served, Told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agentrun_operator.reconcile.rollout.simulation.life import Happening


def story(life: Life) -> Iterator[str]:
    """The lines of a life that was lived, and its outcome."""
    begun = life.happenings[0].at
    for happening in life.happenings:
        text = _text(happening, len(life.plan.steps))
        if text:
            yield f"{exactly((happening.at - begun).total_seconds()):<12}{text}"
    yield ""
    yield f"Outcome: {_outcome(life)}"
    yield f"Wrote the status {_count(life, Record)} times, sent {_count(life, Put)} PUTs, in {_time(life)}."


def _text(happening: Happening, steps: int) -> str:
    match happening:
        case Record(_, situation, after):
            return f"decides   {_decision(situation.memory, after, steps)}"
        case Put(_, wire, _, _):
            return f"PUT       {_split(wire)}"
        case Served(_, wire):
            return f"serves    {_split(wire)}"
        case Told(_, event):
            return f"event     {'Warning ' * event.warning}{event.reason}: {event.message}"
        case Died(_, when):
            return f"crash     the operator dies {when}"
        case _:
            return _round(happening)


def _round(happening: Happening) -> str:
    """A round that did not pass; those that do are many."""
    verdict = getattr(happening, "verdict", "")
    return f"round     {getattr(happening, 'kind', '')}: {verdict}" if verdict != "Pass" else ""


def _decision(before: Memory, after: Memory, steps: int) -> str:
    if not after.running:
        return f"version {after.stable} has all traffic{f', {after.phase}: {after.cause}' if after.phase else ''}"
    settled = ", settled" * (after.settled_at is not None and before.settled_at is None)
    proved = ", proved" * (after.proof_left is not None and before.proof_left is None)
    failures = f", {after.failures} failing" if after.failures else ""
    cause = f" ({after.cause})" if after.cause else ""
    return f"{after.document(steps)['summary']} {after.phase}{cause}{settled}{proved}{failures}"


def _split(wire: Wire | None) -> str:
    if wire is None:
        return "nothing"
    return f"{wire.target}: {100 - wire.weight}%" + (f", {wire.canary}: {wire.weight}%" if wire.canary else "")


def _outcome(life: Life) -> str:
    memory = life.memory
    if memory.phase is Phase.ROLLED_BACK:
        return f"taken back ({memory.cause}): version {memory.stable} has all traffic"
    if memory.running:
        cause = f" ({memory.cause})" if memory.cause else ""
        return f"not over yet: {memory.phase}{cause}, version {memory.canary} at {memory.weight}%"
    return f"promoted: version {memory.stable} has all traffic"


def _count(life: Life, kind: type) -> int:
    return sum(isinstance(each, kind) for each in life.happenings)


def _time(life: Life) -> str:
    return exactly((life.happenings[-1].at - life.happenings[0].at).total_seconds())

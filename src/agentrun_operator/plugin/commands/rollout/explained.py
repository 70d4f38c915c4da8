"""The explanation of a rollout, in words. Pure."""

from __future__ import annotations

import textwrap
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from rich.text import Text

from agentrun_operator.durations import duration, exactly
from agentrun_operator.plugin.rollouts.futures import decided, futures
from agentrun_operator.printable import printable
from agentrun_operator.reconcile.rollout.course import ROWS
from agentrun_operator.reconcile.rollout.memory import effective, summary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agentrun_operator.plugin.rollouts.futures import Decided
    from agentrun_operator.plugin.rollouts.record import Rolling
    from agentrun_operator.reconcile.rollout.memory import Wire
    from agentrun_operator.reconcile.rollout.situation import Situation

LABEL = 10
"""Columns of a field's name."""

WHEN: Final = {
    "paused": "the annotation `paused` stops every write, a revert too",
    "unreachable": "AgentRun cannot be read: no step, no revert",
    "aborted": "a person aborts it",
    "taken_back": "the spec wants the stable version again",
    "analysis_failed": "more rounds failed than the step bears",
    "deadline_exceeded": "there was no proof before the deadline was over",
    "goal_unknown": "nobody knows which version is wanted, or whether it exists",
    "failed_before": "this very plan was given up before, and nobody asked for it again",
    "arrived": "the stable version is wanted: nothing is to be rolled out",
    "at_once": "the steps are skipped: by the plan, by a request, or back to a version that was stable",
    "begun": "another version is wanted than the one that is under way",
    "edited": "the same version is wanted, by another plan",
    "frozen": "the operator's setting `rollouts` lets nothing begin",
    "unsettled": "AgentRun does not serve what is recorded",
    "settled_now": "AgentRun serves what is recorded, for the first time",
    "held": "somebody or something holds it",
    "unproved": "the bake is not over, or the proof is not there",
    "awaiting": "the step wants an approval, and there is none",
    "last_step": "all steps are proved",
    "next_step": "the step is proved",
}
"""When each row decides."""

UNKNOWN: Final = (
    "how many rounds passed or failed since the record was written, and which versions are published: that is in the"
    " operator's memory, and the record tells of it only where it changed something"
)


def explained(rolling: Rolling, given: Situation, width: int) -> list[Text]:
    """The lines of the explanation.

    Args:
        rolling: the object.
        given: its situation, as far as the object tells.
        width: columns of the screen.
    """
    now = decided(given)
    names = [row.__name__ for row in ROWS]
    passed = ", ".join(names[: names.index(now.row)])
    lines = [Text(f"{rolling.name}  {summary(given.memory, len(rolling.plan.steps)) or 'at rest'}", "bold"), Text()]
    lines += _wrapped("Row", f"{now.row}: {WHEN[now.row]}", width, "bold")
    lines += _wrapped("Says", _says(given, now), width)
    if passed:
        lines += _wrapped("Silent", f"the rows before it: {passed}", width)
    lines.append(Text())
    for name, value in _inputs(rolling, given):
        lines += _wrapped(name, value, width)
    lines += [Text(), *_futures(given, width), Text(), *_wrapped("Unknown", UNKNOWN, width)]
    return lines


def _says(given: Situation, now: Decided) -> str:
    same = now.after == given.memory
    return now.told if same else f"{now.told} (not recorded yet: the operator is about to look, or knows more)"


def _inputs(rolling: Rolling, given: Situation) -> Iterator[tuple[str, str]]:
    memory, plan = given.memory, given.plan
    wanted = given.wanted or "not known"
    named = rolling.desired.spec.target_version
    yield "Goal", f"version {wanted}" if wanted == named else f"targetVersion {named}: version {wanted}"
    yield "Recorded", _recorded(given)
    yield "AgentRun", _seen(given)
    if memory.running:
        yield "Plan", "as recorded" if memory.plan == given.wanted_plan else "edited since"
        yield "Bake", _bake(given)
        yield "Proof", _proof(given)
        if plan.proves:
            yield "Failures", f"{memory.failures}, of {plan.failure_limit} that the step bears"
        yield "Deadline", _deadline(given)
    elif memory.failed_plan:
        same = memory.failed_plan == given.wanted_plan
        yield "Plan", "the one that was given up" if same else "another than the one that was given up"
    yield "Request", f"{given.request[:40] or 'none'}; last answered: {memory.last_request or 'none'}"


def _recorded(given: Situation) -> str:
    memory = given.memory
    phase = memory.phase.value if memory.phase else "no phase"
    return f"{phase}{f', {memory.cause}' if memory.cause else ''}; {_shown(effective(memory))}"


def _seen(given: Situation) -> str:
    if given.blind:
        return "cannot be read"
    if given.seen is None:
        return "no endpoint was seen"
    state = "being changed" if given.seen.updating else "serves" if given.seen.serves else "does not serve"
    same = "as recorded" if given.seen.wire == effective(given.memory) else _shown(given.seen.wire)
    return f"{state}; the split is {same}"


def _shown(wire: Wire | None) -> str:
    if wire is None:
        return "unknown"
    canary = f", version {wire.canary} {wire.weight}%" if wire.canary else ""
    return f"version {wire.target} {100 - wire.weight}%{canary}"


def _bake(given: Situation) -> str:
    if given.memory.settled_at is None:
        return f"{exactly(given.step.bake)}, once AgentRun serves this share"
    over = given.memory.settled_at + timedelta(seconds=given.step.bake)
    left = (over - given.now).total_seconds()
    return f"{duration(left)} left of {exactly(given.step.bake)}" if left > 0 else "over"


def _proof(given: Situation) -> str:
    if not given.plan.proves:
        return "none asked for: by time alone"
    if given.evidence.inconclusive:
        return f"the last round said nothing: {given.evidence.inconclusive}"
    return "there, as the record tells" if given.proved else "not there, as far as the record tells"


def _deadline(given: Situation) -> str:
    memory = given.memory
    if memory.proved_by:
        left = (memory.proved_by - given.now).total_seconds()
        return f"{duration(left)} left" if left > 0 else "over"
    return f"its clock stands, at {duration(memory.proof_left or 0)}"


def _futures(given: Situation, width: int) -> Iterator[Text]:
    found = futures(given)
    yield Text("What would change that:" if found else "Nothing that is known here would change that.", "bold")
    for future in found:
        when = printable(future.when)
        yield from (
            Text(f"  {line}") for line in textwrap.wrap(f"{when} → {future.decided.row}", max(width - 2, LABEL))
        )
        told = textwrap.wrap(printable(future.decided.told), max(width - 6, LABEL))
        yield from (Text(f"      {line}") for line in told)


def _wrapped(name: str, value: str, width: int, style: str = "") -> Iterator[Text]:
    lines = textwrap.wrap(printable(value), max(width - LABEL, LABEL)) or [""]
    for index, line in enumerate(lines):
        yield Text(f"{name if index == 0 else '':<{LABEL}}").append(line, style)

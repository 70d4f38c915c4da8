"""A rollout as people see it: drawn, and said in words beside that. Pure."""

from __future__ import annotations

import textwrap
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from rich.text import Text

from agentrun_operator.durations import duration, exactly
from agentrun_operator.plugin.screen.table import Column, table
from agentrun_operator.printable import printable
from agentrun_operator.reconcile.rollout.memory import FAIL, Phase, effective

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from agentrun_operator.plugin.rollouts.record import Rolling
    from agentrun_operator.reconcile.rollout.memory import Check, Memory
    from agentrun_operator.reconcile.rollout.plan import Plan

    Again = Callable[[str], str]

BAR = 20
"""Characters of the bar: five percent each."""

LABEL = 10
"""Columns of a field's name."""

SHOWN = 20
"""Checks that are shown."""

STYLES = {
    Phase.PROGRESSING: "cyan",
    Phase.AWAITING_APPROVAL: "yellow",
    Phase.HELD: "yellow",
    Phase.ROLLED_BACK: "red",
}


class Field(NamedTuple):
    """A line of the view: a name, what is so, and in which colour."""

    name: str
    value: str
    style: str = ""


def view(rolling: Rolling, now: datetime, said: str, width: int, again: Again) -> list[Text]:
    """The lines of the view.

    Args:
        rolling: the object.
        now: the time of day.
        said: what the condition RolledOut says of the present generation; empty if nothing.
        width: columns of the screen.
        again: how a person types another command for the same cluster.
    """
    head = [Text(f"{rolling.name}  {_title(rolling)}", "bold"), Text(), *_bar(rolling.memory, width)]
    steps = [Text(), *_steps(rolling)] if not rolling.plan.immediate else []
    fields = [line for field in _fields(rolling, now, said, again) for line in _wrapped(field, width)]
    return [*head, *steps, Text(), *fields]


def _title(rolling: Rolling) -> str:
    memory = rolling.memory
    if memory.running:
        return f"rollout {memory.number}: version {memory.stable} → {memory.canary}"
    last = f"the last was rollout {memory.number}" if memory.number else "there was none"
    return f"no rollout is under way; {last}"


def _bar(memory: Memory, width: int) -> Iterator[Text]:
    """The split of the traffic that is recorded: what AgentRun is to hold."""
    wire = effective(memory)
    if wire is None:
        return
    share = memory.weight if memory.running else 0
    drawn = round(share * BAR / 100)
    shares = [f"version {memory.canary} {share}%"] if memory.running else []
    shares.append(f"version {memory.stable} {100 - share}%")
    text = Text("  [")
    text.append("#" * drawn, "green").append("-" * (BAR - drawn)).append("]  ")
    words = textwrap.wrap(", ".join(shares), max(width - BAR - 6, BAR))
    for index, line in enumerate(words):
        yield text.append(line) if index == 0 else Text(" " * (BAR + 6) + line)


def _steps(rolling: Rolling) -> Iterator[Text]:
    steps = rolling.plan.steps
    states = [_state(rolling.memory, number, len(steps)) for number in range(1, len(steps) + 1)]
    columns = [
        Column("STEP", [str(number) for number in range(1, len(steps) + 1)]),
        Column("SHARE", [f"{step.weight}%" for step in steps]),
        Column("BAKE", [exactly(step.bake) for step in steps]),
        Column("APPROVAL", ["yes" if step.approval else "-" for step in steps]),
        Column("STATE", [state for state, _ in states], styles=[style for _, style in states]),
    ]
    yield from (Text("  ").append_text(line) for line in table(columns, None))


def _state(memory: Memory, number: int, last: int) -> tuple[str, str]:
    if not memory.running:
        return "-", ""
    here = min(memory.step, last)
    if number != here:
        return ("done", "green") if number < here else ("to come", "")
    phase = memory.phase or Phase.PROGRESSING
    return f"here: {phase}", STYLES[phase]


def _fields(rolling: Rolling, now: datetime, said: str, again: Again) -> Iterator[Field]:
    memory = rolling.memory
    cause = f", {memory.cause}" if memory.cause else ""
    phase = f"{memory.phase or 'at rest'}{cause}"
    yield Field("Phase", phase, STYLES[memory.phase] if memory.phase else "green")
    if said:
        yield Field("Told", said)
    if memory.running:
        yield from _of_step(memory, rolling.plan, now)
    if memory.failed_plan:
        yield Field("Failed", "this plan was given up: it begins again by `rollout retry`, or by an edit")
    yield from _found(memory)
    yield from _asked(rolling, again)


def _found(memory: Memory) -> Iterator[Field]:
    """What the checks found, where probes go, what was stable before."""
    for index, check in enumerate(memory.checks[:SHOWN]):
        yield Field("Checks" if index == 0 else "", _check(check), "red" if check.verdict == FAIL else "")
    for index, each in enumerate(memory.probe_endpoints):
        yield Field("Probes" if index == 0 else "", f"{each.role} version {each.version}: {each.id or 'to be made'}")
    if memory.history:
        yield Field("Before", f"version {', '.join(memory.history)}")


def _asked(rolling: Rolling, again: Again) -> Iterator[Field]:
    """What was asked for, and what may be."""
    memory, name = rolling.memory, rolling.desired.name
    if memory.last_request:
        yield Field("Answered", memory.last_request)
    if rolling.annotation and rolling.annotation != memory.last_request:
        yield Field("Request", f"{rolling.annotation[:40]} (not answered)", "yellow")
    if memory.phase is Phase.AWAITING_APPROVAL:
        yield Field("Next", again(f"rollout approve {name}"))
    elif memory.held:
        yield Field("Next", again(f"rollout resume {name}"))
    elif memory.phase is Phase.ROLLED_BACK:
        yield Field("Next", f"{again(f'rollout retry {name}')}, or another targetVersion")


def _of_step(memory: Memory, plan: Plan, now: datetime) -> Iterator[Field]:
    yield Field("Bake", _bake(memory, plan.step(memory.step).bake, now))
    yield Field("Proof", _proof(memory, plan, now))
    if plan.proves:
        yield Field("Failures", f"{memory.failures} of this step, which bears {plan.failure_limit}")


def _bake(memory: Memory, bake: float, now: datetime) -> str:
    if memory.settled_at is None:
        return f"{exactly(bake)}, once AgentRun holds this share"
    left = (memory.settled_at + timedelta(seconds=bake) - now).total_seconds()
    return f"{duration(left)} left of {exactly(bake)}" if left > 0 else f"over, after {exactly(bake)}"


def _proof(memory: Memory, plan: Plan, now: datetime) -> str:
    kinds = " and ".join(["probes"] * plan.probes + [f"{plan.metrics} metrics"] * bool(plan.metrics))
    what = f"by {kinds}" if kinds else "none asked for: by time alone"
    if memory.proved_by is not None:
        left = (memory.proved_by - now).total_seconds()
        return f"{what}; {duration(left)} left of the deadline" if left > 0 else f"{what}; the deadline is over"
    stands = f"; the deadline's clock stands at {duration(memory.proof_left)}" if memory.proof_left is not None else ""
    return what + stands


def _check(check: Check) -> str:
    measured = f" {check.value}" if check.value else ""
    limit = f", limit {check.limit}" if check.limit else ""
    stable = f", stable {check.stable}" if check.stable else ""
    return f"{check.verdict} {check.name}{measured}{limit}{stable}"


def _wrapped(field: Field, width: int) -> Iterator[Text]:
    lines = textwrap.wrap(printable(field.value), max(width - LABEL, LABEL)) or [""]
    for index, line in enumerate(lines):
        yield Text(f"{field.name if index == 0 else '':<{LABEL}}").append(line, field.style)

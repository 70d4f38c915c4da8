"""What a person asks of a rollout by the annotation `rollout`: `<verb> <number> [<weight>]`. Pure."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from agentrun_operator.reconcile.rollout.memory import Phase

if TYPE_CHECKING:
    from agentrun_operator.reconcile.rollout.memory import Memory

_FORM = re.compile(r"(?P<verb>[a-z]{1,8}) (?P<number>[1-9][0-9]{0,8})(?: (?P<weight>0|[1-9][0-9]{0,2}))?")

SHOWN = 40
"""Characters that an event shows of a request: it may hold anything."""


class Verb(StrEnum):
    """What may be asked for."""

    APPROVE = "approve"
    PROMOTE = "promote"
    ABORT = "abort"
    RETRY = "retry"
    HOLD = "hold"
    RESUME = "resume"


class Request(NamedTuple):
    """A request as it was read.

    Args:
        text: as it stands in the annotation; one that is answered is known by it.
        verb: what is asked for.
        number: of the rollout that is meant.
        weight: the share that is meant, in percent; None if none was named.
    """

    text: str
    verb: Verb
    number: int
    weight: int | None = None

    @classmethod
    def of(cls, text: str) -> Request | None:
        """The request that a text makes; None if it makes none."""
        found = _FORM.fullmatch(text)
        if found is None or found["verb"] not in tuple(Verb):
            return None
        weight = found["weight"]
        return cls(text, Verb(found["verb"]), int(found["number"]), None if weight is None else int(weight))

    def approves(self, memory: Memory) -> bool:
        """Whether it means the step that is recorded, and says that it may go on."""
        return (self.verb, self.number, self.weight) == (Verb.APPROVE, memory.number, memory.weight)

    def misfit(self, memory: Memory) -> str:
        """Why it does not fit what is recorded, for the person who asked; empty if it fits."""
        if self.number != memory.number or not (memory.running or memory.failed_plan):
            return _other(memory)
        if why := _UNFIT[self.verb](self, memory):
            return why
        if self.weight is not None and self.weight != memory.weight:
            return f"it names {self.weight}%, and rollout {memory.number} is at {memory.weight}%"
        return ""


NO_REQUEST = f"it is not `<verb> <number> [<weight>]`, with one of {', '.join(Verb)} and the number in status.rollout"
"""Why a text is no request, for the person who wrote it."""


EARLY = "it came before the step waited for approval: once it does, remove the annotation and set it again"


def shown(text: str) -> str:
    """A request as an event shows it: short, and without what a terminal would obey."""
    cut = text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
    return "".join(each if each.isprintable() else "?" for each in cut)


def _other(memory: Memory) -> str:
    if memory.running:
        return f"rollout {memory.number} is under way"
    if memory.failed_plan:
        return f"rollout {memory.number} was the last"
    return "no rollout is under way"


def _unfit_approval(asked: Request, memory: Memory) -> str:
    if not memory.running:
        return f"rollout {memory.number} is not under way"
    if asked.weight is None:
        return f"an approval names the weight: `approve {memory.number} {memory.weight}`"
    if memory.phase is not Phase.AWAITING_APPROVAL:
        return EARLY
    return ""


def _unfit_while_ended(_: Request, memory: Memory) -> str:
    return "" if memory.running else f"rollout {memory.number} is not under way"


def _unfit_resume(_: Request, memory: Memory) -> str:
    return "" if memory.held else f"rollout {memory.number} is not held by a request"


def _unfit_retry(_: Request, memory: Memory) -> str:
    return f"rollout {memory.number} is under way: abort it first, or edit the block" if memory.running else ""


def _fit(_: Request, __: Memory) -> str:
    return ""


_UNFIT = {
    Verb.APPROVE: _unfit_approval,
    Verb.PROMOTE: _fit,
    Verb.ABORT: _unfit_while_ended,
    Verb.RETRY: _unfit_retry,
    Verb.HOLD: _unfit_while_ended,
    Verb.RESUME: _unfit_resume,
}

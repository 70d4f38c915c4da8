"""What rules have in common: whose turn it is, and what becomes of the answer. A fault is one, a manner another.

The settings are pure; `Armed` counts. What a rule is about besides, and what else it does, is not known here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Generic, TypeVar

from pydantic import Field

from agentrun_operator.emulator.checks import integer, number, one_of
from agentrun_operator.emulator.faults.model import Count, Model, Status, Text, checked

if TYPE_CHECKING:
    from collections.abc import Callable


class Selection(Model):
    """Which of the calls that a rule is about it takes."""

    skip: Count = 0
    """Let this many matching calls pass first."""

    every: Annotated[int, checked(integer(minimum=1))] = 1
    """Take each call of this number after those, as each third; 1: each call."""

    times: Count | None = None
    """Take this many calls, then never again; None: no end."""

    fraction: Annotated[float, checked(number(0, 1))] = 1.0
    """Take this fraction of the calls, drawn from the seeded generator."""


class Distortion(Model):
    """What becomes of an answer."""

    answer: Annotated[str, checked(one_of("html", "empty", "malformed"))] | None = None
    """Answer with `html`, `empty` (both 502 unless there is a `status`) or `malformed`: half of the JSON. None: with
    JSON."""

    status: Status | None = None
    """Answer with this HTTP status; None: with the one that the call would have."""

    code: Text | None = None
    """Code of the error that goes with `status`; None: the usual one for it."""

    message: Text = "injected by the emulator"
    """Message of that error."""

    body: Any = None
    """Sent with `status` instead of an error: text as it is, anything else as JSON. None: the error."""

    headers: dict[str, Text] = Field(default_factory=dict)
    """Sent with `status` and `answer`."""


RuleT = TypeVar("RuleT", bound=Selection)


@dataclass(slots=True)
class Armed(Generic[RuleT]):
    """A rule, and what is left of it."""

    rule: RuleT
    skip: int
    times: int | None
    passed: int = 0

    @classmethod
    def fresh(cls, rule: RuleT) -> Armed[RuleT]:
        return cls(rule, rule.skip, rule.times)

    def takes(self, draw: Callable[[], float]) -> bool:
        """Whether it takes this call, which it is about; if so, one of its `times` is used up."""
        if self.times == 0:
            return False
        if self.skip:
            self.skip -= 1
            return False
        self.passed += 1
        if self.passed % self.rule.every or (self.rule.fraction < 1 and draw() >= self.rule.fraction):
            return False
        if self.times is not None:
            self.times -= 1
        return True

    def left(self) -> RuleT:
        """The rule as far as it is not used up."""
        return self.rule.model_copy(update={"skip": self.skip, "times": self.times})

"""All that one run has measured, as data. No I/O and no measuring in here."""

from __future__ import annotations

from dataclasses import dataclass, field

from benchmarks.figures import AtDefault, AtOnce, Edits, Life, Spread  # noqa: TC001 - pydantic reads the annotations
from benchmarks.rollout_figures import Bulk, Meanwhile, Rolling, TurnedBad  # noqa: TC001 - pydantic reads the annotations


@dataclass(slots=True)
class Results:
    """All that one run has measured; what it was not asked for is missing.

    Attributes:
        machine: where, when and with what.
        lives: one for each program and number of objects.
        single: from when AgentRun says READY to when the object does, for one object at a time.
        at_once: see there.
        edits: see there.
        at_default: see there.
        rollings: see there.
        turned_bad: see there.
        bulks: see there.
        meanwhile: see there.
    """

    machine: dict[str, str]
    lives: list[Life] = field(default_factory=list)
    single: Spread | None = None
    at_once: AtOnce | None = None
    edits: list[Edits] = field(default_factory=list)
    at_default: AtDefault | None = None
    rollings: list[Rolling] = field(default_factory=list)
    turned_bad: TurnedBad | None = None
    meanwhile: Meanwhile | None = None
    bulks: list[Bulk] = field(default_factory=list)

    @property
    def wide(self) -> list[Life]:
        """The operator's lives in many runtimes."""
        return [life for life in self.lives if life.program == "operator" and life.runtimes > 1]

    def of(self, program: str) -> list[Life]:
        """The lives of a program in one runtime, by the number of objects."""
        narrow = (life for life in self.lives if life.program == program and life.runtimes == 1)
        return sorted(narrow, key=lambda life: life.objects)

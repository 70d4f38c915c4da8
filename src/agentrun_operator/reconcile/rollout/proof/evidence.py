"""What this process has proved of a step so far. A restart loses it, which costs one more set of rounds."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime

    from agentrun_operator.reconcile.rollout.memory import Cause, Check

PROOF = 2
"""Passing rounds of each check that a step asks for."""


class Evidence(NamedTuple):
    """The rounds of one step, at its settled weight.

    Args:
        number: the rollout that they were made for.
        step: its step, from 1.
        since: the record's `settled_at` that they were made under: what was proved before a drift proves nothing after.
        passed: passing rounds: of probes or of metrics, whichever has fewer, where both are asked for.
        failing: failing rounds that are not in the record's `failures` yet.
        inconclusive: why the last round of either said nothing; None if both said something.
        waiting: whether a round that is due waits for its turn, so that the deadline's clock stands.
        passed_at: when the last passing round ended; None if none did.
        checks: what each check last said.
        told: the same as `inconclusive` for people, with what to do; names and numbers only.
        wants_control: whether a probe endpoint of the stable version is needed to tell whose fault a failure is.
    """

    number: int = 0
    step: int = 0
    since: datetime | None = None
    passed: int = 0
    failing: int = 0
    inconclusive: Cause | None = None
    waiting: bool = False
    passed_at: datetime | None = None
    checks: tuple[Check, ...] = ()
    told: str = ""
    wants_control: bool = False

    def is_of(self, number: int, step: int) -> bool:
        """Whether it is about this step of this rollout."""
        return (self.number, self.step) == (number, step)

    def recorded(self) -> Evidence:
        """The same, once its failing rounds are in the record."""
        return self._replace(failing=0)

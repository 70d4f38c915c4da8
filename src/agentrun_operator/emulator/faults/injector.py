"""Holds the behaviour in force, and decides which fault hits a call and who is throttled. Acts on nothing.

`behaviour` says what can be set; `gateway` does what is decided here.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any

from agentrun_operator.emulator.faults.behaviour import Behaviour, Fault
from agentrun_operator.emulator.faults.rules import Armed
from agentrun_operator.emulator.faults.throttle import Throttle

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Subject:
    """Who calls, and about what, as the call itself claims: it is not verified yet."""

    action: str
    access_key_id: str | None = None
    account_id: str | None = None
    runtime_id: str | None = None
    endpoint_id: str | None = None
    endpoint_name: str | None = None


_RESTRICTIONS = ("account_id", "access_key_id", "runtime_id", "endpoint_id", "endpoint_name")


def _is_about(fault: Fault, subject: Subject) -> bool:
    if fault.action not in ("*", subject.action):
        return False
    wanted = ((getattr(fault, name), getattr(subject, name)) for name in _RESTRICTIONS)
    return all(asked is None or asked == found for asked, found in wanted)


class FaultInjector:
    """The behaviour in force, and what is used up of its faults and of its rate limit.

    Args:
        initial: in force at first, and again after `reset`.
        clock: seconds since the epoch.

    Attributes:
        behaviour: in force, as it was set; `show` tells what is left of its faults.
    """

    def __init__(self, initial: Behaviour, *, clock: Callable[[], float]) -> None:
        self._initial = initial
        self._clock = clock
        self.behaviour = initial
        self._armed = _armed(initial)
        self._throttle = _throttle(initial)
        self._random = _seeded(initial)

    def show(self) -> dict[str, Any]:
        """The behaviour as JSON; `skip` and `times` of the faults are what is left of them."""
        left = tuple(armed.left() for armed in self._armed)
        return self.behaviour.model_copy(update={"faults": left}).show()

    def change(self, changes: object) -> None:
        """Change settings as a PUT does (see `Behaviour.changed`); faults that it does not name stay as used up.

        Raises:
            InvalidError: a setting is unknown or has a bad value; nothing changes.
        """
        before, self.behaviour = self.behaviour, self.behaviour.changed(changes)
        if self.behaviour.faults is not before.faults:
            self._armed = _armed(self.behaviour)
        if self.behaviour.throttling is not before.throttling:
            self._throttle = _throttle(self.behaviour)
        if self.behaviour.seed != before.seed:
            self._random = _seeded(self.behaviour)

    def add_fault(self, document: object) -> None:
        """One more fault, after the others.

        Raises:
            InvalidError: as `change`.
        """
        fault = Fault.read(document)
        self.behaviour = self.behaviour.model_copy(update={"faults": (*self.behaviour.faults, fault)})
        self._armed.append(Armed.fresh(fault))

    def reset(self) -> None:
        """Go back to the initial behaviour, with nothing used up."""
        self.behaviour = self._initial
        self._armed = _armed(self.behaviour)
        self._throttle = _throttle(self.behaviour)
        self._random = _seeded(self.behaviour)

    def pick(self, subject: Subject) -> Fault | None:
        """The first fault that hits this call, if any; that uses it up."""
        about = (armed for armed in self._armed if _is_about(armed.rule, subject))
        return next((armed.rule for armed in about if armed.takes(self.draw)), None)

    def draw(self) -> float:
        """A number from 0 to 1, of the generator that fractions are drawn from."""
        return self._random.random()

    def retry_after(self, account_id: str | None) -> float:
        """Seconds after which this account may call again; 0: this call passes."""
        return self._throttle.wait(account_id, self._clock()) if self._throttle else 0.0


def _armed(behaviour: Behaviour) -> list[Armed[Fault]]:
    return [Armed.fresh(fault) for fault in behaviour.faults]


def _throttle(behaviour: Behaviour) -> Throttle | None:
    return Throttle(behaviour.throttling) if behaviour.throttling else None


def _seeded(behaviour: Behaviour) -> Random:
    return Random(behaviour.seed)  # noqa: S311 - for a test that can be repeated

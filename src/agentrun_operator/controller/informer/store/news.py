"""What of an object that comes in is news, and how soon it is looked at: what people write at once, and a status that
somebody else wrote with growing pauses where it comes again and again, so that two writers do not chase each other.

Values and counts; nothing is kept of an object, and nobody is asked.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from agentrun_operator.backoff import backoff
from agentrun_operator.resources.names import ENDPOINT_LABEL, FINALIZER, PAUSED, RECONCILE_REQUESTED_AT, ROLLOUT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from agentrun_operator.controller.keys import Body, ObjectKey

DECISIVE = ("conditions", "claim", "rollout", "exports")
"""Parts of the status without which a decision would be made again. Another field that an older CRD strips is missed by
nobody."""


FIRST_PAUSE = 1.0
LONGEST_PAUSE = 300.0

QUIET_FOR = 2 * LONGEST_PAUSE
"""Seconds after which an overwriting counts as the first one again."""


class News(Enum):
    """What an object that came in asks for."""

    NOTHING = "nothing"
    LOOK = "look"
    """It is new, or somebody changed what is theirs."""
    OVERWRITTEN = "overwritten"
    """Somebody wrote its status, which is ours alone, and nothing else changed."""

    def __bool__(self) -> bool:
        return self is not News.NOTHING


class Ours(NamedTuple):
    """What a write of ours sets.

    Args:
        finalizers: all of them, as they will be; None if they stay as they are.
        label: the endpoint's label, likewise; empty if it goes.
        status: the fields of the status, each as it will be; None stands for one that goes.
    """

    finalizers: tuple[str, ...] | None = None
    status: Mapping[str, Any] = {}
    label: str | None = None


class Trigger(NamedTuple):
    """What of an object asks for a look when it changes: what people write, and what nobody but us may."""

    uid: str
    generation: int
    deleted_at: str | None
    paused: str | None
    requested_at: str | None
    rollout: str | None
    finalizers: tuple[str, ...]
    status: Mapping[str, Any]
    label: str = ""

    @property
    def decisive(self) -> tuple[object, ...]:
        """What a write to AgentRun depends on."""
        return self.uid, self.generation, self.deleted_at, self.paused, FINALIZER in self.finalizers

    @classmethod
    def of(cls, body: Body) -> Self:
        """Read them from a trimmed object."""
        metadata, annotations = body["metadata"], body["metadata"]["annotations"]
        return cls(
            uid=metadata["uid"],
            generation=metadata["generation"],
            deleted_at=metadata.get("deletionTimestamp"),
            paused=annotations.get(PAUSED),
            requested_at=annotations.get(RECONCILE_REQUESTED_AT),
            rollout=annotations.get(ROLLOUT),
            finalizers=tuple(metadata.get("finalizers") or ()),
            status=body["status"],
            label=(metadata.get("labels") or {}).get(ENDPOINT_LABEL, ""),
        )

    def once_written(self, ours: Ours, found: Trigger) -> Trigger:
        """The same after a write of ours, as it was then found: whatever became of a field of the status that nobody
        decides by, it is not told again.
        """
        told = {name: value if name in DECISIVE else found.status.get(name) for name, value in ours.status.items()}
        return self._with(ours, ours.finalizers, told, found)

    def once_answered(self, ours: Ours, answer: Trigger) -> Trigger:
        """The same after a write of ours was answered: what it set stands as the answer has it."""
        finalizers = None if ours.finalizers is None else answer.finalizers
        return self._with(ours, finalizers, {name: answer.status.get(name) for name in ours.status}, answer)

    def _with(
        self, ours: Ours, finalizers: tuple[str, ...] | None, fields: Mapping[str, Any], found: Trigger
    ) -> Trigger:
        status = {name: value for name, value in {**self.status, **fields}.items() if value is not None}
        return self._replace(
            finalizers=self.finalizers if finalizers is None else finalizers,
            status=found.status if status == found.status else status,  # what is equal is kept once
            label=self.label if ours.label is None else ours.label,
        )


class Overwriting(NamedTuple):
    """How often it came, and when last, in seconds of the clock."""

    times: int
    at: float


class Overwrites:
    """Which statuses were overwritten lately."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Know of none; `clock` is the time in seconds."""
        self._clock = clock
        self._of: dict[ObjectKey, Overwriting] = {}

    def pause(self, key: ObjectKey) -> float:
        """Seconds until the status is put right that was overwritten just now; 0 the first time."""
        now = self._clock()
        self._forget_before(now - QUIET_FOR)
        before = self._of.pop(key, Overwriting(0, now)).times
        self._of[key] = Overwriting(before + 1, now)
        return backoff(before - 1, first=FIRST_PAUSE, at_most=LONGEST_PAUSE) if before else 0.0

    def _forget_before(self, then: float) -> None:
        while self._of and self._of[first := next(iter(self._of))].at < then:
            del self._of[first]

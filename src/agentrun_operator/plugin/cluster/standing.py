"""How an object stands: in one word, whether that is a problem, and whether a wait for it is over. Pure."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from agentrun_operator.plugin.cluster.reading import entries, mapping, moment, text
from agentrun_operator.resources.names import PAUSED
from agentrun_operator.resources.reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

UNDER_WAY: Final = frozenset({Reason.CREATING, Reason.UPDATING, Reason.DELETING, Reason.ROLLING_OUT})
"""Reasons that end by themselves."""

DELIBERATE: Final = frozenset({"Requested", "Frozen"})
"""Why a rollout is held, where somebody wanted that."""

UNSEEN_AFTER: Final = timedelta(minutes=1)
"""By then an operator that works has seen an edit."""

DELETED_AFTER: Final = timedelta(minutes=10)
"""By then a deletion that goes well is over."""


class Word(StrEnum):
    """How an object stands."""

    READY = "Ready"
    WORKING = "Working"
    ROLLING = "Rolling"
    WAITING = "Waiting"
    HELD = "Held"
    PAUSED = "Paused"
    PENDING = "Pending"
    DELETING = "Deleting"
    DRIFTED = "Drifted"
    FAILING = "Failing"
    STALLED = "Stalled"
    UNKNOWN = "Unknown"
    GONE = "Gone"


class Outcome(StrEnum):
    """What a wait for an object found."""

    READY = "Ready"
    STALLED = "Stalled"
    PENDING = "Pending"


class Condition(NamedTuple):
    """What one condition says."""

    status: str = ""
    reason: str = ""
    message: str = ""
    since: datetime | None = None


class Standing(NamedTuple):
    """How an object stands, why, and since when."""

    word: Word
    reason: str
    message: str
    since: datetime | None


NOTHING: Final = Condition()

ROLLOUTS: Final[dict[str, Word]] = {
    Reason.ROLLING_OUT: Word.ROLLING,
    Reason.AWAITING_APPROVAL: Word.WAITING,
    Reason.ROLLOUT_HELD: Word.HELD,
    Reason.ROLLED_BACK: Word.STALLED,
}


def conditions(thing: Mapping[str, object]) -> dict[str, Condition]:
    """The conditions of an object by their type, in the object's order."""
    told = entries(mapping(thing, "status").get("conditions"))
    return {
        text(each.get("type")): Condition(
            text(each.get("status")),
            text(each.get("reason")),
            text(each.get("message")),
            moment(each.get("lastTransitionTime")),
        )
        for each in told
    }


def is_current(thing: Mapping[str, object]) -> bool:
    """Whether the status speaks of the present generation."""
    generation = mapping(thing, "metadata").get("generation")
    return generation is not None and mapping(thing, "status").get("observedGeneration") == generation


def is_paused(thing: Mapping[str, object]) -> bool:
    """Whether the annotation stops every write."""
    return mapping(thing, "metadata", "annotations").get(PAUSED) == "true"


def is_deleted(thing: Mapping[str, object]) -> bool:
    """Whether somebody asked for its deletion."""
    return bool(mapping(thing, "metadata").get("deletionTimestamp"))


def standing_of(thing: Mapping[str, object]) -> Standing:
    """How an object stands."""
    metadata, told = mapping(thing, "metadata"), conditions(thing)
    ready = told.get("Ready", NOTHING)
    if is_deleted(thing):
        why = ready if ready.status != "True" else NOTHING
        return Standing(Word.DELETING, why.reason, why.message, moment(metadata.get("deletionTimestamp")))
    if not told:
        created = moment(metadata.get("creationTimestamp"))
        return Standing(Word.PENDING, "", "No operator has looked at it yet.", created)
    if not is_current(thing):
        return Standing(Word.PENDING, "", "The last edit was not looked at yet.", edited_at(thing))
    return _as_told(thing, told)


def _as_told(thing: Mapping[str, object], told: Mapping[str, Condition]) -> Standing:
    """By the first condition that has something to say; the worst speak first."""
    ready, synced, rolled_out = (told.get(name, NOTHING) for name in ("Ready", "Synced", "RolledOut"))
    for word, condition, speaks in (
        (Word.STALLED, told.get("Stalled", NOTHING), told.get("Stalled", NOTHING).status == "True"),
        (Word.PAUSED, synced, is_paused(thing) and synced.reason == Reason.PAUSED),
        (Word.UNKNOWN, ready, ready.status not in ("True", "False")),
        (Word.DRIFTED, told.get("Drifted", NOTHING), told.get("Drifted", NOTHING).status == "True"),
        (Word.WORKING, ready, ready.status == "False" and ready.reason in UNDER_WAY),
        (Word.FAILING, ready, ready.status == "False"),
        (ROLLOUTS.get(rolled_out.reason, Word.HELD), rolled_out, rolled_out.status == "False"),
        (Word.WORKING, synced, synced.status == "False" and synced.reason in UNDER_WAY),
        (Word.FAILING, synced, synced.status == "False"),
    ):
        if speaks:
            return Standing(word, condition.reason, condition.message, condition.since)
    return Standing(Word.READY, ready.reason, ready.message, ready.since)


def is_problem(thing: Mapping[str, object], now: datetime) -> bool:
    """Whether somebody should look at an object: what ends by itself and what a person wanted are no problems."""
    standing, told = standing_of(thing), conditions(thing)
    if standing.word is Word.PENDING:
        return standing.since is not None and now - standing.since > UNSEEN_AFTER
    if standing.word is Word.DELETING:
        late = standing.since is not None and now - standing.since > DELETED_AFTER
        return late or (bool(standing.reason) and standing.reason not in UNDER_WAY)
    if standing.word is Word.HELD:
        return text(mapping(thing, "status", "rollout").get("cause")) not in DELIBERATE
    if standing.word is Word.PAUSED:
        return told.get("Ready", NOTHING).status != "True"
    return standing.word in (Word.STALLED, Word.UNKNOWN, Word.DRIFTED, Word.FAILING)


def outcome_of(thing: Mapping[str, object], *, rollout: bool = True) -> Outcome:
    """What a wait for an object finds.

    Args:
        thing: the object.
        rollout: whether the new version has to have all traffic, where there is a rollout.
    """
    told = conditions(thing)
    if is_deleted(thing) or not is_current(thing):
        return Outcome.PENDING
    if told.get("Stalled", NOTHING).status == "True":
        return Outcome.STALLED
    rolled_out = not rollout or "rollout" not in mapping(thing, "spec") or _holds(told, "RolledOut")
    return Outcome.READY if _holds(told, "Ready") and rolled_out else Outcome.PENDING


def edited_at(thing: Mapping[str, object]) -> datetime | None:
    """When somebody last wrote anything but the status; None where the managers of fields are not told."""
    fields = entries(mapping(thing, "metadata").get("managedFields"))
    times = (moment(each.get("time")) for each in fields if not each.get("subresource"))
    return max(filter(None, times), default=None)


def _holds(told: Mapping[str, Condition], name: str) -> bool:
    return told.get(name, NOTHING).status == "True"

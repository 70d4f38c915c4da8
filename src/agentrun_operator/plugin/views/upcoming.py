"""What comes next for an object: what the operator does by itself, and what a person can do. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from agentrun_operator.plugin.cluster.reading import mapping, number, text
from agentrun_operator.plugin.cluster.standing import Word, is_deleted, is_paused, standing_of
from agentrun_operator.plugin.views.rolling import plan_of
from agentrun_operator.resources.names import FINALIZER

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PLAIN: Final = {
    Word.READY: ("Nothing: AgentRun is looked at again by itself, and an edit of the spec is sent at once.", ""),
    Word.WORKING: ("AgentRun finishes the change; the operator looks again by itself. Live:", "status {name} -w"),
    Word.PENDING: ("An operator looks at it. If none does:", "check"),
    Word.FAILING: ("The operator tries again by itself, with growing pauses. At once:", "reconcile {name}"),
    Word.STALLED: ("Nothing, until somebody acts. Then at once:", "reconcile {name}"),
    Word.UNKNOWN: ("The operator looks again by itself. At once:", "reconcile {name}"),
    Word.DRIFTED: ("The difference stays as it is. What an apply would change:", "diff -f FILE"),
    Word.PAUSED: ("Nothing is written to AgentRun until:", "resume {name}"),
    Word.WAITING: ("The rollout goes on once somebody agrees:", "rollout approve {name}"),
    Word.HELD: ("The rollout goes no further. Why:", "rollout explain {name}"),
}
"""What is said of an object that stands so, and the command that goes with it."""


def upcoming(thing: Mapping[str, object], again: Callable[[str], str]) -> str:
    """What comes next, with the command line for what a person can do.

    Args:
        thing: the object.
        again: how a person types another command for the same cluster.
    """
    standing = standing_of(thing)
    name = text(mapping(thing, "metadata").get("name"))
    if is_deleted(thing):
        return _deletion(thing, name, again)
    if standing.word is Word.ROLLING:
        return _step(thing)
    if standing.word is Word.STALLED and text(mapping(thing, "status", "rollout").get("phase")) == "RolledBack":
        return f"Nothing, until another version or plan is asked for, or: {again(f'rollout retry {name}')}"
    said, command = PLAIN[standing.word]
    return f"{said} {again(command.format(name=name))}" if command else said


def _deletion(thing: Mapping[str, object], name: str, again: Callable[[str], str]) -> str:
    finalizers = mapping(thing, "metadata").get("finalizers")
    if not (isinstance(finalizers, list) and FINALIZER in finalizers):
        return "Others hold the object by their finalizers; this operator has let it go."
    if is_paused(thing):
        return f"The pause holds the deletion too, until: {again(f'resume {name}')}"
    if mapping(thing, "spec").get("deletionPolicy") == "Orphan":
        return "The operator lets the object go, and leaves the endpoint as it is."
    return (
        "The endpoint is deleted in AgentRun, and the object goes once that was seen."
        f" If it is stuck, let it go and keep the endpoint: {again(f'release {name}')}"
    )


def _step(thing: Mapping[str, object]) -> str:
    told, plan = mapping(thing, "status", "rollout"), plan_of(thing)
    place = max(1, number(told.get("step")) or 1)
    if place >= len(plan):
        return "After this step the new version is promoted: it gets all traffic."
    return f"After this step the new version gets {plan[place].weight}% of the traffic."

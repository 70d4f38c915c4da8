"""The rollouts that the playground shows by itself: a good version is promoted, a bad one is taken back.

What comes next is decided from the object alone; a person who changes it has the stage.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from agentrun_operator.cli.playground.samples import objects
from agentrun_operator.cli.playground.samples.expected import ROLLED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agentrun_operator.cli.playground.places.cluster import Cluster


@dataclass(frozen=True)
class Act:
    """A new goal for the endpoint.

    Attributes:
        after: The version that has all traffic before.
        version: The goal.
        text: What to say of it.
    """

    after: str
    version: str
    text: str


ACTS = (
    Act("1", "2", f"{ROLLED}: version 2 gets its traffic step by step"),
    Act("2", "3", f"{ROLLED}: version 3 answers wrongly; see it taken back"),
)


class Scene:
    """The acts that are left.

    Args:
        cluster: Where the object is.
    """

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._left = list(ACTS)

    def go_on(self) -> str | None:
        """Begin the next act if the one before is over.

        Returns:
            What to say of it; None if nothing was begun.

        Raises:
            KubectlError: The API server does not answer.
        """
        found = objects.look(self._cluster, ROLLED) if self._left else None
        act = next_act(found, self._left) if found else None
        if act is None:
            return None
        self._left = self._left[self._left.index(act) + 1 :]
        objects.patch(self._cluster, {ROLLED: {"targetVersion": act.version}})
        return act.text


def next_act(found: Mapping[str, Any], left: list[Act]) -> Act | None:
    """The act whose turn it is: the goal is as the one before left it, and has all traffic."""
    if not left or found["spec"].get("targetVersion") != left[0].after or objects.why_not(found, objects.PROMOTED):
        return None
    return left[0]

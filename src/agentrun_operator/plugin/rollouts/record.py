"""What an object tells of its rollout, read as the operator reads it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from agentrun_operator.plugin.cluster.reading import full_name
from agentrun_operator.plugin.edits.edit import NotPossibleError
from agentrun_operator.plugin.exits import UnknownError
from agentrun_operator.reconcile.desired import desired_of
from agentrun_operator.reconcile.rollout.plan import block_digest
from agentrun_operator.resources.names import ROLLOUT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agentrun_operator.reconcile.desired import Desired
    from agentrun_operator.reconcile.rollout.memory import Memory
    from agentrun_operator.reconcile.rollout.plan import Plan


class Rolling(NamedTuple):
    """An object with a rollout.

    Args:
        name: namespace and name.
        desired: what it asks for, and what its status remembers.
        plan: the plan that it asks for.
        annotation: the request in the annotation, whatever its length; empty if there is none.
    """

    name: str
    desired: Desired
    plan: Plan
    annotation: str = ""

    @property
    def memory(self) -> Memory:
        """What is recorded of its rollout."""
        return self.desired.recorded.rollout


def rolling_of(body: Mapping[str, Any]) -> Rolling:
    """What an object of the cluster tells of its rollout.

    Raises:
        NotPossibleError: it has none.
        UnknownError: it cannot be read, since the CRD is newer than this program, or was loosened.
    """
    name, block = full_name(body), body["spec"].get("rollout")
    if block is None:
        raise NotPossibleError(f"{name} has no spec.rollout")
    try:
        desired = desired_of({**body, "plan": block_digest(block)})
    except (ValueError, KeyError, TypeError) as error:
        first = str(error).partition("\n")[0]
        raise UnknownError(f"{name} cannot be read by this version of kubectl-agentrun: {first}") from None
    if desired.plan is None:
        raise NotPossibleError(f"{name} has no spec.rollout")
    annotations = body["metadata"].get("annotations") or {}
    return Rolling(name, desired, desired.plan, annotations.get(ROLLOUT, ""))

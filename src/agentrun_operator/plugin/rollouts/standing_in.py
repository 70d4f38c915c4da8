"""The requests that stand for edits where `spec.rollout` splits the traffic: there, the spec names the goal alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentrun_operator.plugin.cluster.changes import existing
from agentrun_operator.plugin.edits.edit import NotPossibleError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agentrun_operator.plugin.rollouts.record import Rolling
    from agentrun_operator.plugin.session import Session
    from agentrun_operator.reconcile.rollout.request import Verb

ALL = 100
"""Percent: all traffic."""


def rolls(session: Session, name: str) -> bool:
    """Whether an object of the cluster has a rollout."""
    return existing(session.kubectl, name)["spec"].get("rollout") is not None


def request_for_shares(shares: Mapping[str, int], rolling: Rolling) -> Verb | None:
    """What to ask a rollout for, so that its version gets the share that was named.

    Args:
        shares: in percent, by version; empty: no canaries.
        rolling: the rollout.

    Returns:
        approve for the share of the next step, abort for none; None where it has the share already.

    Raises:
        NotPossibleError: no request does that.
    """
    from agentrun_operator.reconcile.rollout.request import Verb  # noqa: PLC0415 - most objects have no rollout

    memory = rolling.memory
    if not any(shares.values()):
        _of_canary(rolling, shares)
        return Verb.ABORT
    version, share = _of_canary(rolling, {version: share for version, share in shares.items() if share})
    if share == memory.weight:
        return None
    coming = _next_weight(rolling)
    if share == coming and coming < ALL:
        return Verb.APPROVE
    then = f"{coming}% comes next" if coming < ALL else "all of it comes next"
    raise NotPossibleError(
        f"{rolling.name}: the steps of spec.rollout split the traffic: version {version} has {memory.weight}%, and"
        f" {then}; edit the steps for another share, or `promote` it"
    )


def request_for_promotion(version: str, rolling: Rolling) -> Verb | None:
    """What to ask a rollout for, so that a version gets all traffic.

    Args:
        version: which; empty: the one that is rolled out, or was taken back.
        rolling: the rollout.

    Returns:
        promote; None where it has all traffic already.

    Raises:
        NotPossibleError: another version is rolled out.
    """
    from agentrun_operator.reconcile.rollout.request import Verb  # noqa: PLC0415 - most objects have no rollout

    memory = rolling.memory
    if version == memory.stable and version and not memory.running:
        return None
    if version and memory.running and version != memory.canary:
        raise NotPossibleError(_other(rolling, version))
    if version and not memory.running and version != rolling.desired.spec.target_version:
        raise NotPossibleError(_other(rolling, version))
    return Verb.PROMOTE


def _of_canary(rolling: Rolling, shares: Mapping[str, int]) -> tuple[str, int]:
    """The one version that is named, which has to be the one that is rolled out."""
    memory = rolling.memory
    other = next((version for version in shares if version != memory.canary), None)
    if other is not None:
        raise NotPossibleError(_other(rolling, other))
    return next(iter(shares.items()), (memory.canary, 0))


def _other(rolling: Rolling, version: str) -> str:
    memory = rolling.memory
    now = f"version {memory.canary} is rolled out" if memory.running else "no rollout is under way"
    return (
        f"{rolling.name}: {now}, by spec.rollout: for version {version}, set targetVersion in the spec, and its rollout"
        " begins"
    )


def _next_weight(rolling: Rolling) -> int:
    """The share after the present step, in percent."""
    memory, steps = rolling.memory, rolling.plan.steps
    return max(memory.weight, steps[memory.step].weight) if memory.step < len(steps) else ALL

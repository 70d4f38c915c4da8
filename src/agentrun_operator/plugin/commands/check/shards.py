"""Operators that share a cluster by labels: whether two may look after the same objects, and what none covers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agentrun_operator.observation.operators import may_overlap, objects_of, selector_of
from agentrun_operator.observation.selectors import selected_by
from agentrun_operator.plugin.cluster.installed import installed_operators
from agentrun_operator.plugin.commands.check.finding import Finding, Standing
from agentrun_operator.plugin.commands.check.objects import some, visible
from agentrun_operator.plugin.commands.check.operator import LEASES, LIST_LEASES, is_held, ours
from agentrun_operator.plugin.exits import PluginError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from agentrun_operator.plugin.cluster.installed import Installed
    from agentrun_operator.plugin.session import Session


def findings(session: Session, namespace: str) -> list[Finding]:
    """How the operators in a namespace share the objects; nothing where none goes by labels, or they cannot be seen.

    Raises:
        UnknownError: the cluster does not tell of objects.
    """
    try:
        leases = ours(session.kubectl.items(LEASES, LIST_LEASES, namespace=namespace))
        deployments = installed_operators(session.kubectl, namespace)
    except PluginError:
        return []  # that they cannot be seen is told by the part about the operator
    now = session.now()
    selectors = {selector_of(each) for each in leases if is_held(each, now)} | {each.selector for each in deployments}
    if not any(selectors):
        return []
    return [*overlaps(leases, deployments, now), *_covered(session, selectors)]


def overlaps(leases: Sequence[Mapping[str, Any]], deployments: Sequence[Installed], now: datetime) -> list[Finding]:
    """The operators of which one waits for the other, or is to.

    Args:
        leases: the operators' Leases.
        deployments: the operators.
        now: the time of day.
    """
    held = [each for each in leases if is_held(each, now)]
    return [
        Finding(Standing.WRONG, "shards", _waits(deployment, lease))
        for deployment in deployments
        for lease in held
        if lease["metadata"]["name"] != deployment.lease and may_overlap(selector_of(lease), deployment.selector)
    ]


def _waits(deployment: Installed, lease: Mapping[str, Any]) -> str:
    mine, theirs = objects_of(deployment.selector), objects_of(selector_of(lease))
    told = f"Deployment {deployment.name} is for {mine}, and {lease['spec']['holderIdentity']} looks after {theirs}"
    return f"{told}: it waits for the Lease {lease['metadata']['name']}; give them different values of one key"


def _covered(session: Session, selectors: set[str]) -> list[Finding]:
    if "" in selectors:
        return []
    objects, where = visible(session.kubectl)
    return [covered(objects, where, selectors)]


def covered(objects: Sequence[Mapping[str, Any]], where: str, selectors: set[str]) -> Finding:
    """Whether some operator looks after each object, by its labels.

    Args:
        objects: all that are seen.
        where: where they are, for people.
        selectors: of all operators.
    """
    chosen = [selected_by(each) for each in sorted(selectors)]
    keys = {requirement.key for each in chosen for requirement in each.requirements}
    labels = [(each, each["metadata"].get("labels") or {}) for each in objects]
    left = [_named(each, has, keys) for each, has in labels if not any(one.matches(has) for one in chosen)]
    if not left:
        return Finding(Standing.OK, "shards", f"the operators' selectors cover all of {len(objects)} in {where}")
    told = f"no operator's selector covers {some(left)}: label them, or run an operator for them"
    return Finding(Standing.WRONG, "shards", f"{told}. The selectors: {'; '.join(sorted(selectors))}")


def _named(found: Mapping[str, Any], labels: Mapping[str, str], keys: set[str]) -> str:
    has = ", ".join(f"{key}={labels[key]}" for key in sorted(keys & labels.keys()))
    return f"{found['metadata']['namespace']}/{found['metadata']['name']} ({has or 'no such label'})"

"""Whether an operator runs: its Lease, its Deployment, and whether its version is this program's."""

from __future__ import annotations

from datetime import datetime, timedelta
from importlib import metadata
from typing import TYPE_CHECKING, Any

from agentrun_operator.observation.operators import is_operators, selector_of
from agentrun_operator.plugin.cluster.installed import Installed, installed_operators
from agentrun_operator.plugin.cluster.kubectl.rights import Right
from agentrun_operator.plugin.commands.check.finding import Finding, Standing, unknown
from agentrun_operator.plugin.exits import PluginError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from agentrun_operator.plugin.session import Session

LEASES = "leases.coordination.k8s.io"
LIST_LEASES = Right("list", "leases", "coordination.k8s.io")
GRACE = timedelta(seconds=30)
"""How far the clocks of this machine and the operator's may be apart."""

DEFAULT_DURATION = 15


def findings(session: Session, namespace: str) -> list[Finding]:
    """How the operators in a namespace stand; what the cluster does not tell costs that part only."""
    found: list[Finding] = []
    leases, deployments = None, None
    try:
        leases = ours(session.kubectl.items(LEASES, LIST_LEASES, namespace=namespace))
    except PluginError as error:
        found.append(unknown("operator", error))
    try:
        deployments = installed_operators(session.kubectl, namespace)
        found += [deployment(each, metadata.version("agentrun-operator")) for each in deployments]
    except PluginError as error:
        found.append(unknown("version", error))
    taken, now = frozenset(each.lease for each in deployments or ()), session.now()
    found += [past(each) if is_past(each, taken, now) else lease(each, now) for each in leases or ()]
    if leases == [] and not deployments:
        found.append(missing(namespace, certain=deployments is not None))
    return found


def ours(leases: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The Leases of our operators: by the label, by the annotation, or by the usual name."""
    return [each for each in leases if is_operators(each)]


def is_past(found: Mapping[str, Any], taken: frozenset[str], now: datetime) -> bool:
    """Whether a Lease is an operator's that is no more: one with another selector, for one.

    Args:
        found: the Lease.
        taken: the Leases that the operators take; empty if they are not known.
        now: the time of day.
    """
    return bool(taken) and found["metadata"]["name"] not in taken and not is_held(found, now)


def past(found: Mapping[str, Any]) -> Finding:
    """What there is to say of such a Lease."""
    told = f"Lease {found['metadata']['name']}{_selector(found)} is in nobody's use, and no Deployment here takes it"
    return Finding(Standing.TOLD, "operator", f"{told}: delete it if it is of the past")


def lease(found: Mapping[str, Any], now: datetime) -> Finding:
    """Whether somebody holds a Lease and renews it.

    Args:
        found: the Lease.
        now: the time of day.
    """
    spec, name = found.get("spec") or {}, f"Lease {found['metadata']['name']}{_selector(found)}"
    holder = spec.get("holderIdentity")
    if not holder:
        return Finding(Standing.WRONG, "operator", f"{name} has no holder: no operator leads; is one running?")
    renewed = _time(spec.get("renewTime"))
    if renewed is None:
        return Finding(Standing.WRONG, "operator", f"{name} of {holder} was never renewed")
    age = now - renewed
    if not is_held(found, now):
        since = timedelta(seconds=int(age.total_seconds()))
        told = f"{name} of {holder} was not renewed for {since}: the operator has stopped"
        return Finding(Standing.WRONG, "operator", f"{told}; look at its Pods and logs")
    return Finding(Standing.OK, "operator", f"{name} is held and renewed by {holder}")


def is_held(found: Mapping[str, Any], now: datetime) -> bool:
    """Whether somebody holds a Lease, and renewed it lately."""
    spec = found.get("spec") or {}
    renewed = _time(spec.get("renewTime"))
    if not spec.get("holderIdentity") or renewed is None:
        return False
    return now - renewed <= timedelta(seconds=spec.get("leaseDurationSeconds") or DEFAULT_DURATION) + GRACE


def _selector(found: Mapping[str, Any]) -> str:
    selector = selector_of(found)
    return f" ({selector})" if selector else ""


def _time(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return None


def deployment(found: Installed, own: str) -> Finding:
    """Whether a Deployment has replicas that are ready, and is of this program's version.

    Args:
        found: the Deployment.
        own: this program's version.
    """
    if not found.ready:
        return Finding(
            Standing.WRONG, "operator", f"Deployment {found.name} has no replica that is ready: see its Pods"
        )
    if found.version and found.version != own:
        told = f"the operator is of version {found.version}, and this program of {own}: use the same"
        return Finding(Standing.TOLD, "version", told)
    return Finding(Standing.OK, "version", f"operator {found.version or 'of unknown version'}, {found.ready} ready")


def missing(namespace: str, *, certain: bool) -> Finding:
    """That there is no operator, as far as was seen."""
    told = f"no operator in namespace {namespace}: name its own with --operator-namespace, or install it"
    return Finding(Standing.WRONG if certain else Standing.UNKNOWN, "operator", told)

"""Whether an operator runs: its Lease, its Deployment, and whether its version is this program's."""

from __future__ import annotations

from datetime import datetime, timedelta
from importlib import metadata
from typing import TYPE_CHECKING, Any

from agentrun_operator.plugin.cluster.installed import APP, NAME_LABEL, Installed, installed_operators
from agentrun_operator.plugin.cluster.kubectl.rights import Right
from agentrun_operator.plugin.commands.check.finding import Finding, Standing, unknown
from agentrun_operator.plugin.exits import PluginError
from agentrun_operator.resources.names import GROUP

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from agentrun_operator.plugin.session import Session

LEASES = "leases.coordination.k8s.io"
LIST_LEASES = Right("list", "leases", "coordination.k8s.io")
SELECTOR = f"{GROUP}/watch-label-selector"
GRACE = timedelta(seconds=30)
"""How far the clocks of this machine and the operator's may be apart."""

DEFAULT_DURATION = 15


def findings(session: Session, namespace: str) -> list[Finding]:
    """How the operators in a namespace stand; what the cluster does not tell costs that part only."""
    found: list[Finding] = []
    leases, deployments = None, None
    try:
        leases = ours(session.kubectl.items(LEASES, LIST_LEASES, namespace=namespace))
        found += [lease(each, session.now()) for each in leases]
    except PluginError as error:
        found.append(unknown("operator", error))
    try:
        deployments = installed_operators(session.kubectl, namespace)
        found += [deployment(each, metadata.version("agentrun-operator")) for each in deployments]
    except PluginError as error:
        found.append(unknown("version", error))
    if leases == [] and not deployments:
        found.append(missing(namespace, certain=deployments is not None))
    return found


def ours(leases: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The Leases of our operators: by the label, by the annotation, or by the usual name."""
    return [each for each in leases if _is_ours(each["metadata"])]


def _is_ours(head: Mapping[str, Any]) -> bool:
    labelled = (head.get("labels") or {}).get(NAME_LABEL) == APP
    return labelled or SELECTOR in (head.get("annotations") or {}) or head["name"] == APP


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
    if age > timedelta(seconds=spec.get("leaseDurationSeconds") or DEFAULT_DURATION) + GRACE:
        since = timedelta(seconds=int(age.total_seconds()))
        told = f"{name} of {holder} was not renewed for {since}: the operator has stopped"
        return Finding(Standing.WRONG, "operator", f"{told}; look at its Pods and logs")
    return Finding(Standing.OK, "operator", f"{name} is held and renewed by {holder}")


def _selector(found: Mapping[str, Any]) -> str:
    selector = (found["metadata"].get("annotations") or {}).get(SELECTOR)
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

"""From an endpoint as AgentRun holds it to a manifest that leaves it so, and what of it no manifest can say. Pure.

What is written is as near as the resource comes to what AgentRun holds. Where that differs, the object is paused:
applied, it changes nothing until a person has looked.
"""

from __future__ import annotations

import re
from math import isclose
from typing import TYPE_CHECKING, Any, NamedTuple

from agentrun_operator.agentrun.models import FAILED_STATES, MOVING_STATES
from agentrun_operator.agentrun.odd import SAYS, oddity_of
from agentrun_operator.plugin.commands.importing.mode import Mode
from agentrun_operator.reconcile.state.comparable import (
    LARGEST_SHARE,
    PERCENT,
    comparable_of_endpoint,
    comparable_of_spec,
)
from agentrun_operator.reconcile.state.delta import delta
from agentrun_operator.resources.names import API_VERSION, KIND, LATEST, PAUSED
from agentrun_operator.resources.refusals import refusals
from agentrun_operator.resources.spec import Spec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from agentrun_operator.agentrun import Endpoint
    from agentrun_operator.plugin.remote.unowned import Remote
    from agentrun_operator.reconcile.state.comparable import Comparable, Policy, Weight
    from agentrun_operator.reconcile.state.delta import Difference

Json = dict[str, Any]

DESCRIPTION, POLICIES, LARGEST, SHARES = 256, 100, 2**31 - 1, 99
SHOWN = 20
"""Characters of a version that are shown: those of the longest that there may be."""

VERSION = re.compile(f"{LATEST}|[1-9][0-9]{{0,19}}")

PAUSING = (
    "written with the annotation paused, since the operator would change the endpoint: take it away when that is well"
)


class Target(NamedTuple):
    """Where an endpoint is to be written to.

    Args:
        name: the object's name.
        namespace: its namespace; empty: whoever applies it says.
        reference: `{id}` or `{name}` of the runtime.
        region: the runtime's; empty where nobody knows.
        mode: what the object does with the endpoint.
    """

    name: str
    namespace: str
    reference: Json
    region: str
    mode: Mode


class Imported(NamedTuple):
    """An endpoint as a manifest.

    Args:
        manifest: the object.
        lost: what it does not say as AgentRun has it, for people; each names the field, the value and what was written.
        refused: why the API server would not take it; empty if it would.
    """

    manifest: Json
    lost: tuple[str, ...]
    refused: tuple[str, ...]

    @property
    def name(self) -> str:
        """The object's name."""
        return str(self.manifest["metadata"]["name"])


def imported(remote: Remote, target: Target) -> Imported:
    """The manifest of an endpoint.

    Args:
        remote: the endpoint; it has a name.
        target: where it is to be written to.
    """
    shape = comparable_of_endpoint(remote.endpoint)
    spec = _spec(remote, target, shape)
    manifest: Json = {"apiVersion": API_VERSION, "kind": KIND, "metadata": _metadata(target), "spec": spec}
    if refused := refusals(manifest):
        return Imported(manifest, (), tuple(refused))
    differing = delta(comparable_of_spec(Spec.model_validate(spec)), shape, None)
    lost = [*_rounded(remote.endpoint, spec), *_uncertain(remote.endpoint)]
    lost.extend(_unlike(difference, shape) for difference in differing)
    if target.mode is Mode.ADOPT and (differing or remote.endpoint.status in FAILED_STATES):
        manifest["metadata"]["annotations"] = {PAUSED: "true"}
        lost.append(PAUSING)
    return Imported(manifest, tuple(lost), ())


def _metadata(target: Target) -> Json:
    return {"name": target.name} | ({"namespace": target.namespace} if target.namespace else {})


def _spec(remote: Remote, target: Target, shape: Comparable) -> Json:
    """The spec in the order of its documentation, without defaults."""
    version = shape.target_version if VERSION.fullmatch(shape.target_version) else LATEST
    fields = {
        "agentRuntimeRef": target.reference,
        "endpointName": "" if remote.name == target.name else remote.name,
        "description": shape.description[:DESCRIPTION],
        "targetVersion": "" if version == LATEST else version,
        "routing": _routing(shape.weights, version),
        "scaling": _scaling(shape),
        "disablePublicNetworkAccess": shape.disable_public_network_access,
        "region": target.region,
    }
    return {name: value for name, value in fields.items() if value} | POLICIES_OF[target.mode]


POLICIES_OF: dict[Mode, Json] = {
    Mode.ADOPT: {"adoptionPolicy": "Adopt", "deletionPolicy": "Orphan"},
    Mode.OBSERVE: {"managementPolicy": "Observe"},
}


def _routing(weights: Iterable[Weight], target: str) -> Json:
    """As many canaries as the resource takes, with shares as near as it takes them."""
    shares: dict[str, int] = {}
    for version, percent in weights:
        share = min(percent, SHARES - sum(shares.values()))
        if share > 0 and VERSION.fullmatch(version) and version not in {target, *shares}:
            shares[version] = share
    found = [{"version": version, "weight": share} for version, share in shares.items()]
    return {"versionWeights": found} if found else {}


def _scaling(shape: Comparable) -> Json:
    found: dict[str, Json] = {}
    for policy in filter(_sayable, shape.policies):
        found.setdefault(policy.name, _policy(policy))
    fields = {
        "minInstances": min(max(shape.min_instances, 0), LARGEST),
        "scheduledPolicies": list(found.values())[:POLICIES],
    }
    return {name: value for name, value in fields.items() if value}


def _sayable(policy: Policy) -> bool:
    texts = (policy.name, 1, 128), (policy.schedule_expression, 1, 256)
    times = ((time, 0, 64) for time in (policy.start_time, policy.end_time, policy.time_zone))
    return policy.target in range(LARGEST + 1) and all(low <= len(text) <= high for text, low, high in (*texts, *times))


def _policy(policy: Policy) -> Json:
    fields = {
        "name": policy.name,
        "scheduleExpression": policy.schedule_expression,
        "target": policy.target,
        "startTime": policy.start_time,
        "endTime": policy.end_time,
        "timeZone": policy.time_zone,
    }
    return {name: value for name, value in fields.items() if value != ""}


def _unlike(difference: Difference, shape: Comparable) -> str:
    path, written, held = difference
    if path == "description" and len(shape.description) > DESCRIPTION:
        return f"description has {len(shape.description)} characters in AgentRun, the first {DESCRIPTION} were written"
    return f"{path} is {held!r} in AgentRun, {written!r} was written"


def _uncertain(endpoint: Endpoint) -> Iterator[str]:
    if oddity := oddity_of(endpoint):
        yield f"{SAYS}: {oddity.what}"
    if endpoint.status in FAILED_STATES:
        yield f"status is {endpoint.status!r} in AgentRun: what was last asked for may not be what is served"
    if endpoint.status in MOVING_STATES:
        yield f"status is {endpoint.status!r} in AgentRun: what was read, and written, may yet change"


def _rounded(endpoint: Endpoint, spec: Json) -> Iterator[str]:
    """Which shares are no whole percent: the operator takes them for what was written."""
    written = {each["version"]: each["weight"] for each in spec.get("routing", {}).get("versionWeights", ())}
    routing = endpoint.routing_configuration
    for entry in (routing.version_weights or ()) if routing else ():
        weight, version = entry.weight or 0, entry.version or ""
        percent = weight * PERCENT
        if 0 <= weight <= LARGEST_SHARE and version != endpoint.target_version and not isclose(percent, round(percent)):
            share = f"{written[version]}%" if version in written else "no share"
            yield f"routing.versionWeights has {percent:g}% for {version[:SHOWN]!r} in AgentRun, {share} was written"

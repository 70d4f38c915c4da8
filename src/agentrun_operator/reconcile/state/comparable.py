"""The comparable shape of an endpoint: what a spec asks for and what AgentRun holds, in one form.

Knows both notations, the spec's and the wire's. Which differences matter and what to do about them is decided
elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

from agentrun_operator.agentrun.odd import oddity_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from agentrun_operator.agentrun.models import Endpoint, RoutingConfiguration
    from agentrun_operator.resources.spec import Spec

PERCENT = 100

NO_PERCENT = -1
"""Stands for a weight that is none: no number, or a senseless one. No spec may ask for it."""

LARGEST_SHARE = 1000.0
"""A weight that is written in percent is shown so, beyond any doubt."""

INT32 = range(-(2**31), 2**31)
NO_COUNT = -(2**31)
"""Stands for a number of instances that is none. As above."""


FIELDS: Mapping[str, str] = {
    "description": "description",
    "targetVersion": "targetVersion",
    "routing.versionWeights": "routingConfiguration.versionWeights",
    "scaling.minInstances": "scalingStatus.minInstances",
    "scaling.scheduledPolicies": "scalingStatus.scheduledPolicies",
    "disablePublicNetworkAccess": "disablePublicNetworkAccess",
}
"""What a spec's fields are called on the wire, by their paths."""


NONE = frozenset[str]()


class _PolicyLike(Protocol):
    """The spec and the wire give a policy's parts the same names."""

    @property
    def name(self) -> str | None: ...
    @property
    def schedule_expression(self) -> str | None: ...
    @property
    def target(self) -> int | None: ...
    @property
    def start_time(self) -> str | None: ...
    @property
    def end_time(self) -> str | None: ...
    @property
    def time_zone(self) -> str | None: ...


class Weight(NamedTuple):
    """A canary and its share in whole percent."""

    version: str
    percent: int


class Policy(NamedTuple):
    """A scheduled scaling policy; an absent text is empty."""

    name: str
    schedule_expression: str
    target: int
    start_time: str
    end_time: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class Comparable:
    """What can be changed of an endpoint. Canaries and policies are sorted, since their order says nothing.

    `unread` has the paths, below `spec`, of fields whose value nobody knows: what AgentRun said there makes no sense.
    """

    description: str
    target_version: str
    weights: tuple[Weight, ...]
    min_instances: int
    policies: tuple[Policy, ...]
    disable_public_network_access: bool
    unread: frozenset[str] = NONE

    @property
    def words(self) -> frozenset[str]:
        """The versions that it names: numbers, and perhaps LATEST."""
        return frozenset((self.target_version, *(weight.version for weight in self.weights)))

    @property
    def scaled(self) -> bool:
        """Whether any instances are asked for; `minInstances: 0` without policies says the same as no scaling at
        all.
        """
        return bool(self.min_instances or self.policies)


def comparable_of_spec(spec: Spec) -> Comparable:
    """The shape that a spec asks for."""
    scaling = spec.scaling
    policies = scaling.scheduled_policies if scaling else []
    weights = spec.routing.version_weights if spec.routing else []
    return Comparable(
        description=spec.description,
        target_version=spec.target_version,
        weights=tuple(sorted(Weight(canary.version, canary.weight) for canary in weights)),
        min_instances=scaling.min_instances if scaling else 0,
        policies=_sorted_policies(policies),
        disable_public_network_access=spec.disable_public_network_access,
    )


def comparable_of_endpoint(endpoint: Endpoint) -> Comparable:
    """The shape that AgentRun holds. What it does not mention counts as its default."""
    scaling = endpoint.scaling_status
    target = endpoint.target_version or ""
    return Comparable(
        description=endpoint.description or "",
        target_version=target,
        weights=canaries(endpoint.routing_configuration, target),
        min_instances=count_of(scaling.min_instances) if scaling else 0,
        policies=_sorted_policies((scaling.scheduled_policies or ()) if scaling else ()),
        disable_public_network_access=bool(endpoint.disable_public_network_access),
        unread=_unread(endpoint),
    )


def _unread(endpoint: Endpoint) -> frozenset[str]:
    oddity = oddity_of(endpoint)
    if oddity is None:
        return NONE
    odd = [f"{path}." for path in oddity.unread]
    return frozenset(
        field
        for field, wire in FIELDS.items()
        if any(path.startswith(f"{wire}.") or f"{wire}.".startswith(path) for path in odd)
    )


def canaries(routing: RoutingConfiguration | None, target: str) -> tuple[Weight, ...]:
    """The canaries of a routing on the wire, in percent.

    An entry for the target version itself is what the canaries leave, and one that rounds to nothing is none. The
    service is not known to send either, so nothing rests on it.
    """
    entries = (routing.version_weights or ()) if routing else ()
    found = (Weight(entry.version or "", _percent(entry.weight or 0)) for entry in entries)
    return tuple(sorted(weight for weight in found if weight.percent and not _left(weight, target)))


def _left(weight: Weight, target: str) -> bool:
    return weight.version == target and weight.percent != NO_PERCENT


def count_of(number: int | None) -> int:
    """A number of instances, if that is what it is."""
    return (number or 0) if (number or 0) in INT32 else NO_COUNT


def _percent(weight: float) -> int:
    return round(weight * PERCENT) if 0 <= weight <= LARGEST_SHARE else NO_PERCENT


def _sorted_policies(policies: Iterable[_PolicyLike]) -> tuple[Policy, ...]:
    return tuple(
        sorted(
            Policy(
                name=policy.name or "",
                schedule_expression=policy.schedule_expression or "",
                target=count_of(policy.target),
                start_time=policy.start_time or "",
                end_time=policy.end_time or "",
                time_zone=policy.time_zone or "",
            )
            for policy in policies
        )
    )

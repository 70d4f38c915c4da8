"""Which endpoint an object manages, by whose credentials, and which of two objects that manage the same one has it.
Pure: reads objects, asks nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from agentrun_operator.controller.keys import AccountKey
from agentrun_operator.reconcile.desired import Claim
from agentrun_operator.resources.names import CLAIM, FINALIZER
from agentrun_operator.resources.spec import ManagementPolicy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from agentrun_operator.controller.keys import ObjectKey


class Place(NamedTuple):
    """What an object manages, as far as it can be told without asking: the runtime by id or by name, and the
    endpoint.
    """

    account_key: AccountKey
    runtime_id: str
    runtime_name: str
    endpoint_name: str


def account_key_of(body: Mapping[str, Any], region: str) -> AccountKey:
    """Whose credentials an object uses: its Secret's or the operator's own; in its own region, or in the operator's."""
    spec = body["spec"]
    secret = (spec.get("credentialsSecretRef") or {}).get("name", "")
    return AccountKey(body["metadata"]["namespace"] if secret else "", secret, spec.get("region") or region)


def place_of(body: Mapping[str, Any], region: str) -> Place:
    """What an object manages."""
    spec, status = body["spec"], body.get("status") or {}
    reference = spec["agentRuntimeRef"]
    return Place(
        account_key=account_key_of(body, region),
        runtime_id=status.get("agentRuntimeId") or reference.get("id", ""),
        runtime_name=reference.get("name", ""),
        endpoint_name=spec.get("endpointName") or body["metadata"]["name"],
    )


def lane_of(body: Mapping[str, Any], region: str) -> tuple[AccountKey, str]:
    """The queue's lane of an object: its account and runtime, the things that can hang."""
    reference = body["spec"]["agentRuntimeRef"]
    return account_key_of(body, region), reference.get("id") or reference.get("name", "")


def may_manage(body: Mapping[str, Any]) -> bool:
    """Whether an object manages its endpoint at all. A paused one does. One that only observes does not, and neither
    does one that is being deleted once our finalizer is off, though somebody else's may still hold it.
    """
    held = FINALIZER in (body["metadata"].get("finalizers") or ())
    return (held or is_alive(body)) and body["spec"].get("managementPolicy") != ManagementPolicy.OBSERVE


def same_endpoint(mine: Place, runtime_id: str, runtime_name: str, other: Place, other_seen: bool) -> bool:  # noqa: FBT001 - one of a row of facts
    """Whether two objects manage the same endpoint.

    Args:
        mine: what the one object manages.
        runtime_id: the runtime that it was led to.
        runtime_name: the name of that runtime.
        other: what the other object manages.
        other_seen: whether AgentRun ever showed the other object its runtime. Without that, an object with other
            credentials does not count: it may name a runtime that its account does not have.
    """
    if mine.endpoint_name != other.endpoint_name:
        return False
    if other.account_key != mine.account_key and not other_seen:
        return False
    return runtime_id == other.runtime_id or (not other.runtime_id and runtime_name == other.runtime_name)


def claims(body: Mapping[str, Any], runtime_id: str, endpoint_name: str) -> bool:
    """Whether an object holds a valid claim on the endpoint: it made or adopted it, or is about to."""
    metadata = body["metadata"]
    claim = Claim.parse((metadata.get("annotations") or {}).get(CLAIM, ""))
    return claim is not None and claim[:3] == (metadata["uid"], runtime_id, endpoint_name)


def is_alive(body: Mapping[str, Any]) -> bool:
    """Whether nobody is deleting the object."""
    return not body["metadata"].get("deletionTimestamp")


def serious(
    body: Mapping[str, Any], others: Iterable[tuple[ObjectKey, Mapping[str, Any]]], runtime_id: str, endpoint_name: str
) -> Iterator[tuple[ObjectKey, Mapping[str, Any]]]:
    """Those of the others that may take the endpoint from this object. If it has a claim on it, only those that have
    one too: an older object that wants the endpoint, and was refused it, does not take it from the one that has it.
    """
    mine = claims(body, runtime_id, endpoint_name)
    return (other for other in others if not mine or claims(other[1], runtime_id, endpoint_name))


def age_of(key: ObjectKey, body: Mapping[str, Any]) -> tuple[str, ObjectKey]:
    """What objects are ordered by: who was made first, then the name."""
    return body["metadata"]["creationTimestamp"], key


def oldest_rival(
    key: ObjectKey, body: Mapping[str, Any], others: Iterable[tuple[ObjectKey, Mapping[str, Any]]]
) -> ObjectKey | None:
    """The oldest of the others, if it is older than this object."""
    first = min(others, key=lambda other: age_of(*other), default=None)
    return first[0] if first and age_of(*first) < age_of(key, body) else None

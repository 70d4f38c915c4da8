"""Which endpoint an object manages, by whose credentials, and which of two objects that manage the same one has it.
Reads objects, asks nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from agentrun_operator.reconcile.state.claim import Claim
from agentrun_operator.resources.names import FINALIZER, PAUSED
from agentrun_operator.resources.reasons import Reason
from agentrun_operator.resources.spec import ManagementPolicy

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Key = TypeVar("Key", bound="tuple[str, str]")
"""Namespace and name of an object."""

Account = tuple[str, str, str]
"""Whose credentials are used, and where: namespace and name of a Secret, empty for the operator's own; the region."""

NOT_SEEN = "~"
"""Comes behind every time."""

IDLE = frozenset(
    {
        Reason.CREDENTIALS_NOT_FOUND,
        Reason.CREDENTIALS_REJECTED,
        Reason.CREDENTIALS_NOT_ALLOWED,
        Reason.REGION_NOT_SERVED,
        Reason.RUNTIME_NOT_FOUND,
        Reason.RUNTIME_AMBIGUOUS,
    }
)
"""What an object says whose own settings keep it from working."""


class Place(NamedTuple):
    """What an object manages, as far as it can be told without asking: the runtime by id or by name, and the
    endpoint.
    """

    account: Account
    runtime_id: str
    runtime_name: str
    endpoint_name: str


def account_of(body: Mapping[str, Any], region: str) -> Account:
    """Whose credentials an object uses: its Secret's or the operator's own; in its own region, or in the operator's."""
    spec = body["spec"]
    secret = (spec.get("credentialsSecretRef") or {}).get("name", "")
    return body["metadata"]["namespace"] if secret else "", secret, spec.get("region") or region


def place_of(body: Mapping[str, Any], region: str) -> Place:
    """What an object manages."""
    spec, status = body["spec"], body.get("status") or {}
    reference = spec["agentRuntimeRef"]
    return Place(
        account=account_of(body, region),
        runtime_id=status.get("agentRuntimeId") or reference.get("id", ""),
        runtime_name=reference.get("name", ""),
        endpoint_name=_endpoint_name(body),
    )


def may_manage(body: Mapping[str, Any]) -> bool:
    """Whether an object may manage its endpoint, so that others have to reckon with it.

    One that is being deleted does not once our finalizer is off, though somebody else's may still hold it. One that
    does not work (it observes, is paused, its credentials are missing or refused, its runtime is not found) does so
    only if an endpoint was seen that it made or adopted: who holds one keeps it.
    """
    held = FINALIZER in (body["metadata"].get("finalizers") or ())
    return (held or is_alive(body)) and (_can_work(body) or has_endpoint(body))


def _can_work(body: Mapping[str, Any]) -> bool:
    paused = (body["metadata"].get("annotations") or {}).get(PAUSED) == "true"
    conditions = (body.get("status") or {}).get("conditions") or ()
    observes = body["spec"].get("managementPolicy") == ManagementPolicy.OBSERVE
    idle = any(each["type"] == "Synced" and each["reason"] in IDLE for each in conditions)
    return not (observes or paused or idle)


def has_endpoint(body: Mapping[str, Any]) -> bool:
    """Whether an endpoint was seen under a claim of the object's own: its id is recorded only then."""
    status = body.get("status") or {}
    return bool(status.get("endpointId")) and claims(body, status.get("agentRuntimeId", ""), _endpoint_name(body))


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
    if other.account != mine.account and not other_seen:
        return False
    return runtime_id == other.runtime_id or (not other.runtime_id and runtime_name == other.runtime_name)


def claims(body: Mapping[str, Any], runtime_id: str, endpoint_name: str) -> bool:
    """Whether an object holds a valid claim on the endpoint: it made or adopted it, or is about to."""
    claim = Claim.of(body.get("status") or {})
    return claim is not None and claim.is_on(body["metadata"]["uid"], runtime_id, endpoint_name)


def is_alive(body: Mapping[str, Any]) -> bool:
    """Whether nobody is deleting the object."""
    return not body["metadata"].get("deletionTimestamp")


def first_rival(
    key: Key,
    body: Mapping[str, Any],
    others: Iterable[tuple[Key, Mapping[str, Any]]],
    runtime_id: str,
    endpoint_name: str,
) -> Key | None:
    """Which of the others has the endpoint instead of this object, if any has.

    Who has a claim on it comes before everybody who has none, however old those are: an object that somebody made
    early, and lets want the endpoint later, does not take it from the one that has it. Of two claims the earlier one
    stands; among those without, the older object comes first.
    """
    found = list(others)
    claiming = [other for other in found if claims(other[1], runtime_id, endpoint_name)]
    mine = claims(body, runtime_id, endpoint_name)
    if claiming and not mine:
        return min(claiming, key=lambda other: claim_age_of(*other))[0]
    among, order = (claiming, claim_age_of) if mine else (found, age_of)
    first = min(among, key=lambda other: order(*other), default=None)
    return first[0] if first and order(*first) < order(key, body) else None


def age_of(key: Key, body: Mapping[str, Any]) -> tuple[str, Key]:
    """What objects are ordered by: who was made first, then the name."""
    return body["metadata"]["creationTimestamp"], key


def claim_age_of(key: Key, body: Mapping[str, Any]) -> tuple[str, Key]:
    """What objects with claims are ordered by: whose endpoint was seen, then who claimed first, then the name."""
    return ("" if has_endpoint(body) else NOT_SEEN) + body["status"]["claim"]["since"], key


def _endpoint_name(body: Mapping[str, Any]) -> str:
    return str(body["spec"].get("endpointName") or body["metadata"]["name"])

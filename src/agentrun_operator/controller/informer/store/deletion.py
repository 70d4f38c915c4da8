"""How much can be read of an object that is being deleted and cannot be read: what becomes of its endpoint. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from agentrun_operator.controller.informer.store.fields import STATUS_LIMIT, UnreadableError, names_runtime, size_of
from agentrun_operator.reconcile.desired import recorded_of
from agentrun_operator.reconcile.rollout.memory import Memory
from agentrun_operator.reconcile.state.claim import Claim
from agentrun_operator.resources.spec import DeletionPolicy, Spec
from agentrun_operator.resources.status import Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agentrun_operator.controller.keys import Body
    from agentrun_operator.resources.part import Part

SPEC_HEEDED = ("deletionPolicy", "managementPolicy", "credentialsSecretRef", "region")
"""What a deletion goes by: whether the endpoint goes too, and by whose credentials."""

SPEC_OF_DELETION = (*SPEC_HEEDED, "agentRuntimeRef", "endpointName")
"""And where the endpoint is, which its claim tells too."""

STATUS_KEPT = ("claim", "agentRuntimeId", "endpointId", "observedGeneration", "rollout", "conditions")
"""What a deletion goes by of a status, and what is written over it."""

NO_RUNTIME = "unknown"
"""Stands for the name of the runtime of an object that has no endpoint, or leaves it. A claim that is remembered goes
before a name."""


def of_deletion(body: Mapping[str, Any], error: UnreadableError) -> Body:
    """Spec and status of an object that cannot be read and is being deleted: as much of them as that takes. What is
    missing of the endpoint's place is in its claim.

    Example: after a rollback nobody can read the newer word that `driftPolicy` has; a deletion does not go by it.

    Raises:
        UnreadableError: what becomes of the endpoint is in what cannot be read.
    """
    spec, status = _sound(Spec, body.get("spec"), SPEC_OF_DELETION), _status_of_deletion(body.get("status"))
    claim = Claim.of(status)
    mine = claim if claim and claim.uid == body["metadata"]["uid"] else None
    if spec.get("deletionPolicy") == DeletionPolicy.ORPHAN:
        spec = {"deletionPolicy": DeletionPolicy.ORPHAN.value}
    elif _lost(body.get("status"), status, ("claim",)) or (mine and _lost(body.get("spec"), spec, SPEC_HEEDED)):
        raise UnreadableError(f"{error}. It is being deleted: deletionPolicy Orphan lets it go, and its endpoint stays")
    if not names_runtime(spec):
        spec["agentRuntimeRef"] = {"id": mine.runtime_id} if mine else {"name": NO_RUNTIME}
    if mine and _lost(body.get("spec"), spec, ("endpointName",)):
        spec["endpointName"] = mine.endpoint_name
    return {"spec": spec, "status": status}


def _status_of_deletion(value: Any) -> Body:  # noqa: ANN401 - it may be anything
    """What a deletion goes by of a status, without what no object of this version can have."""
    status = _sound(Status, value, STATUS_KEPT)
    for part, read in (("conditions", recorded_of), ("claim", _place_of), ("rollout", _rollout_of)):
        try:
            read(status)
        except Exception:  # noqa: BLE001 - whatever a shape that nobody thought of leads to
            status.pop(part, None)
        if size_of(status) > STATUS_LIMIT:
            status.pop(part, None)
    return status


def _place_of(status: Body) -> None:
    """Raise an error if a claim is on an endpoint that there cannot be."""
    if claim := Claim.of(status):
        Spec.model_validate({"agentRuntimeRef": {"id": claim.runtime_id}, "endpointName": claim.endpoint_name})


def _rollout_of(status: Body) -> None:
    """Raise an error if what is recorded of a rollout cannot be read."""
    Memory.of(status.get("rollout") or {})


def _sound(model: type[Part], value: Any, names: tuple[str, ...]) -> Body:  # noqa: ANN401 - it may be anything
    """Those of the fields that are what this version takes them for."""
    named = {name: value[name] for name in names if name in value} if isinstance(value, dict) else {}
    try:
        model.model_validate(named, by_alias=True, by_name=False)
    except ValidationError as error:
        faulty = {each["loc"][0] for each in error.errors() if each["loc"]}
        return {name: part for name, part in named.items() if name not in faulty}
    return named


def _lost(value: Any, kept: Body, names: tuple[str, ...]) -> bool:  # noqa: ANN401 - it may be anything
    """Whether any of the fields is there, or may be, and cannot be read."""
    if not isinstance(value, dict):
        return bool(value)
    return any(value.get(name) is not None and name not in kept for name in names)

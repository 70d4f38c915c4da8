"""Reads an object as the API server tells it: what is used of it is kept, the rest is not, and what cannot be read says
why.

The one place where a body of unknown shape may enter: a loosened CRD lets anything in. Pure; nobody is asked.
"""

from __future__ import annotations

import sys
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import ValidationError

from agentrun_operator.controller.keys import key_of, leftover_key
from agentrun_operator.reconcile.claim import Claim
from agentrun_operator.reconcile.conditions import timestamp
from agentrun_operator.reconcile.desired import desired_of, recorded_of
from agentrun_operator.reconcile.entries import with_history_packed
from agentrun_operator.reconcile.rollout.memory import Memory
from agentrun_operator.reconcile.rollout.plan import block_digest
from agentrun_operator.resources.names import ANNOTATIONS, ENDPOINT_LABEL, FINALIZER
from agentrun_operator.resources.rollout.condensed import condensed
from agentrun_operator.resources.spec import DeletionPolicy, Spec
from agentrun_operator.resources.status import Status

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from agentrun_operator.controller.keys import Body
    from agentrun_operator.reconcile.desired import Desired
    from agentrun_operator.resources.part import Part

METADATA = (
    "namespace",
    "name",
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "finalizers",
)

ANNOTATION_LIMIT = 256
"""Bytes of an annotation of ours; a longer one is none."""

FINALIZERS_LIMIT = 16 * 1024
"""Characters of all finalizers: they have to be kept, since a patch replaces them all."""

STATUS_LIMIT = 512 * 1024
"""Characters of a status. The longest that is written here has the texts of the longest spec."""

SPEC_HEEDED = ("deletionPolicy", "managementPolicy", "credentialsSecretRef", "region")
"""What a deletion goes by: whether the endpoint goes too, and by whose credentials."""

SPEC_OF_DELETION = (*SPEC_HEEDED, "agentRuntimeRef", "endpointName")
"""And where the endpoint is, which its claim tells too."""

STATUS_KEPT = ("claim", "agentRuntimeId", "endpointId", "observedGeneration", "rollout", "conditions")
"""What a deletion goes by of a status, and what is written over it."""

NO_RUNTIME = "unknown"
"""Stands for the name of the runtime of an object that has no endpoint, or leaves it. A claim that is remembered goes
before a name."""

TOLD = 3
"""Faults that are told of an object that cannot be read."""

TOLD_LIMIT = 500


class Unreadable(NamedTuple):
    """An object that cannot be read.

    Args:
        uid: which.
        version: its resource version.
        why: what is wrong with it.
        conditions: those that it has; None if they are what cannot be read, and nothing may be written over it.
    """

    uid: str
    version: str
    why: str
    conditions: list[Body] | None = None


class UnreadableError(Exception):
    """An object is not what the CRD of this version lets in."""


def trimmed(body: Mapping[str, Any], known: Body | None = None) -> Body:
    """The parts of an object that are used here; managed fields and other people's annotations are the most of it.

    Args:
        body: the object.
        known: what was read of it before: what is still the same is not read again.

    Raises:
        UnreadableError: it cannot be read; the message says why. Of one that is being deleted: nor what that takes.
    """
    try:
        return _attempted(body, known or {})
    except UnreadableError as error:
        if not body["metadata"].get("deletionTimestamp"):
            raise
        return _attempted({**body, **_of_deletion(body, error)}, {})


def unreadable(body: Mapping[str, Any], error: UnreadableError) -> Unreadable:
    """What is kept of an object that cannot be read."""
    metadata, status = body["metadata"], body.get("status")
    try:
        conditions = _known(Status, "status", status or {}).get("conditions") or []
    except UnreadableError:
        conditions = None
    return Unreadable(str(metadata["uid"]), str(metadata["resourceVersion"]), str(error), conditions)


def leftover_of(body: Body, desired: Desired, now: datetime) -> Body:
    """What an object that is gone left behind, as an object that is being deleted: its endpoint is deleted like that of
    any other, and counts as held until then.
    """
    metadata = body["metadata"]
    marks = {"name": leftover_key(key_of(body), metadata["uid"]).name, "finalizers": [FINALIZER], "annotations": {}}
    metadata = metadata | marks | {"deletionTimestamp": timestamp(now)}
    return body | {"metadata": metadata, "spec": body["spec"] | {"endpointName": desired.endpoint_name}}


def _attempted(body: Mapping[str, Any], known: Body) -> Body:
    try:
        return _trimmed(body, known)
    except UnreadableError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a shape that nobody thought of leads to
        raise UnreadableError(f"{type(error).__name__}: {error}"[:TOLD_LIMIT]) from None


def _of_deletion(body: Mapping[str, Any], error: UnreadableError) -> Body:
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
    if not _names_runtime(spec):
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
        if _size(status) > STATUS_LIMIT:
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


def _trimmed(body: Mapping[str, Any], known: Body) -> Body:
    metadata = body["metadata"]
    kept = {name: metadata[name] for name in METADATA if metadata.get(name)}
    annotations = metadata.get("annotations") or {}
    kept["annotations"] = {name: annotations[name] for name in ANNOTATIONS if _holds(annotations.get(name))}
    if label := (metadata.get("labels") or {}).get(ENDPOINT_LABEL):
        kept["labels"] = {ENDPOINT_LABEL: label}
    spec, plan = _spec(body, known)
    status = _part(Status, "status", with_history_packed(body, known), known)
    found: Body = {"metadata": _interned(kept), "spec": spec, "status": status}
    if plan:
        found["plan"] = plan
    if not known or _differ(found, known):
        _check(found)
    return found


def _differ(found: Body, known: Body) -> bool:
    """Whether anything is new in an object that could not be read."""
    marks = ("finalizers", "deletionTimestamp")
    return (
        found["spec"] is not known["spec"]
        or found["status"] is not known["status"]
        or any(found["metadata"].get(mark) != known["metadata"].get(mark) for mark in marks)
    )


def _check(found: Body) -> None:
    """Raise an error if an object cannot be read."""
    metadata = found["metadata"]
    sizes = (("finalizers", metadata.get("finalizers"), FINALIZERS_LIMIT), ("status", found["status"], STATUS_LIMIT))
    for part, value, limit in sizes:
        if _size(value) > limit:
            raise UnreadableError(f"{part}: longer than {limit} characters")
    if not _names_runtime(found["spec"]):
        raise UnreadableError("spec.agentRuntimeRef: names no AgentRuntime")
    desired_of(found | {"metadata": metadata | {"resourceVersion": int(metadata["resourceVersion"])}})


def _names_runtime(spec: Body) -> bool:
    return any((spec.get("agentRuntimeRef") or {}).get(way) for way in ("id", "name"))


def _spec(body: Mapping[str, Any], known: Body) -> tuple[Body, str]:
    """The spec, and the digest of its rollout, whose prompts are left out; empty without one."""
    spec = _part(Spec, "spec", body, known)
    if not spec.get("rollout"):
        return spec, ""
    plan = block_digest(spec["rollout"])
    kept, before = spec | {"rollout": condensed(spec["rollout"])}, known.get("spec")
    return (before, plan) if before is not None and (kept, plan) == (before, known.get("plan")) else (kept, plan)


def _part(model: type[Part], where: str, body: Mapping[str, Any], known: Body) -> Body:
    found, before = body.get(where), known.get(where)
    if before is not None and found == before:
        same: Body = before
        return same
    return _known(model, where, found if where == "spec" else found or {})


def _known(model: type[Part], where: str, value: Any) -> Body:  # noqa: ANN401 - that it may be anything is the point
    """The fields that this version knows, once they are what it takes them for."""
    try:
        model.model_validate(value, by_alias=True, by_name=False)
    except ValidationError as error:
        faults = (f"{'.'.join((where, *map(str, each['loc'])))}: {each['msg']}" for each in error.errors()[:TOLD])
        raise UnreadableError("; ".join(faults)[:TOLD_LIMIT]) from None
    return {name: _interned(value[name]) for name in _names(model) if name in value}


@cache
def _names(model: type[Part]) -> tuple[str, ...]:
    return tuple(field.alias or name for name, field in model.model_fields.items())


def _size(value: object) -> int:
    """How many characters all texts in it have."""
    if isinstance(value, dict):
        return sum(map(_size, value.values()))
    return sum(map(_size, value)) if isinstance(value, list) else len(str(value))


def _holds(text: object) -> bool:
    return isinstance(text, str) and len(text.encode()) <= ANNOTATION_LIMIT


def _interned(value: Any) -> Any:  # noqa: ANN401 - whatever JSON can say
    """The same value with each string kept once in this process: objects repeat each other's names and words, and the
    half of what they take would be copies.
    """
    if isinstance(value, str):
        return sys.intern(value)
    if isinstance(value, dict):
        return {sys.intern(name): _interned(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_interned(each) for each in value]
    return value

"""Reads an object as the API server tells it: what is used of it is kept, the rest is not, and what cannot be read says
why.

The one place where a body of unknown shape may enter: a loosened CRD lets anything in. Pure; nobody is asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from agentrun_operator.controller.informer.store.deletion import of_deletion
from agentrun_operator.controller.informer.store.fields import (
    STATUS_LIMIT,
    TOLD_LIMIT,
    UnreadableError,
    interned,
    known_fields,
    names_runtime,
    size_of,
)
from agentrun_operator.controller.keys import key_of, leftover_key
from agentrun_operator.reconcile.conditions import timestamp
from agentrun_operator.reconcile.desired import desired_of
from agentrun_operator.reconcile.history.entries import with_history_packed
from agentrun_operator.reconcile.rollout.plan import block_digest
from agentrun_operator.resources.names import ANNOTATIONS, ENDPOINT_LABEL, FINALIZER
from agentrun_operator.resources.rollout.condensed import condensed
from agentrun_operator.resources.spec import Spec
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
        return _attempted({**body, **of_deletion(body, error)}, {})


def unreadable(body: Mapping[str, Any], error: UnreadableError) -> Unreadable:
    """What is kept of an object that cannot be read."""
    metadata, status = body["metadata"], body.get("status")
    try:
        conditions = known_fields(Status, "status", status or {}).get("conditions") or []
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


def _trimmed(body: Mapping[str, Any], known: Body) -> Body:
    metadata = body["metadata"]
    kept = {name: metadata[name] for name in METADATA if metadata.get(name)}
    annotations = metadata.get("annotations") or {}
    kept["annotations"] = {name: annotations[name] for name in ANNOTATIONS if _holds(annotations.get(name))}
    if label := (metadata.get("labels") or {}).get(ENDPOINT_LABEL):
        kept["labels"] = {ENDPOINT_LABEL: label}
    spec, plan = _spec(body, known)
    status = _part(Status, "status", with_history_packed(body, known), known)
    found: Body = {"metadata": interned(kept), "spec": spec, "status": status}
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
        if size_of(value) > limit:
            raise UnreadableError(f"{part}: longer than {limit} characters")
    if not names_runtime(found["spec"]):
        raise UnreadableError("spec.agentRuntimeRef: names no AgentRuntime")
    desired_of(found | {"metadata": metadata | {"resourceVersion": int(metadata["resourceVersion"])}})


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
    return known_fields(model, where, found if where == "spec" else found or {})


def _holds(text: object) -> bool:
    return isinstance(text, str) and len(text.encode()) <= ANNOTATION_LIMIT

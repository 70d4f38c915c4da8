"""Writes to the custom resource: the finalizer with the label, and the claim, before a create; the release, and the
status. Each is one merge patch.

What the API server answers goes into the store at once, so that the next reconcile reads its own writes.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Literal

from agentrun_operator.controller.informer.store.news import DECISIVE, Ours
from agentrun_operator.controller.informer.store.reading import trimmed
from agentrun_operator.controller.keys import key_of
from agentrun_operator.controller.kube.errors import CONFLICT, TAKEN, KubeError
from agentrun_operator.reconcile.conditions import unread as unread_conditions
from agentrun_operator.reconcile.history.entries import with_history_in_full
from agentrun_operator.resources.names import ENDPOINT_LABEL, FINALIZER

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from agentrun_operator.controller.informer.store.reading import Unreadable
    from agentrun_operator.controller.informer.store.store import Store
    from agentrun_operator.controller.keys import Body, ObjectKey
    from agentrun_operator.controller.kube.client import KubeClient
    from agentrun_operator.controller.telemetry.metrics import Metrics

log = logging.getLogger(__name__)

INVALID = 422
"""The answer to a finalizer for an object that is being deleted."""


class ObjectWriter:
    """The custom resources, for writing."""

    def __init__(self, kube: KubeClient, store: Store, metrics: Metrics) -> None:
        self._kube = kube
        self._store = store
        self._metrics = metrics

    async def finalize(self, body: Body, label: str) -> Body:
        """Add the finalizer and the endpoint's label, unless the object has changed since it was read.

        Raises:
            KubeError: 409 when it has, or is being deleted; nothing was written.
        """
        finalizers, marks = _finalizers(body), {"labels": {ENDPOINT_LABEL: label}}
        if FINALIZER in finalizers:
            return await self._fenced(body, "label", "", marks)
        try:
            return await self._fenced(body, "finalizer", "", marks | {"finalizers": [*finalizers, FINALIZER]})
        except KubeError as error:
            if error.status != INVALID or "being deleted" not in error.message:
                raise
            raise KubeError(CONFLICT, f"{error}: it is being deleted", f"the finalizer of {key_of(body)}") from None

    async def claim(self, body: Body, patch: dict[str, Any]) -> Body:
        """Merge a patch with the claim into the status, unless the object has changed since it was read.

        Raises:
            KubeError: 409 when it has; nothing was written.
        """
        return await self._fenced(body, "claim", "status", {}, {"status": patch})

    async def record(self, body: Body, patch: dict[str, Any]) -> Body:
        """Merge a patch with how a rollout stands into the status, unless the object has changed since it was read.

        Raises:
            KubeError: 409 when it has; nothing was written.
        """
        return await self._fenced(body, "rollout", "status", {}, {"status": patch})

    async def announce(self, body: Body, patch: dict[str, Any]) -> Body:
        """Merge a patch into the status that names what is about to be made, unless the object has changed.

        Raises:
            KubeError: 409 when it has; nothing was written.
        """
        return await self._fenced(body, "exports", "status", {}, {"status": patch})

    async def release(self, body: Body) -> Body:
        """Take the finalizer and the endpoint's label off, unless the object has changed since it was read.

        Raises:
            KubeError: 409 when it has; nothing was written.
        """
        marks: Body = {"finalizers": [name for name in _finalizers(body) if name != FINALIZER]}
        labelled = ENDPOINT_LABEL in (body["metadata"].get("labels") or {})
        return await self._fenced(body, "release", "", marks | ({"labels": {ENDPOINT_LABEL: None}} if labelled else {}))

    async def write_status(self, body: Body, patch: dict[str, Any]) -> None:
        """Merge a patch into the status. The uid in it keeps it from another object of the same name."""
        await self._write(body, "status", "status", {"metadata": {"uid": body["metadata"]["uid"]}, "status": patch})

    async def tell_unread(self, key: ObjectKey, unread: Unreadable, now: datetime) -> None:
        """Say of an object that cannot be read just that, unless its conditions are what cannot be read, or say so
        already. Nothing else of it is touched.

        Raises:
            KubeError: the API server did not answer, or may take it later. Where it refuses, the log alone tells.
        """
        if unread.conditions is None:
            return
        told = unread_conditions(unread.why, now, unread.conditions)
        if told == unread.conditions:
            return
        try:
            await self._kube.patch(
                key, {"metadata": {"uid": unread.uid}, "status": {"conditions": told}}, part="status"
            )
        except KubeError as error:
            if not error.refused:
                raise
            log.debug("%s; the log alone tells that %s cannot be read", error, key)
        else:
            self._metrics.writes.labels("status").inc()

    async def _fenced(
        self,
        body: Body,
        kind: str,
        part: Literal["", "status"],
        marks: dict[str, Any],
        rest: dict[str, Any] | None = None,
    ) -> Body:
        """Write only onto what was read: the uid and the version are named."""
        fence = {name: body["metadata"][name] for name in ("uid", "resourceVersion")}
        return await self._write(body, kind, part, {"metadata": fence | marks} | (rest or {}))

    async def _write(self, body: Body, kind: str, part: Literal["", "status"], patch: Body) -> Body:
        ours = set_by(patch, body)
        with self._store.expecting(key_of(body), ours):
            answer = await self._kube.patch(key_of(body), with_history_in_full(patch), part=part)
        self._metrics.writes.labels(kind).inc()
        self._store.refresh(answer, ours=ours)
        if left_out := lacking(patch, answer):
            told = f"took the write of {key_of(answer)}, but not {', '.join(left_out)}: an older CRD, an admission"
            told = f"{told} policy or a webhook strips it. Exempt the operator's account from it"
            raise KubeError(TAKEN, told, f"the {kind}")
        return self._store.current(answer) or trimmed(answer)


def set_by(patch: Mapping[str, Any], body: Mapping[str, Any]) -> Ours:
    """What a merge patch sets on an object."""
    finalizers = patch["metadata"].get("finalizers")
    held, labels = body["status"], patch["metadata"].get("labels") or {}
    return Ours(
        label=(labels[ENDPOINT_LABEL] or "") if ENDPOINT_LABEL in labels else None,
        finalizers=None if finalizers is None else tuple(finalizers),
        status={name: merged(held.get(name), value) for name, value in (patch.get("status") or {}).items()},
    )


def merged(value: object, patch: object) -> object:
    """What a merge patch makes of a value."""
    if not isinstance(patch, dict):
        return patch
    held = value if isinstance(value, dict) else {}
    fields = held | {name: merged(held.get(name), part) for name, part in patch.items()}
    return {name: part for name, part in fields.items() if part is not None}


def lacking(patch: Mapping[str, Any], answer: Mapping[str, Any]) -> list[str]:
    """What a patch asked for and the answer lacks: of the marks all that is ours, of the status what decisions go by. A
    field of the status that an older CRD does not have is no reason to write it again and again.
    """
    asked = patch["metadata"]
    missing = []
    if "finalizers" in asked and (FINALIZER in asked["finalizers"]) != (FINALIZER in _finalizers(answer)):
        missing.append(f"the finalizer {FINALIZER}")
    label = (asked.get("labels") or {}).get(ENDPOINT_LABEL)
    if label and "finalizers" not in asked and (answer["metadata"].get("labels") or {}).get(ENDPOINT_LABEL) != label:
        missing.append(f"the label {ENDPOINT_LABEL}")  # beside the finalizer it is for others, if there are any
    wanted, status = patch.get("status") or {}, answer.get("status") or {}
    asked_for = ((name, wanted[name]) for name in DECISIVE if name in wanted)
    return missing + [f"status.{name}" for name, value in asked_for if not _took(value, status.get(name))]


def _took(asked: object, found: object) -> bool:
    """Whether what a merge patch asked for is there: of an object, it names only what is to change."""
    if not isinstance(asked, dict):
        return bool(asked == found)
    return isinstance(found, dict) and all(_took(value, found.get(name)) for name, value in asked.items())


def _finalizers(body: Mapping[str, Any]) -> list[str]:
    return list(body["metadata"].get("finalizers") or ())

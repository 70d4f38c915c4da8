"""Writes to the custom resource: the claim before a create, its removal, and the status. Each is one merge patch.

What the API server answers goes into the store at once, so that the next reconcile reads its own writes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agentrun_operator.controller.informer.reading import trimmed
from agentrun_operator.controller.keys import key_of
from agentrun_operator.controller.kube.client import TAKEN, KubeError
from agentrun_operator.resources.names import CLAIM, FINALIZER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agentrun_operator.controller.informer.store import Store
    from agentrun_operator.controller.keys import Body, ObjectKey
    from agentrun_operator.controller.kube.client import KubeClient
    from agentrun_operator.controller.telemetry.metrics import Metrics
    from agentrun_operator.reconcile.desired import Claim

DECISIVE = ("conditions", "claim")
"""Parts of the status without which a decision would be made again."""


class ObjectWriter:
    """The custom resources, for writing."""

    def __init__(self, kube: KubeClient, store: Store, metrics: Metrics) -> None:
        self._kube = kube
        self._store = store
        self._metrics = metrics

    async def claim(self, body: Body, claim: Claim) -> Body:
        """Add the claim and the finalizer, unless the object has changed since it was read.

        Raises:
            KubeError: 409 when it has; nothing was written.
        """
        finalizers = [*_finalizers(body), FINALIZER] if FINALIZER not in _finalizers(body) else _finalizers(body)
        claim_marks = {"finalizers": finalizers, "annotations": {CLAIM: str(claim)}}
        return await self._fenced(body, claim_marks, "claim", claimed=True)

    async def unclaim(self, body: Body) -> Body:
        """Take the claim and the finalizer off, unless the object has changed since it was read.

        Raises:
            KubeError: 409 when it has; nothing was written.
        """
        finalizers = [name for name in _finalizers(body) if name != FINALIZER]
        return await self._fenced(body, {"finalizers": finalizers, "annotations": {CLAIM: None}}, "release")

    async def write_status(self, body: Body, patch: dict[str, Any]) -> None:
        """Merge a patch into the status. The uid in it keeps it from another object of the same name."""
        fence = {"metadata": {"uid": body["metadata"]["uid"]}}
        patched = fence | {"status": patch}
        self._keep(await self._kube.patch(key_of(body), patched, part="status"), "status", patched)

    async def write_conditions(self, key: ObjectKey, uid: str, conditions: list[dict[str, Any]]) -> None:
        """Replace the conditions of an object that cannot be read; its answer cannot be either."""
        patch = {"metadata": {"uid": uid}, "status": {"conditions": conditions}}
        await self._kube.patch(key, patch, part="status")
        self._metrics.writes.labels("status").inc()

    async def _fenced(self, body: Body, metadata: dict[str, Any], kind: str, *, claimed: bool = False) -> Body:
        version = {"resourceVersion": body["metadata"]["resourceVersion"]}
        patch = {"metadata": version | metadata}
        return self._keep(await self._kube.patch(key_of(body), patch), kind, patch, claimed=claimed)

    def _keep(self, answer: Body, kind: str, patch: Body, *, claimed: bool = False) -> Body:
        self._metrics.writes.labels(kind).inc()
        left_out = lacking(patch, answer)
        self._store.refresh(answer, claimed=claimed and not left_out)
        if left_out:
            told = f"took the write of {key_of(answer)}, but not {', '.join(left_out)}: an admission policy or webhook"
            raise KubeError(TAKEN, f"{told} strips it. Exempt the operator's account from it", f"the {kind}")
        return self._store.current(answer) or trimmed(answer)


def lacking(patch: Mapping[str, Any], answer: Mapping[str, Any]) -> list[str]:
    """What a patch asked for and the answer lacks: of the marks all that is ours, of the status what decisions go by. A
    field of the status that an older CRD does not have is no reason to write it again and again.
    """
    asked, found = patch["metadata"], answer["metadata"]
    missing = []
    if "finalizers" in asked and (FINALIZER in asked["finalizers"]) != (FINALIZER in _finalizers(answer)):
        missing.append(f"the finalizer {FINALIZER}")
    annotations = found.get("annotations") or {}
    marks = asked.get("annotations") or {}
    missing += [f"the annotation {name}" for name, text in marks.items() if annotations.get(name) != text]
    wanted, status = patch.get("status") or {}, answer.get("status") or {}
    return missing + [f"status.{name}" for name in DECISIVE if name in wanted and status.get(name) != wanted[name]]


def _finalizers(body: Mapping[str, Any]) -> list[str]:
    return list(body["metadata"].get("finalizers") or ())

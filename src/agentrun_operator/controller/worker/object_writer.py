"""Writes to the custom resource: the claim before a create, its removal, and the status. Each is one merge patch.

What the API server answers goes into the store at once, so that the next reconcile reads its own writes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agentrun_operator.controller.informer.reading import trimmed
from agentrun_operator.controller.keys import key_of
from agentrun_operator.resources.names import CLAIM, FINALIZER

if TYPE_CHECKING:
    from agentrun_operator.controller.informer.store import Store
    from agentrun_operator.controller.keys import Body, ObjectKey
    from agentrun_operator.controller.kube.client import KubeClient
    from agentrun_operator.controller.telemetry.metrics import Metrics
    from agentrun_operator.reconcile.desired import Claim


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
        self._keep(await self._kube.patch(key_of(body), fence | {"status": patch}, part="status"), "status")

    async def write_conditions(self, key: ObjectKey, uid: str, conditions: list[dict[str, Any]]) -> None:
        """Replace the conditions of an object that cannot be read; its answer cannot be either."""
        patch = {"metadata": {"uid": uid}, "status": {"conditions": conditions}}
        await self._kube.patch(key, patch, part="status")
        self._metrics.writes.labels("status").inc()

    async def _fenced(self, body: Body, metadata: dict[str, Any], kind: str, *, claimed: bool = False) -> Body:
        version = {"resourceVersion": body["metadata"]["resourceVersion"]}
        answer = await self._kube.patch(key_of(body), {"metadata": version | metadata})
        return self._keep(answer, kind, claimed=claimed)

    def _keep(self, answer: Body, kind: str, *, claimed: bool = False) -> Body:
        self._metrics.writes.labels(kind).inc()
        self._store.refresh(answer, claimed=claimed)
        return self._store.current(answer) or trimmed(answer)


def _finalizers(body: Body) -> list[str]:
    return list(body["metadata"].get("finalizers") or ())

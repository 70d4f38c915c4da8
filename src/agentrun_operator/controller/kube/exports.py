"""ConfigMaps and Secrets that tell apps of an endpoint: read by name, made, put right, taken away. Nothing is kept.

What is to be done with one is decided in `reconcile.connection`. Whatever has the name may be somebody else's: of no
answer more is read than what ours can be.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from agentrun_operator.controller.kube.client import JSON, MERGE_PATCH, METADATA
from agentrun_operator.controller.kube.errors import NOT_FOUND, TAKEN, KubeError, TooLargeError
from agentrun_operator.reconcile.connection.steps import Found
from agentrun_operator.reconcile.state.exports import Kind
from agentrun_operator.resources.connection import MANAGED_BY, SECRET_TYPE
from agentrun_operator.resources.names import API_VERSION, KIND

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agentrun_operator.controller.keys import Body
    from agentrun_operator.controller.kube.client import KubeClient, Method
    from agentrun_operator.controller.telemetry.metrics import Metrics
    from agentrun_operator.reconcile.state.exports import Export

APPLY_PATCH = "application/apply-patch+yaml"
FIELD_MANAGER = "agentrun-operator"
ANSWER_LIMIT = 256 * 1024
"""Bytes of an answer. The largest that is made here takes half of it."""

PLURALS = {Kind.CONFIG_MAP: "configmaps", Kind.SECRET: "secrets"}


class ExportClient:
    """Objects that tell apps of an endpoint, at the API server."""

    def __init__(self, kube: KubeClient, metrics: Metrics) -> None:
        self._kube = kube
        self._metrics = metrics

    async def read(self, owner: Body, export: Export, *, whole: bool) -> Found | None:
        """One of them as it is; None if there is none. One that is larger than ours can be is somebody else's.

        Args:
            owner: the object that asks.
            export: which.
            whole: whether to read what it holds, too.
        """
        try:
            body = await self._kube.get(_path(owner, export), accept=JSON if whole else METADATA, at_most=ANSWER_LIMIT)
        except TooLargeError:
            return Found("", owned=False)
        except KubeError as error:
            if error.status == NOT_FOUND:
                return None
            raise
        metadata = body["metadata"]
        labelled = (metadata.get("labels") or {}).get(MANAGED_BY[0]) == MANAGED_BY[1]
        return Found(metadata["uid"], _is_owned(metadata, owner), _data(export, body) if whole else None, labelled)

    async def create(self, owner: Body, export: Export, data: Mapping[str, str]) -> str:
        """Make one; its uid.

        Raises:
            KubeError: 409 when something has the name.
        """
        folder, _, _ = _path(owner, export).rpartition("/")
        return await self._written("POST", folder, _manifest(owner, export, data), fieldManager=FIELD_MANAGER)

    async def apply(self, owner: Body, export: Export, found: Found, data: Mapping[str, str]) -> str:
        """Put one right; its uid. What it holds besides is taken away: who made it by a POST keeps a share in what that
        set, which an apply alone does not give up.

        Raises:
            KubeError: 409 when another object has the name by now.
        """
        path, manifest = _path(owner, export), _manifest(owner, export, data, uid=found.uid)
        uid = await self._written(
            "PATCH", path, manifest, content=APPLY_PATCH, fieldManager=FIELD_MANAGER, force="true"
        )
        surplus = (found.data or {}).keys() - data.keys()
        if surplus:
            patch = {"metadata": {"uid": found.uid}, "data": dict.fromkeys(sorted(surplus))}
            await self._written("PATCH", path, patch, content=MERGE_PATCH, fieldManager=FIELD_MANAGER)
        return uid

    async def delete(self, owner: Body, export: Export, found: Found) -> None:
        """Take one away.

        Raises:
            KubeError: 409 when another object has the name by now.
        """
        options = {"apiVersion": "v1", "kind": "DeleteOptions", "preconditions": {"uid": found.uid}}
        await self._written("DELETE", _path(owner, export), options)

    async def _written(self, method: Method, path: str, body: Body, content: str = JSON, **query: str) -> str:
        try:
            answer = await self._kube.write(method, path, body, content=content, at_most=ANSWER_LIMIT, **query)
        except TooLargeError:
            raise KubeError(TAKEN, "what it has become is larger than what is read of it", f"{method} {path}") from None
        self._metrics.writes.labels("export").inc()
        return str((answer.get("metadata") or {}).get("uid", ""))


def _path(owner: Body, export: Export) -> str:
    return f"/api/v1/namespaces/{owner['metadata']['namespace']}/{PLURALS[export.kind]}/{export.name}"


def _is_owned(metadata: Mapping[str, Any], owner: Body) -> bool:
    """Whether it has our owner reference: the uid says whose, whatever else it tells."""
    return any(each.get("uid") == owner["metadata"]["uid"] for each in metadata.get("ownerReferences") or ())


def _manifest(owner: Body, export: Export, data: Mapping[str, str], uid: str = "") -> Body:
    of, secret = owner["metadata"], export.kind is Kind.SECRET
    metadata: Body = {
        "name": export.name,
        "labels": dict([MANAGED_BY]),
        "ownerReferences": [{"apiVersion": API_VERSION, "kind": KIND, "name": of["name"], "uid": of["uid"]}],
    }
    encoded = {key: base64.b64encode(text.encode()).decode() for key, text in data.items()} if secret else dict(data)
    head: Body = {"apiVersion": "v1", "kind": export.kind.value, "metadata": metadata | ({"uid": uid} if uid else {})}
    return head | {"data": encoded} | ({"type": SECRET_TYPE} if secret else {})


def _data(export: Export, body: Body) -> dict[str, str]:
    """What it holds; a Secret holds bytes, which may be no text."""
    data: dict[str, str] = body.get("data") or {}
    if export.kind is Kind.CONFIG_MAP:
        return data
    return {key: base64.b64decode(text).decode(errors="replace") for key, text in data.items()}

"""A Kubernetes API server in memory: resource versions, conflicts, pages, and whatever weather the wire has.

Takes the place of the wire below `KubeClient`, so that paths and errors are the operator's own. Knows no schema, no
admission and no watch: what depends on those is tested on a real control plane.
"""

from __future__ import annotations

import asyncio
from copy import deepcopy
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

from agentrun_operator.controller.concurrency.fairness import PrioritySemaphore
from agentrun_operator.controller.kube.client import METADATA_ONLY, KubeClient
from agentrun_operator.controller.kube.errors import CONFLICT, FORBIDDEN, NOT_FOUND, KubeError
from agentrun_operator.observation.selectors import parsed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Body = dict[str, Any]

CLUSTER_WIDE = "/apis/agentrun.alibabacloud.com/v1alpha1/agentruntimeendpoints"


@dataclass(frozen=True)
class Weather:
    """What one request meets.

    Args:
        before: seconds until it reaches the server.
        after: seconds until its answer is back.
        status: refused with this HTTP status, without effect; 0 with `refused` is a connection that fails.
        refused: whether it is.
    """

    before: float = 0.0
    after: float = 0.0
    status: int = 0
    refused: bool = False


CALM = Weather()

ON_THE_WIRE = "on the wire"
"""The name of the tasks that stand for requests under way: they end when they arrive, whoever waits for them."""


class MemoryServer(KubeClient):
    """One client of the server; `sharing` gives others that see the same objects."""

    def __init__(self, objects: dict[str, Body] | None = None, versions: count[int] | None = None) -> None:
        self._writers = PrioritySemaphore(32)
        self._secrets = PrioritySemaphore(32)
        self._versions = versions or count(1)
        self.objects: dict[str, Body] = {} if objects is None else objects
        self.asked: list[tuple[str, str]] = []
        self.accepted: list[str] = []
        self.weather: Callable[[str, str], Weather] = lambda _method, _path: CALM
        self.page_size = 2
        self.forbidden: set[str] = set()

    def sharing(self) -> MemoryServer:
        """Another client, with weather of its own."""
        return MemoryServer(self.objects, self._versions)

    def put(self, path: str, body: Mapping[str, Any]) -> Body:
        """Makes or changes an object, as somebody else would."""
        kept = deepcopy(dict(body))
        kept.setdefault("metadata", {})["resourceVersion"] = str(next(self._versions))
        self.objects[path] = kept
        return kept

    def put_resource(self, body: Mapping[str, Any]) -> Body:
        """Makes or changes a custom resource."""
        metadata = body["metadata"]
        group, _, plural = CLUSTER_WIDE.rpartition("/")
        return self.put(f"{group}/namespaces/{metadata['namespace']}/{plural}/{metadata['name']}", body)

    def put_secret(self, namespace: str, name: str, data: Mapping[str, str]) -> Body:
        """Makes or changes a Secret; the values are base64 as on the wire."""
        return self.put(f"/api/v1/namespaces/{namespace}/secrets/{name}", {"data": dict(data)})

    def remove(self, path: str) -> None:
        """Deletes an object, as somebody else would."""
        self.objects.pop(path, None)

    async def _request(
        self,
        method: str,
        path: str,
        *,
        accept: str = "",
        query: dict[str, str] | None = None,
        body: Body | None = None,
        content: str = "",  # noqa: ARG002 - the signature is that of what it stands for
        at_most: int | None = None,  # noqa: ARG002 - likewise
    ) -> Body:
        self.asked.append((method, path))
        self.accepted.append(accept)
        journey = self._travel(method, path, query or {}, body or {}, accept)
        travelling = asyncio.create_task(journey, name=ON_THE_WIRE)
        travelling.add_done_callback(lambda done: done.cancelled() or done.exception())
        return await asyncio.shield(travelling)  # whoever gives up waiting does not call it back

    async def _travel(self, method: str, path: str, query: Mapping[str, str], body: Body, accept: str) -> Body:
        weather, asked = self.weather(method, path), f"{method} {path}"
        await asyncio.sleep(weather.before)
        if weather.refused:
            raise KubeError(weather.status, "bad weather", asked)
        try:
            answer = deepcopy(self._answer(method, path, query, body, accept))
        except KubeError as error:
            await asyncio.sleep(weather.after)
            raise KubeError(error.status, error.message, asked) from None
        await asyncio.sleep(weather.after)
        return answer

    def _answer(self, method: str, path: str, query: Mapping[str, str], body: Body, accept: str) -> Body:
        match method:
            case "GET" if path.endswith("/agentruntimeendpoints"):
                return self._page(path, query, metadata_only=accept == METADATA_ONLY)
            case "GET" if path.endswith("/leases"):
                return {"items": [each for at, each in self.objects.items() if at.startswith(path)], "metadata": {}}
            case "GET":
                return self._known(path)
            case "POST" if path.endswith("/selfsubjectaccessreviews"):
                asked = body["spec"]["resourceAttributes"].get("namespace", "")
                return {"status": {"allowed": asked not in self.forbidden}}
            case "POST":
                return self._created(path, body)
            case _:
                known, version = self._known(path)["metadata"], body["metadata"].get("resourceVersion")
                if version not in (None, known["resourceVersion"]):
                    raise KubeError(CONFLICT, "the object has been modified", "")
                return self.put(path, body)

    def _known(self, path: str) -> Body:
        if path not in self.objects:
            raise KubeError(NOT_FOUND, "not found", "")
        return self.objects[path]

    def _created(self, path: str, body: Body) -> Body:
        metadata = body["metadata"]
        name = metadata.get("name") or f"{metadata['generateName']}{next(self._versions)}"
        if f"{path}/{name}" in self.objects:
            raise KubeError(CONFLICT, "already exists", "")
        return self.put(f"{path}/{name}", body)

    def _page(self, path: str, query: Mapping[str, str], *, metadata_only: bool) -> Body:
        start, selector = int(query.get("continue", "0")), parsed(query.get("labelSelector", ""))
        name = query.get("fieldSelector", "").removeprefix("metadata.name=")
        if "" in self.forbidden and "/namespaces/" not in path:
            raise KubeError(FORBIDDEN, "no permission", "")
        if "/namespaces/" in path and path.split("/")[5] in self.forbidden:
            raise KubeError(FORBIDDEN, "no permission", "")
        namespace = "/namespaces/" + path.split("/")[5] + "/" if "/namespaces/" in path else ""
        found = [each for at, each in self.objects.items() if "/agentruntimeendpoints/" in at and namespace in at]
        found = [each for each in found if selector.matches(each["metadata"].get("labels") or {})]
        found = [each for each in found if not name or each["metadata"]["name"] == name]
        page = found[start : start + self.page_size]
        items = [{"metadata": each["metadata"]} for each in page] if metadata_only else page
        more = {"continue": str(start + self.page_size)} if start + self.page_size < len(found) else {}
        said = items or (None if metadata_only else [])  # null for nothing, as the real one says it
        return {"items": said, "metadata": more}

"""The API server as the load sees it: the custom resources of one namespace, their watch, and its own counters."""

from __future__ import annotations

import json
import re
import ssl
from collections import Counter
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import aiohttp

from agentrun_operator.resources.names import API_VERSION, PLURAL

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from agentrun_operator.controlplane import ControlPlane

Body = dict[str, Any]

PAGE = 500
MERGE_PATCH = "application/merge-patch+json"
REQUESTS = re.compile(r"^apiserver_request_total\{(?P<labels>.*)\} (?P<value>\S+)$", re.MULTILINE)
LABEL = re.compile(r'(\w+)="([^"]*)"')
WRITES = frozenset({"POST", "PUT", "PATCH", "APPLY", "DELETE", "DELETECOLLECTION"})


class Cluster:
    """The custom resources of one namespace.

    Args:
        http: a session whose base is the API server.
        namespace: the namespace.
    """

    def __init__(self, http: aiohttp.ClientSession, namespace: str) -> None:
        self.namespace = namespace
        self._http = http
        self._path = f"/apis/{API_VERSION}/namespaces/{namespace}/{PLURAL}"

    async def create(self, body: Body) -> None:
        await self._send("POST", self._path, body)

    async def keep(self, secret: Body) -> None:
        """Make a Secret in the namespace."""
        await self._send("POST", f"/api/v1/namespaces/{self.namespace}/secrets", secret)

    async def patch(self, name: str, patch: Body, part: str = "") -> None:
        """A merge patch, of a subresource if `part` names one."""
        await self._send("PATCH", f"{self._path}/{name}{part and '/'}{part}", patch, MERGE_PATCH)

    async def tell(self, event: Body) -> None:
        """Make an Event in the namespace."""
        await self._send("POST", f"/api/v1/namespaces/{self.namespace}/events", event)

    async def delete(self, name: str) -> None:
        await self._send("DELETE", f"{self._path}/{name}")

    async def pages(self) -> AsyncIterator[Body]:
        """The list of all objects, page by page."""
        token = ""
        while True:
            page = json.loads(await self._send("GET", f"{self._path}?limit={PAGE}&continue={token}"))
            yield page
            token = page["metadata"].get("continue") or ""
            if not token:
                return

    async def first(self) -> Body:
        """One of them."""
        found: Body = (await self._glance())["items"][0]
        return found

    async def objects(self) -> list[Body]:
        """All of them."""
        return [item async for page in self.pages() for item in page["items"]]

    async def watch(self) -> AsyncIterator[Body]:
        """Every event from now on, without end: the API server may hang up, as it does when the CRD settles."""
        version = (await self._glance())["metadata"]["resourceVersion"]
        while True:
            query = {"watch": "true", "resourceVersion": version}
            async with self._http.get(self._path, params=query, timeout=aiohttp.ClientTimeout()) as response:
                response.raise_for_status()
                async for line in response.content:
                    event = json.loads(line)
                    if event["type"] == "ERROR":
                        raise RuntimeError(f"the watch of {self.namespace} failed: {event['object']}")
                    version = event["object"]["metadata"]["resourceVersion"]
                    yield event

    async def writes(self) -> Counter[str]:
        """Write since the API server started, by verb: of all our custom resources, and of events as `event`."""
        return count_writes((await self._send("GET", "/metrics")).decode())

    async def _glance(self) -> Body:
        """The list, with one object at most."""
        found: Body = json.loads(await self._send("GET", f"{self._path}?limit=1"))
        return found

    async def _send(self, method: str, path: str, body: Body | None = None, content: str = "application/json") -> bytes:
        data = None if body is None else json.dumps(body)
        async with self._http.request(method, path, data=data, headers={"Content-Type": content}) as response:
            answer = await response.read()
            if not response.ok:
                raise RuntimeError(f"{method} {path}: {response.status} {answer.decode(errors='replace')}")
            return answer


@asynccontextmanager
async def connected(plane: ControlPlane) -> AsyncIterator[aiohttp.ClientSession]:
    """A session whose base is the API server, as its administrator."""
    cluster = json.loads(plane.kubeconfig.read_text())["clusters"][0]["cluster"]
    connector = aiohttp.TCPConnector(ssl=ssl.create_default_context(cafile=cluster["certificate-authority"]))
    headers = {"Authorization": f"Bearer {plane.token}"}
    async with aiohttp.ClientSession(plane.url, connector=connector, headers=headers) as session:
        yield session


def count_writes(metrics: str) -> Counter[str]:
    """The writes in the text of the API server's metrics: `PATCH`, `PATCH status`, `event`, …"""
    counts: Counter[str] = Counter()
    for found in REQUESTS.finditer(metrics):
        labels = dict(LABEL.findall(found["labels"]))
        if labels["verb"] in WRITES and labels["resource"] in (PLURAL, "events"):
            counts[_named(labels)] += int(float(found["value"]))
    return counts


def _named(labels: dict[str, str]) -> str:
    return "event" if labels["resource"] == "events" else f"{labels['verb']} {labels['subresource']}".strip()

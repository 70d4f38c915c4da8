"""Our objects of one namespace as the API server's watch tells of them: what each says now, and what it said when.

Beside the operator, and on connections of its own: what cuts the operator off does not cut this off.
"""

import asyncio
import json
import ssl
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import httpx

from agentrun_operator.controlplane import ControlPlane
from support.cluster import Kubectl, certificate_of, condition
from support.endpoints import GROUP, KIND
from support.patience import stretched

Object = dict[str, Any]

PAUSE = 0.1
"""Seconds before the API server is asked again, after it hung up."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a condition said from a moment on.

    Attributes:
        at: Seconds since the epoch.
        status: `True`, `False` or `Unknown`.
        reason: The reason that went with it.
    """

    at: float
    status: str
    reason: str


class Recorder:
    """Follows the objects, in a thread, while it is entered as a context."""

    def __init__(self, plane: ControlPlane, namespace: str) -> None:
        self._url = f"{plane.url}/apis/{GROUP}/v1alpha1/namespaces/{namespace}/agentruntimeendpoints"
        self._tls = ssl.create_default_context(cafile=certificate_of(plane))
        self._headers = {"Authorization": f"Bearer {plane.token}"}
        self._client = httpx.Client(verify=self._tls, headers=self._headers, trust_env=False, timeout=10)
        self._changed = threading.Condition()
        self._objects: dict[str, Object] = {}
        self._versions: defaultdict[str, int] = defaultdict(int)
        self._ready: defaultdict[str, list[Said]] = defaultdict(list)
        self._loop = asyncio.new_event_loop()
        self._task = self._loop.create_task(self._follow())
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join()
        self._client.close()

    def get(self, name: str) -> Object | None:
        """The object as last told of."""
        with self._changed:
            return self._objects.get(name)

    def wait_for(self, name: str, met: Callable[[Object | None], bool], within: float) -> Object | None:
        """Wait until the object, or its absence, is as asked for."""
        with self._changed:
            if not self._changed.wait_for(lambda: met(self._objects.get(name)), stretched(within)):
                raise AssertionError(f"{name} is not as asked for within {within:g} s: {self._objects.get(name)}")
            return self._objects.get(name)

    def ready(self, name: str) -> list[Said]:
        """What Ready said of the object of this name, each change once, in order."""
        with self._changed:
            return list(self._ready[name])

    def apply(self, manifest: Object) -> Object:
        query = {"fieldManager": "test", "force": "true"}
        return self._write("PATCH", manifest["metadata"]["name"], manifest, "application/apply-patch+yaml", query)

    def patch(self, name: str, patch: Object) -> Object:
        return self._write("PATCH", name, patch, "application/merge-patch+json")

    def delete(self, name: str) -> None:
        self._client.delete(f"{self._url}/{name}").raise_for_status()

    def _write(self, method: str, name: str, body: Object, content: str, query: dict[str, str] | None = None) -> Object:
        headers = {"Content-Type": content}
        answer = self._client.request(
            method, f"{self._url}/{name}", params=query, content=json.dumps(body), headers=headers
        )
        if answer.is_error:
            raise RuntimeError(f"{method} {name}: {answer.status_code} {answer.text}")
        written: Object = answer.json()
        self._note(written)
        return written

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._task)
        except asyncio.CancelledError:
            pass
        finally:
            self._loop.close()

    async def _follow(self) -> None:
        async with httpx.AsyncClient(verify=self._tls, headers=self._headers, trust_env=False, timeout=None) as client:  # noqa: S113 - a watch waits
            while True:
                try:
                    await self._watch(client, await self._list(client))
                except (httpx.HTTPError, ValueError, KeyError):
                    await asyncio.sleep(PAUSE)

    async def _list(self, client: httpx.AsyncClient) -> str:
        listed = (await client.get(self._url)).json()
        names = {item["metadata"]["name"] for item in listed["items"]}
        for item in listed["items"]:
            self._note(item)
        with self._changed:
            for name in self._objects.keys() - names:
                del self._objects[name]
            self._changed.notify_all()
        return str(listed["metadata"]["resourceVersion"])

    async def _watch(self, client: httpx.AsyncClient, version: str) -> None:
        async with client.stream("GET", self._url, params={"watch": "true", "resourceVersion": version}) as events:
            async for line in events.aiter_lines():
                event = json.loads(line)
                self._note(event["object"], gone=event["type"] == "DELETED")

    def _note(self, found: Object, *, gone: bool = False) -> None:
        name = found["metadata"]["name"]
        version = int(found["metadata"]["resourceVersion"])
        with self._changed:
            if version < self._versions[name]:
                return
            self._versions[name] = version
            if gone:
                self._objects.pop(name, None)
            else:
                self._objects[name] = found
                self._hear(name, found)
            self._changed.notify_all()

    def _hear(self, name: str, found: Object) -> None:
        told = condition(found, "Ready")
        heard = self._ready[name]
        if told is not None and (not heard or (heard[-1].status, heard[-1].reason) != (told["status"], told["reason"])):
            heard.append(Said(time.time(), told["status"], told["reason"]))


@dataclass(frozen=True)
class WatchedKubectl(Kubectl):
    """kubectl, but our own objects are written over HTTP and read from a recorder: a poll costs nothing."""

    recorder: Recorder = field(kw_only=True)

    def apply(self, manifest: Any) -> None:
        if isinstance(manifest, dict) and manifest["kind"] == "AgentRuntimeEndpoint":
            self.recorder.apply(manifest)
        else:
            super().apply(manifest)

    def patch(self, kind: str, name: str, patch: Any, subresource: str = "") -> Object:
        if kind == KIND and not subresource:
            return self.recorder.patch(name, patch)
        return super().patch(kind, name, patch, subresource)

    def get(self, kind: str, name: str) -> Object | None:
        return self.recorder.get(name) if kind == KIND else super().get(kind, name)

    def delete(self, kind: str, name: str) -> None:
        if kind == KIND:
            self.recorder.delete(name)
        else:
            super().delete(kind, name)

"""The Kubernetes API server: the few requests that the operator makes. How they fail is in `errors`.

The only module that makes requests of its own; kopf makes those of the watch.
"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Literal, Self
from urllib.parse import urlencode

import aiohttp
from pydantic_core import from_json

from agentrun_operator.controller.concurrency.fairness import PrioritySemaphore
from agentrun_operator.controller.kube.errors import KubeError, TooLargeError
from agentrun_operator.controller.kube.paging import PageLimit
from agentrun_operator.controller.kube.session import UNAUTHORIZED, Addressed, session
from agentrun_operator.resources.names import GROUP, PLURAL, VERSION

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from agentrun_operator.controller.keys import Body, ObjectKey
    from agentrun_operator.controller.kube.login.access import Access
    from agentrun_operator.controller.kube.login.login import Login

TIMEOUT = aiohttp.ClientTimeout(total=30.0)
"""Seconds for a whole request; the library's own default is five minutes."""

PAGE = 500
"""Objects in one page of a list."""

METADATA_PAGE = 100
"""Objects in one page of a list of metadata alone, which comes again and again: what its largest page takes stays with
the process (measured at a thousand objects: 5 MiB less than with 500)."""

WRITERS = 8
"""Writes under way at the same time: as many a second as with 32, where the server is what limits, and each sooner. Who
is urgent goes first."""

SECRET_READERS = 4
"""Secrets that are read at the same time: each may be a MiB, of which next to nothing is kept. Who is more urgent goes
first, and the namespaces take turns."""

MERGE_PATCH = "application/merge-patch+json"
JSON = "application/json"
METADATA_ONLY = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
METADATA = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json"
RESOURCES = f"/apis/{GROUP}/{VERSION}"
MESSAGE_LIMIT = 500

Method = Literal["POST", "PATCH", "DELETE"]


class KubeClient:
    """A connection pool to the API server. `async with` closes it, and keeps the way there open until then.

    Attributes:
        fitting: how many of our objects fit into a page everywhere, as the last list showed.
    """

    def __init__(self, login: Login) -> None:
        """Prepare the pool.

        Args:
            login: where the API server is, and who asks.
        """
        self._login = login
        self._writers = PrioritySemaphore(WRITERS)
        self._secrets = PrioritySemaphore(SECRET_READERS)
        self.fitting = PAGE

    async def __aenter__(self) -> Self:
        self._session = session(self._login.access)
        self._keeping = asyncio.create_task(self._login.keep(), name="login")
        return self

    async def __aexit__(self, *_: object) -> None:
        self._keeping.cancel()
        await asyncio.gather(self._keeping, return_exceptions=True)
        await self._session.close()

    async def get(self, path: str, *, accept: str = JSON, at_most: int | None = None, **query: str) -> Body:
        """Read whatever is at a path.

        Raises:
            TooLargeError: it has more bytes than `at_most`.
        """
        return await self._request("GET", path, accept=accept, query=query, at_most=at_most)

    async def write(
        self, method: Method, path: str, body: Body, *, content: str = JSON, at_most: int | None = None, **query: str
    ) -> Body:
        """Write whatever is at a path; of the answer the metadata is read.

        Raises:
            TooLargeError: the answer has more bytes than `at_most`; it was done.
        """
        async with self._writers:
            return await self._request(
                method, path, accept=METADATA, query=query, body=body, content=content, at_most=at_most
            )

    async def pages(
        self, namespace: str = "", *, metadata_only: bool = False, labels: str = "", fields: str = ""
    ) -> AsyncIterator[list[Body]]:
        """Custom resources, page by page.

        Args:
            namespace: of one namespace; empty: of all.
            metadata_only: whether their metadata is enough.
            labels: a selector that the server goes by; empty: all of them.
            fields: likewise, of fields.
        """
        path = f"{RESOURCES}/namespaces/{namespace}/{PLURAL}" if namespace else f"{RESOURCES}/{PLURAL}"
        accept, limit = (METADATA_ONLY, PageLimit(METADATA_PAGE)) if metadata_only else (JSON, PageLimit(PAGE))
        token: str | None = ""
        while token is not None:
            more = {"continue": token, "labelSelector": labels, "fieldSelector": fields}
            query = {"limit": str(limit.objects)} | {name: value for name, value in more.items() if value}
            try:
                page = await self._request("GET", path, accept=accept, query=query, at_most=limit.at_most)
            except TooLargeError:
                limit.overflowed()
                continue
            limit.fitted()
            token = page["metadata"].get("continue") or None
            yield page.pop("items", None) or []  # null, not [], when metadata of nothing is asked for
        self.fitting = limit.least

    async def read(self, key: ObjectKey) -> Body:
        """Read one of our objects, whole."""
        return await self.get(f"{RESOURCES}/namespaces/{key.namespace}/{PLURAL}/{key.name}")

    async def patch(self, key: ObjectKey, patch: Body, *, part: Literal["", "status"] = "") -> Body:
        """Merge a patch into an object, or into its status.

        A `metadata.resourceVersion` in the patch fences it: the answer is 409 when the object has changed since.

        Returns:
            the object as it is now.
        """
        path = f"{RESOURCES}/namespaces/{key.namespace}/{PLURAL}/{key.name}" + (f"/{part}" if part else "")
        async with self._writers:
            return await self._request("PATCH", path, body=patch, content=MERGE_PATCH)

    async def secret(self, namespace: str, name: str) -> Body:
        """Read a Secret."""
        async with self._secrets:
            return await self.get(f"/api/v1/namespaces/{namespace}/secrets/{name}")

    async def create_event(self, namespace: str, event: Body) -> None:
        """Make an Event."""
        async with self._writers:
            await self._request("POST", f"/api/v1/namespaces/{namespace}/events", body=event, content=JSON)

    async def lease(self, namespace: str, name: str) -> Body:
        """Read a Lease."""
        return await self.get(f"{_leases(namespace)}/{name}")

    async def leases(self, namespace: str) -> list[Body]:
        """All Leases of a namespace."""
        found: list[Body] = []
        token: str | None = ""
        while token is not None:
            query = {"limit": str(PAGE)} | ({"continue": token} if token else {})
            page = await self._request("GET", _leases(namespace), query=query)
            found += page.get("items") or []
            token = page["metadata"].get("continue") or None
        return found

    async def create_lease(self, namespace: str, lease: Body) -> Body:
        """Make a Lease; 409 when there is one."""
        return await self._request("POST", _leases(namespace), body=lease, content=JSON)

    async def replace_lease(self, namespace: str, name: str, lease: Body) -> Body:
        """Replace the very Lease that was read; 409 when it has changed since."""
        return await self._request("PUT", f"{_leases(namespace)}/{name}", body=lease, content=JSON)

    async def allowed(
        self, verb: str, resource: str, *, group: str = "", namespace: str = "", name: str = "", part: str = ""
    ) -> bool:
        """Whether this operator's account may do something with any object, or with that of the name."""
        where = {"group": group, "namespace": namespace, "name": name}
        attributes = {"verb": verb, "resource": resource, "subresource": part} | where
        review = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": {name: value for name, value in attributes.items() if value}},
        }
        path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
        answer = await self._request("POST", path, body=review, content=JSON)
        return bool(answer["status"]["allowed"])

    async def _request(
        self,
        method: str,
        path: str,
        *,
        accept: str = JSON,
        query: dict[str, str] | None = None,
        body: Body | None = None,
        content: str = "",
        at_most: int | None = None,
    ) -> Body:
        asked = f"{method} {path}" + (f"?{urlencode(query)}" if query else "")
        headers = {"Accept": accept} | ({"Content-Type": content} if content else {})
        sent = None if body is None else json.dumps(body).encode()
        access = self._login.access
        status, data = await self._sent(access, asked, headers, sent, at_most)
        if status == UNAUTHORIZED and await self._login.renewed(access):
            access = self._login.access
            status, data = await self._sent(access, asked, headers, sent, at_most)
        if status != UNAUTHORIZED:
            self._login.accept(access)
        return _parsed(status, data, f"{method} {path}")

    async def _sent(
        self, access: Access, asked: str, headers: dict[str, str], sent: bytes | None, at_most: int | None
    ) -> tuple[int, bytes]:
        """The status and the body of an answer."""
        method, _, where = asked.partition(" ")
        try:
            response = await self._session.request(
                method,
                access.route.server + where,
                headers=headers,
                data=sent,
                timeout=TIMEOUT,
                ssl=access.tls,
                middlewares=(Addressed(access),),
            )
            return response.status, await _read(response, at_most)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            proxy = access.route.proxy
            said = (str(error) or type(error).__name__) + (f", through {proxy}" if proxy else "")
            raise KubeError(0, said, asked.partition("?")[0]) from error


async def _read(response: aiohttp.ClientResponse, at_most: int | None) -> bytes:
    """The body.

    Raises:
        TooLargeError: it has more bytes than `at_most`; the rest was not read.
    """
    if at_most is None:
        return await response.read()
    data = bytearray()
    async for part in response.content.iter_any():
        data += part
        if len(data) > at_most:
            response.close()
            raise TooLargeError
    return bytes(data)


def _parsed(status: int, data: bytes, asked: str) -> Body:
    said = data[:MESSAGE_LIMIT].decode(errors="replace")
    try:
        body = from_json(data)
    except ValueError:
        body = None
    if not 200 <= status < 300:  # noqa: PLR2004 - what HTTP calls success
        message = body.get("message") if isinstance(body, dict) else None
        raise KubeError(status, str(message or said)[:MESSAGE_LIMIT], asked)
    if not isinstance(body, dict):
        raise KubeError(status, f"this is no JSON object: {said}", asked)
    return body


def _leases(namespace: str) -> str:
    return f"/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases"

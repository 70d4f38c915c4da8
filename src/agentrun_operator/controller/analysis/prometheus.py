"""Asks Prometheus, at the one address that the operator was given: no object says where to ask.

An answer is read up to a limit, in a time, and told as a number or as a word of ours.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
from pydantic_core import from_json

from agentrun_operator.agentrun.auth.secret import Secret
from agentrun_operator.agentrun.http.client import default_ssl_context
from agentrun_operator.reconcile.rollout.proof.queries import Reading, read_answer

if TYPE_CHECKING:
    from collections.abc import Sequence

log = logging.getLogger(__name__)

ANSWER_LIMIT = 64 * 1024
TOKEN_LIMIT = 64 * 1024
TIMEOUT = 10.0
"""Seconds for an answer; Prometheus is told the same."""

QUERY_LIMIT = 8 * 1024
"""Bytes of a query with its names put in."""

NAMESPACE = "{namespace}"
EVERYWHERE = "*"
INSTANT_QUERY = "/api/v1/query"
JSON_STATUSES = frozenset({200, 400, 422, 503})
"""With these Prometheus says in JSON how it fared."""


class Prometheus:
    """Instant queries. `aclose` ends its connections.

    Attributes:
        values_shown: whether a query sees no more than its namespace may, so that values may be told.
    """

    def __init__(self, url: str, *, token_file: str = "", namespaces: Sequence[str] = ()) -> None:
        """Prepare it; nothing is asked yet.

        Args:
            url: its address; `{namespace}` in it stands for the namespace that asks. Empty: there is none.
            token_file: a file with the bearer token; empty: none is sent.
            namespaces: those that may ask; `*` stands for all.
        """
        self.values_shown = NAMESPACE in url
        self._url = url.rstrip("/")
        self._namespaces = frozenset(namespaces)
        self._token = _TokenFile(token_file)
        self._session: aiohttp.ClientSession | None = None

    def forbidden(self, namespace: str) -> str:
        """Why a namespace may not ask, for people; empty if it may."""
        if not self._url:
            return "the operator was given no Prometheus: set prometheus-url, or leave out analysis.metrics"
        if self._namespaces.isdisjoint({namespace, EVERYWHERE}):
            return f"namespace {namespace} may not ask for metrics: add it to the operator's setting metrics-namespaces"
        return ""

    async def ask(self, namespace: str, query: str) -> Reading:
        """What a query says now; or why it says nothing."""
        if len(query.encode(errors="replace")) > QUERY_LIMIT:
            return Reading(error="the query is too long with its names put in")
        try:
            async with asyncio.timeout(TIMEOUT):
                return await self._asked(namespace, query)
        except TimeoutError:
            return Reading(error=f"Prometheus does not answer within {TIMEOUT:g}s")
        except (aiohttp.ClientError, ssl.SSLError, OSError, ValueError) as error:
            log.debug("Cannot ask Prometheus: %s", type(error).__name__)
            return Reading(error=f"Prometheus cannot be asked ({type(error).__name__})")

    async def aclose(self) -> None:
        """Close the connections."""
        if self._session:
            await self._session.close()
            self._session = None

    async def _asked(self, namespace: str, query: str) -> Reading:
        url = self._url.replace(NAMESPACE, namespace) + INSTANT_QUERY
        form = {"query": query, "timeout": f"{TIMEOUT:g}s"}
        async with self._opened().post(url, data=form, headers=self._token.header, allow_redirects=False) as response:
            if response.status not in JSON_STATUSES:
                return Reading(error=f"Prometheus answers with HTTP {response.status}")
            body = await _read(response)
        if body is None:
            return Reading(
                error=f"Prometheus' answer is larger than {ANSWER_LIMIT // 1024} KiB: have it give one value"
            )
        try:
            return read_answer(from_json(body))
        except ValueError:
            return Reading(error="what answers is no Prometheus")

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:  # only now is there certainly an event loop
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(ssl=default_ssl_context()),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                headers={"accept": "application/json", "accept-encoding": "identity"},
            )
        return self._session


class _TokenFile:
    """A token that is read anew when its file changes."""

    def __init__(self, path: str) -> None:
        self._path = Path(path) if path else None
        self._read_as: tuple[int, int, int] | None = None
        self._token = Secret("")

    @property
    def header(self) -> dict[str, str]:
        """What tells Prometheus who asks.

        Raises:
            OSError: the file cannot be read.
            ValueError: it holds no token.
        """
        if self._path is None:
            return {}
        found = self._path.stat()
        now = found.st_mtime_ns, found.st_ino, found.st_size
        if now != self._read_as:
            self._token = self._read(self._path)
            self._read_as = now
        return {"authorization": f"Bearer {self._token.reveal()}"}

    @staticmethod
    def _read(path: Path) -> Secret:
        with path.open("rb") as file:
            token = Secret(file.read(TOKEN_LIMIT + 1).decode("ascii", "replace"))
        if not token or len(token.reveal()) > TOKEN_LIMIT or not token.reveal().isprintable():
            raise ValueError("the token file holds no token")
        return token


async def _read(response: aiohttp.ClientResponse) -> bytes | None:
    """The body; None if it has more bytes than are read."""
    data = bytearray()
    async for part in response.content.iter_any():
        data += part
        if len(data) > ANSWER_LIMIT:
            response.close()
            return None
    return bytes(data)

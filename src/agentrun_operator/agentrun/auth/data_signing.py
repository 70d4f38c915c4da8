"""AGENTRUN4-HMAC-SHA256, the signature of the data plane. Pure: the clock is passed in.

The body is not part of the signature. Imports no HTTP library: `openai` brings its own, of the same form as httpx.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Protocol, TypeVar

from agentrun_operator.agentrun.api.canonical import canonical_request

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, MutableMapping
    from datetime import datetime

    from agentrun_operator.agentrun.auth.credentials import Credentials

ALGORITHM = "AGENTRUN4-HMAC-SHA256"
PRODUCT = "agentrun"
SCOPE = "aliyun_v4_request"
UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD"

SIGNED_HEADERS = frozenset({"content-type", "host"})
"""Signed besides every `x-acs-*`."""


class HTTPUrl(Protocol):
    """A URL of httpx, or of a library like it."""

    @property
    def raw_path(self) -> bytes: ...


class HTTPRequest(Protocol):
    """A request of httpx, or of a library like it."""

    @property
    def method(self) -> str: ...
    @property
    def url(self) -> HTTPUrl: ...
    @property
    def headers(self) -> MutableMapping[str, str]: ...


RequestT = TypeVar("RequestT", bound=HTTPRequest)


@dataclass(frozen=True, slots=True)
class DataPlaneAuth:
    """Signs requests to the data plane, as an `auth` callable of httpx or of a library like it.

    Attributes:
        credentials: whose signature.
        region: the region that is called.
        clock: the time of day, in UTC; read at each attempt.
    """

    credentials: Credentials
    region: str
    clock: Callable[[], datetime]

    def __call__(self, request: RequestT) -> RequestT:
        path, _, query = request.url.raw_path.decode().partition("?")
        request.headers.update(
            data_headers(
                self.credentials,
                method=request.method,
                path=path,
                query=query,
                headers=request.headers,
                region=self.region,
                moment=self.clock(),
            )
        )
        return request


def data_headers(
    credentials: Credentials,
    *,
    method: str,
    path: str,
    query: str,
    headers: Mapping[str, str],
    region: str,
    moment: datetime,
) -> dict[str, str]:
    """The headers that sign a request to the data plane.

    Args:
        credentials: whose signature.
        method: the HTTP method, in capitals.
        path: the path as it goes over the wire.
        query: the query string as it goes over the wire.
        headers: the request's headers; `host` is among them.
        region: the region that is called.
        moment: the time of day, in UTC.

    Returns:
        what to add to the request's headers.
    """
    added = {"x-acs-date": moment.strftime("%Y-%m-%dT%H:%M:%SZ"), "x-acs-content-sha256": UNSIGNED_PAYLOAD}
    if credentials.security_token:
        added["x-acs-security-token"] = credentials.security_token.reveal()
    given = {name.lower(): value for name, value in headers.items()}
    signed = {name: value for name, value in given.items() if name in SIGNED_HEADERS or name.startswith("x-acs-")}
    canonical = canonical_request(method, path, query, signed | added, UNSIGNED_PAYLOAD)
    digest = hashlib.sha256(canonical.text.encode()).hexdigest()
    scope = (moment.strftime("%Y%m%d"), region, PRODUCT, SCOPE)
    to_sign = f"{ALGORITHM}\n{digest}"
    signature = reduce(_hmac, (*scope, to_sign), b"aliyun_v4" + credentials.access_key_secret.reveal().encode()).hex()
    added["agentrun-authorization"] = (
        f"{ALGORITHM} Credential={'/'.join((credentials.access_key_id, *scope))},"
        f"SignedHeaders={canonical.signed_headers},Signature={signature}"
    )
    return added


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()

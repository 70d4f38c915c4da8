"""ACS3-HMAC-SHA256, the signature of the control plane.

Clock and nonce are passed in. Credentials are asked for at each attempt, and each attempt is signed anew: a nonce
counts once, and a date for minutes.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from agentrun_operator.agentrun.api.canonical import canonical_request

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import httpx

    from agentrun_operator.agentrun.auth.credentials import Credentials, CredentialsProvider
    from agentrun_operator.agentrun.auth.redaction import Redactor

ALGORITHM = "ACS3-HMAC-SHA256"

SIGNED_HEADERS = frozenset({"accept", "content-type", "host", "user-agent"})
"""Signed besides every `x-acs-*`, as the official client does."""


def utc_now() -> datetime:
    """The time of day, in UTC."""
    return datetime.now(UTC)


def random_nonce() -> str:
    """A word that no other request has."""
    return secrets.token_hex(16)


class ControlPlaneAuth:
    """Signs requests to the control plane.

    Args:
        credentials: asked at every attempt.
        clock: the time of day, in UTC; the service tolerates some minutes of difference.
        nonce: makes a word that no other request has.
        secrets: told whose secrets are used, so that no answer repeats them.
    """

    def __init__(
        self,
        credentials: CredentialsProvider,
        clock: Callable[[], datetime] = utc_now,
        nonce: Callable[[], str] = random_nonce,
        secrets: Sequence[Redactor] = (),
    ) -> None:
        self._credentials = credentials
        self._clock = clock
        self._nonce = nonce
        self._secrets = secrets

    def sign(self, request: httpx.Request) -> None:
        """Sign an attempt."""
        self._sign(request, self._credentials.get())

    async def sign_async(self, request: httpx.Request) -> None:
        """As `sign`, without blocking the event loop."""
        self._sign(request, await self._credentials.get_async())

    def _sign(self, request: httpx.Request, credentials: Credentials) -> None:
        for redactor in self._secrets:
            redactor.note(credentials)
        sign(request, credentials, self._clock(), self._nonce())


def sign(request: httpx.Request, credentials: Credentials, moment: datetime, nonce: str) -> None:
    """Sign a request in place: add the signature and the headers that belong to it.

    Args:
        request: whole, with its body read; its `x-acs-action` and `x-acs-version` are already there.
        credentials: whose signature.
        moment: the time of day, in UTC.
        nonce: a word that no other request has.
    """
    headers = request.headers
    payload_hash = hashlib.sha256(request.content).hexdigest()
    headers["x-acs-date"] = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    headers["x-acs-signature-nonce"] = nonce
    headers["x-acs-content-sha256"] = payload_hash
    if credentials.security_token:
        headers["x-acs-accesskey-id"] = credentials.access_key_id
        headers["x-acs-security-token"] = credentials.security_token.reveal()
    signed = {name: value for name, value in headers.items() if name in SIGNED_HEADERS or name.startswith("x-acs-")}
    path, _, query = request.url.raw_path.decode().partition("?")
    headers["authorization"] = authorization(
        credentials, method=request.method, path=path, query=query, headers=signed, payload_hash=payload_hash
    )


def authorization(
    credentials: Credentials, *, method: str, path: str, query: str, headers: Mapping[str, str], payload_hash: str
) -> str:
    """The Authorization header's value. Pure.

    Args:
        credentials: whose signature.
        method: the HTTP method, in capitals.
        path: the path as it goes over the wire.
        query: the query string as it goes over the wire.
        headers: the headers to sign.
        payload_hash: SHA-256 of the body, in hex.
    """
    canonical = canonical_request(method, path, query, headers, payload_hash)
    digest = hashlib.sha256(canonical.text.encode()).hexdigest()
    to_sign = f"{ALGORITHM}\n{digest}".encode()
    signature = hmac.new(credentials.access_key_secret.reveal().encode(), to_sign, hashlib.sha256).hexdigest()
    return (
        f"{ALGORITHM} Credential={credentials.access_key_id},"
        f"SignedHeaders={canonical.signed_headers},Signature={signature}"
    )

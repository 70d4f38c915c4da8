"""Verifies signed requests: ACS3-HMAC-SHA256 of the control plane, AGENTRUN4-HMAC-SHA256 of the data plane. Pure.

Both sign the same canonical request and differ in the header, the hash of the body and the key. Only the headers named
in SignedHeaders are signed; the official asynchronous client sends others besides.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote

from agentrun_operator.emulator.accounts import Account
from agentrun_operator.emulator.answers import ApiError
from agentrun_operator.emulator.gateway.call import Call

MAX_SKEW = 15 * 60
"""Seconds a request's date may differ from the server's clock."""

UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD"

_AUTHORIZATION = re.compile(r"(\S+) Credential=([^,\s]+), ?SignedHeaders=([^,\s]+), ?Signature=([0-9a-f]{64})")
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_ALWAYS_SIGNED = frozenset({"host", "x-acs-date", "x-acs-content-sha256"})


@dataclass(frozen=True, slots=True)
class _Claim:
    """What an Authorization header claims."""

    algorithm: str
    credential: str
    signed_headers: str
    signature: str


def claimed_access_key(authorization: str | None) -> str | None:
    """The access key id that an Authorization header names, verified or not."""
    found = _AUTHORIZATION.fullmatch(authorization or "")
    return found[2].partition("/")[0] if found else None


def verify_control(call: Call, accounts: Mapping[str, Account], now: float) -> Account:
    """The account that signed a control-plane call.

    Args:
        call: the request.
        accounts: by access key id.
        now: seconds since the epoch.

    Raises:
        ApiError: the signature is missing or wrong, the key is unknown, the date is too old, or the body was changed.
    """
    claim = _claim(call.headers.get("authorization"), "ACS3-HMAC-SHA256")
    account = _account(accounts, claim.credential)
    _check_date(call, now)
    _check_token(account, call)
    digest = hashlib.sha256(call.body).hexdigest()
    if call.headers.get("x-acs-content-sha256") != digest:
        raise _mismatch("x-acs-content-sha256 is not the hash of the body")
    _check_signature(call, claim, digest, account.access_key_secret.encode())
    return account


def verify_data(call: Call, accounts: Mapping[str, Account], now: float) -> Account:
    """The account that signed a data-plane call, or whose token it carries.

    Raises:
        ApiError: as `verify_control`.
    """
    authorization = call.headers.get("agentrun-authorization")
    if authorization is None:
        return _bearer(call, accounts)
    claim = _claim(authorization, "AGENTRUN4-HMAC-SHA256")
    access_key_id, *scope = claim.credential.split("/")
    account = _account(accounts, access_key_id)
    _check_date(call, now)
    _check_token(account, call)
    if call.headers.get("x-acs-content-sha256") != UNSIGNED_PAYLOAD:
        raise _mismatch(f"x-acs-content-sha256 must be {UNSIGNED_PAYLOAD}")
    key = _scoped_key(account.access_key_secret, scope, call.headers["x-acs-date"])
    _check_signature(call, claim, UNSIGNED_PAYLOAD, key)
    return account


def _scoped_key(secret: str, scope: list[str], date: str) -> bytes:
    match scope:
        case [day, _region, "agentrun", "aliyun_v4_request"] if day == date[:10].replace("-", ""):
            key = f"aliyun_v4{secret}".encode()
            for part in scope:
                key = _hmac(key, part)
            return key
    raise _mismatch("Credential must be {access key id}/{day of x-acs-date}/{region}/agentrun/aliyun_v4_request")


def _bearer(call: Call, accounts: Mapping[str, Account]) -> Account:
    token = call.headers.get("agentrun-access-token") or call.headers.get("authorization", "").removeprefix("Bearer ")
    for account in accounts.values():
        if account.token and hmac.compare_digest(account.token.encode(), token.encode()):
            return account
    raise ApiError(401, "Unauthorized", "the request has neither an Agentrun-Authorization header nor a known token")


def _claim(authorization: str | None, algorithm: str) -> _Claim:
    found = _AUTHORIZATION.fullmatch(authorization or "")
    if not found or found[1] != algorithm:
        message = f"the authorization header must be '{algorithm} Credential=…,SignedHeaders=…,Signature=…'"
        raise ApiError(400, "IncompleteSignature", message)
    return _Claim(*found.groups())


def _account(accounts: Mapping[str, Account], access_key_id: str) -> Account:
    if access_key_id not in accounts:
        raise ApiError(404, "InvalidAccessKeyId.NotFound", "Specified access key is not found.")
    return accounts[access_key_id]


def _check_date(call: Call, now: float) -> None:
    date = call.headers.get("x-acs-date", "")
    if not _DATE.fullmatch(date):
        raise ApiError(400, "InvalidTimeStamp.Format", "x-acs-date must be a date such as 2026-11-22T09:18:55Z")
    if abs(_seconds(date) - now) > MAX_SKEW:
        raise ApiError(400, "InvalidTimeStamp.Expired", "Specified time stamp or date value is expired.")


def _seconds(date: str) -> float:
    try:
        return datetime.fromisoformat(date).astimezone(UTC).timestamp()
    except ValueError:
        raise ApiError(400, "InvalidTimeStamp.Format", f"x-acs-date {date} is no date") from None


def _check_token(account: Account, call: Call) -> None:
    given = call.headers.get("x-acs-security-token")
    if account.security_token and not given:
        raise ApiError(403, "MissingSecurityToken", "x-acs-security-token is mandatory for a temporary access key.")
    if given and given != account.security_token:
        raise ApiError(403, "InvalidSecurityToken.MismatchWithAccessKey", "Specified SecurityToken is of another key.")


def _check_signature(call: Call, claim: _Claim, payload: str, key: bytes) -> None:
    canonical = _canonical_request(call, claim.signed_headers, payload)
    to_sign = f"{claim.algorithm}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    if not hmac.compare_digest(_hmac(key, to_sign).hex(), claim.signature):
        # The hash tells two implementations apart and, unlike the canonical request, holds no STS token.
        raise _mismatch(f"Specified signature does not match our calculation. Server string to sign: {to_sign!r}")


def _canonical_request(call: Call, signed_headers: str, payload: str) -> str:
    names = signed_headers.split(";")
    _check_coverage(call.headers, names)
    lines = "".join(f"{name}:{call.headers.get(name, '')}\n" for name in names)
    return f"{call.method}\n{call.path}\n{_canonical_query(call.query)}\n{lines}\n{signed_headers}\n{payload}"


def _check_coverage(headers: Mapping[str, str], names: list[str]) -> None:
    """Raise an ApiError unless host, date, body hash and every other x-acs-… header are signed."""
    needed = _ALWAYS_SIGNED.union(name for name in headers if name.startswith("x-acs-"))
    if missing := sorted(needed.difference(names)):
        raise ApiError(400, "IncompleteSignature", f"SignedHeaders must name {', '.join(missing)}")


def _canonical_query(query: str) -> str:
    # A space is `+` on the wire and `%20` when signed, so the values are decoded and encoded anew.
    pairs = sorted(parse_qsl(query, keep_blank_values=True))
    return "&".join(f"{name}={quote(value, safe='~')}" for name, value in pairs)


def _mismatch(message: str) -> ApiError:
    return ApiError(403, "SignatureDoesNotMatch", message)


def _hmac(key: bytes, message: str) -> bytes:
    return hmac.digest(key, message.encode(), "sha256")


Verify = Callable[[Call, Mapping[str, Account], float], Account]

"""Requests signed by the official client's own function, for tests that send them by other means."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime

from alibabacloud_tea_openapi.utils import Utils
from darabonba.request import DaraRequest

from support.emulator import ACCESS_KEY_ID, ACCESS_KEY_SECRET


def signed_headers(
    method: str,
    path: str,
    *,
    now: float,
    host: str,
    query: Mapping[str, str] | None = None,
    body: bytes = b"",
    access_key_id: str = ACCESS_KEY_ID,
    access_key_secret: str = ACCESS_KEY_SECRET,
    security_token: str | None = None,
) -> dict[str, str]:
    """The headers of a control-plane request, signed at `now` (seconds since the epoch); `path` is percent-encoded."""
    request = DaraRequest()
    request.method, request.pathname, request.query = method, path, dict(query or {})
    request.headers = {
        "host": host,
        "x-acs-version": "2025-09-10",
        "x-acs-action": "Anything",
        "x-acs-date": datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": "a-nonce",
        "x-acs-content-sha256": hashlib.sha256(body).hexdigest(),
        "accept": "application/json",
    }
    if security_token is not None:
        request.headers |= {"x-acs-accesskey-id": access_key_id, "x-acs-security-token": security_token}
    authorization = Utils.get_authorization(
        request, "ACS3-HMAC-SHA256", request.headers["x-acs-content-sha256"], access_key_id, access_key_secret
    )
    return {**request.headers, "Authorization": authorization}

"""The data plane's signature, against vectors computed with OpenSSL."""

from datetime import UTC, datetime
from itertools import count

import httpx
import pytest

from agentrun_operator.agentrun.auth.credentials import Credentials
from agentrun_operator.agentrun.auth.data_signing import DataPlaneAuth, data_headers
from agentrun_operator.agentrun.auth.secret import Secret

KEY = Credentials("made-up-id", Secret("made-up-secret"))
TEMPORARY = Credentials("made-up-id", Secret("made-up-secret"), Secret("made-up-token"))
CHAT = "/agent-runtimes/support-bot/endpoints/chat/invocations/openai/v1/chat/completions"
RAM_HOST = "1000000000000001-ram.agentrun-data.cn-hangzhou.aliyuncs.com"
MOMENT = datetime(2026, 11, 22, 9, 18, 55, tzinfo=UTC)


A_CHAT = httpx.Request("POST", f"https://{RAM_HOST}{CHAT}", headers={"content-type": "application/json"})
A_QUERY = httpx.Request("GET", "http://127.0.0.1:8080/agent-runtimes/support-bot?b=2&a=x+y")


@pytest.mark.parametrize(
    ("credentials", "request_", "signed", "signature"),
    [
        pytest.param(
            KEY,
            A_CHAT,
            "content-type;host;x-acs-content-sha256;x-acs-date",
            "c3444e5fd43ab3f96e102374c5565c89aba33af19e6486cfc4429cfc218ca1a7",
            id="a chat",
        ),
        pytest.param(
            TEMPORARY,
            A_QUERY,
            "host;x-acs-content-sha256;x-acs-date;x-acs-security-token",
            "447f431ca90846b71ba323c05cd6615745926f5256cb65441f7c601bed954c21",
            id="temporary credentials, a query, a port",
        ),
    ],
)
def test_the_golden_vectors(credentials, request_, signed, signature):
    DataPlaneAuth(credentials, "cn-hangzhou", lambda: MOMENT)(request_)
    assert request_.headers["agentrun-authorization"] == (
        "AGENTRUN4-HMAC-SHA256 Credential=made-up-id/20261122/cn-hangzhou/agentrun/aliyun_v4_request,"
        f"SignedHeaders={signed},Signature={signature}"
    )
    assert request_.headers["x-acs-content-sha256"] == "UNSIGNED-PAYLOAD"
    assert request_.headers["x-acs-date"] == "2026-11-22T09:18:55Z"


def test_the_body_is_not_signed():
    signatures = set()
    for content in (b"", b"x", b"y"):
        request = httpx.Request("POST", f"https://{RAM_HOST}{CHAT}", content=content)
        signatures.add(DataPlaneAuth(KEY, "cn-hangzhou", lambda: MOMENT)(request).headers["agentrun-authorization"])
    assert len(signatures) == 1


def test_headers_of_the_clouds_own_are_signed():
    request = httpx.Request("POST", f"https://{RAM_HOST}{CHAT}", headers={"X-Acs-Trace": "1", "x-other": "2"})
    signed = DataPlaneAuth(KEY, "cn-hangzhou", lambda: MOMENT)(request).headers["agentrun-authorization"]
    assert "SignedHeaders=host;x-acs-content-sha256;x-acs-date;x-acs-trace," in signed


def test_every_attempt_is_signed_anew():
    seconds = count()
    auth = DataPlaneAuth(KEY, "cn-hangzhou", lambda: MOMENT.replace(second=next(seconds)))
    dates = [auth(httpx.Request("POST", f"https://{RAM_HOST}{CHAT}")).headers["x-acs-date"] for _ in range(2)]
    assert dates == ["2026-11-22T09:18:00Z", "2026-11-22T09:18:01Z"]


@pytest.mark.parametrize("region", ["cn-hangzhou", "ap-southeast-1"])
def test_the_region_is_part_of_the_scope(region):
    added = data_headers(KEY, method="GET", path="/", query="", headers={}, region=region, moment=MOMENT)
    assert f"/20261122/{region}/agentrun/aliyun_v4_request," in added["agentrun-authorization"]

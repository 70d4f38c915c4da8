"""The control plane's signature, against the official implementation."""

import asyncio
import hashlib
from datetime import UTC, datetime
from types import SimpleNamespace
from urllib.parse import parse_qsl

import httpx
from alibabacloud_tea_openapi.utils import Utils
from hypothesis import given
from hypothesis import strategies as st

from agentrun_operator.agentrun.api.canonical import encode_query, escape
from agentrun_operator.agentrun.auth.credentials import Credentials, StaticCredentials
from agentrun_operator.agentrun.auth.secret import Secret
from agentrun_operator.agentrun.auth.signing import ALGORITHM, ControlPlaneAuth, authorization, random_nonce, sign

MOMENT = datetime(2026, 11, 22, 9, 18, 55, tzinfo=UTC)
KEY = Credentials("made-up-id", Secret("made-up-secret"))
TEMPORARY = Credentials("made-up-id", Secret("made-up-secret"), Secret("made-up-token"))

TEXT = st.text(max_size=20) | st.sampled_from(["", " ", "a b", "a+b", "a*b", "~", "a/b", "ä€", "%41", "&=?#", "日本"])
# The official implementation leaves names unescaped; those of the API need no escaping.
NAMES = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~", min_size=1, max_size=12)
# What HTTP lets a header be, with the white space around it that canonicalisation drops.
VALUES = st.text("abcXYZ019 :/;,*+~%=.-_", max_size=30)


def official(
    credentials: Credentials, *, method: str, path: str, query: dict[str, str], headers: dict[str, str], payload: str
) -> str:
    request = SimpleNamespace(method=method, pathname=path, query=query, headers=headers)
    secret = credentials.access_key_secret.reveal()
    signature: str = Utils.get_authorization(request, ALGORITHM, payload, credentials.access_key_id, secret)
    return signature


@given(
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE"]),
    segments=st.lists(TEXT, max_size=4),
    query=st.dictionaries(NAMES, TEXT, max_size=5),
    headers=st.dictionaries(NAMES.map(str.lower), VALUES, max_size=6),
    body=st.binary(max_size=50) | TEXT.map(str.encode),
)
def test_signs_as_the_official_implementation(method, segments, query, headers, body):
    path = "/".join(("", *map(escape, segments))) or "/"
    payload = hashlib.sha256(body).hexdigest()
    ours = authorization(
        KEY, method=method, path=path, query=encode_query(query.items()), headers=headers, payload_hash=payload
    )
    assert ours == official(KEY, method=method, path=path, query=query, headers=headers, payload=payload)


@given(query=st.dictionaries(NAMES, TEXT, max_size=5))
def test_the_query_on_the_wire_reads_as_the_query_that_was_meant(query):
    assert dict(parse_qsl(encode_query(query.items()), keep_blank_values=True)) == query


@given(query=st.dictionaries(NAMES, TEXT, min_size=1, max_size=5))
def test_a_space_may_go_as_a_plus(query):
    wire = encode_query(query.items())
    signatures = {
        authorization(KEY, method="GET", path="/", query=each, headers={}, payload_hash="")
        for each in (wire, wire.replace("%20", "+"))
    }
    assert len(signatures) == 1


def test_no_path_is_the_root():
    whole, none = (
        authorization(KEY, method="GET", path=path, query="", headers={}, payload_hash="") for path in ("/", "")
    )
    assert whole == none == official(KEY, method="GET", path="", query={}, headers={}, payload="")


@given(segment=TEXT)
def test_segments_are_escaped_as_the_official_client_does(segment):
    assert escape(segment) == Utils.get_encode_param(segment)


def a_request(method: str = "POST", content: bytes | None = b'{"description":"x"}') -> httpx.Request:
    headers = {
        "x-acs-action": "CreateAgentRuntimeEndpoint",
        "x-acs-version": "2025-09-10",
        "accept": "application/json",
    }
    url = "http://agentrun.test:8080/2025-09-10/agents/runtimes/r%2F1/endpoints?endpointName=a%20b&pageNumber=1"
    return httpx.Request(method, url, headers=headers, content=content)


def signed_headers(request: httpx.Request) -> dict[str, str]:
    names = request.headers["authorization"].split("SignedHeaders=")[1].split(",")[0].split(";")
    return {name: request.headers[name] for name in names}


def test_a_whole_request_is_signed_as_the_official_client_would():
    request = a_request()
    sign(request, KEY, MOMENT, "nonce-1")
    expected = official(
        KEY,
        method="POST",
        path="/2025-09-10/agents/runtimes/r%2F1/endpoints",
        query={"endpointName": "a b", "pageNumber": "1"},
        headers=signed_headers(request),
        payload=hashlib.sha256(b'{"description":"x"}').hexdigest(),
    )
    assert request.headers["authorization"] == expected


def test_what_the_official_client_signs_is_signed():
    request = a_request()
    request.headers["user-agent"] = "agentrun-operator/0"
    request.headers["content-type"] = "application/json"
    request.headers["x-forwarded-for"] = "10.0.0.1"
    sign(request, KEY, MOMENT, "nonce-1")
    assert set(signed_headers(request)) == {
        "accept",
        "content-type",
        "host",
        "user-agent",
        "x-acs-action",
        "x-acs-content-sha256",
        "x-acs-date",
        "x-acs-signature-nonce",
        "x-acs-version",
    }


def test_date_nonce_and_host_are_as_given():
    request = a_request("GET", None)
    sign(request, KEY, MOMENT, "nonce-1")
    assert request.headers["x-acs-date"] == "2026-11-22T09:18:55Z"
    assert request.headers["x-acs-signature-nonce"] == "nonce-1"
    assert signed_headers(request)["host"] == "agentrun.test:8080"


def test_temporary_credentials_bring_their_token():
    request = a_request()
    sign(request, TEMPORARY, MOMENT, "nonce-1")
    signed = signed_headers(request)
    assert (signed["x-acs-accesskey-id"], signed["x-acs-security-token"]) == ("made-up-id", "made-up-token")


def test_the_golden_vector():
    request = httpx.Request(
        "GET",
        "https://agentrun.cn-hangzhou.aliyuncs.com/2025-09-10/agents/runtimes/r1/endpoints?pageNumber=1&pageSize=100",
        headers={
            "accept": "application/json",
            "user-agent": "golden",
            "x-acs-action": "ListAgentRuntimeEndpoints",
            "x-acs-version": "2025-09-10",
        },
    )
    sign(request, KEY, MOMENT, "00112233445566778899aabbccddeeff")
    assert request.headers["authorization"] == (
        "ACS3-HMAC-SHA256 Credential=made-up-id,"
        "SignedHeaders=accept;host;user-agent;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;"
        "x-acs-version,Signature=1a361f225db72739606f5c0d7bf13fed4e4d0fd6a855379839352e62cabcbddb"
    )


class Rotating:
    """A provider whose key changes with each call."""

    def __init__(self) -> None:
        self.calls = 0

    def get(self) -> Credentials:
        self.calls += 1
        return Credentials(f"id-{self.calls}", Secret("made-up-secret"))

    async def get_async(self) -> Credentials:
        return self.get()


def test_every_attempt_asks_for_credentials_date_and_nonce():
    nonces = iter(["nonce-1", "nonce-2"])
    auth = ControlPlaneAuth(Rotating(), lambda: MOMENT, lambda: next(nonces))
    first, second = a_request(), a_request()
    for request in (first, second):
        auth.sign(request)
    assert [request.headers["x-acs-signature-nonce"] for request in (first, second)] == ["nonce-1", "nonce-2"]
    assert ["Credential=id-1," in first.headers["authorization"], "Credential=id-2," in second.headers["authorization"]]


def test_signing_again_leaves_nothing_of_the_first_time():
    request = a_request()
    for nonce in ("nonce-1", "nonce-2"):
        sign(request, KEY, MOMENT, nonce)
    fresh = a_request()
    sign(fresh, KEY, MOMENT, "nonce-2")
    assert request.headers == fresh.headers


def test_sync_and_async_sign_alike():
    auth = ControlPlaneAuth(StaticCredentials(KEY), lambda: MOMENT, lambda: "nonce-1")
    one, other = a_request(), a_request()
    auth.sign(one)
    asyncio.run(auth.sign_async(other))
    assert one.headers == other.headers


def test_nonces_differ():
    assert len({random_nonce() for _ in range(1000)}) == 1000

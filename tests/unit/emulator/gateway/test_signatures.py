import hashlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentrun_operator.emulator.accounts import DEFAULT_ACCOUNT, Account
from agentrun_operator.emulator.answers import ApiError
from agentrun_operator.emulator.gateway.call import Call
from agentrun_operator.emulator.gateway.signatures import claimed_access_key, verify_control, verify_data
from support.emulator_clock import START
from support.emulator_signing import signed_headers

TEMPORARY = Account("sts-ak", "sts-sk", "2000000000000002", security_token="sts-token")
ACCOUNTS = {account.access_key_id: account for account in (DEFAULT_ACCOUNT, TEMPORARY)}
PATH = "/2025-09-10/agents/runtimes"
HOST = "agentrun.cn-hangzhou.aliyuncs.com"


def arrived(method: str, path: str, query: str, headers: Mapping[str, str], body: bytes = b"") -> Call:
    return Call("Anything", "", method, path, query, {name.lower(): value for name, value in headers.items()}, body, {})


def signed(body: bytes = b"", *, query: Mapping[str, str] | None = None, path: str = PATH, **how: Any) -> Call:
    headers = signed_headers("POST", path, now=START, host=HOST, query=query, body=body, **how)
    return arrived("POST", path, urlencode(query or {}), headers, body)


HEADERS = ("host", "x-acs-version", "x-acs-extra", "x-acs-date", "authorization")

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(words, st.dictionaries(st.sampled_from(["pageNumber", "endpointName", "a", "Z"]), words), st.binary())
def test_what_the_official_client_signs_is_accepted(segment: str, query: dict[str, str], body: bytes):
    call = signed(body, query=query, path=f"{PATH}/{quote(segment, safe='')}/endpoints")
    assert verify_control(call, ACCOUNTS, START) is DEFAULT_ACCOUNT


def test_headers_that_are_not_signed_do_not_matter():
    call = signed()
    call.headers |= {"content-type": "text/plain", "content-length": "0"}
    assert verify_control(call, ACCOUNTS, START) is DEFAULT_ACCOUNT


def test_a_temporary_key_comes_with_its_token():
    call = signed(access_key_id="sts-ak", access_key_secret="sts-sk", security_token="sts-token")
    assert verify_control(call, ACCOUNTS, START) is TEMPORARY


@pytest.mark.parametrize("seconds", [-899, 899])
def test_a_clock_may_be_off_by_a_quarter_of_an_hour(seconds: int):
    assert verify_control(signed(), ACCOUNTS, START + seconds) is DEFAULT_ACCOUNT


@pytest.mark.parametrize(
    ("how", "status", "code"),
    [
        pytest.param({"access_key_secret": "wrong"}, 403, "SignatureDoesNotMatch", id="a wrong secret"),
        pytest.param({"access_key_id": "nobody"}, 404, "InvalidAccessKeyId.NotFound", id="an unknown key"),
        pytest.param(
            {"access_key_id": "sts-ak", "access_key_secret": "sts-sk"}, 403, "MissingSecurityToken", id="no token"
        ),
        pytest.param(
            {"access_key_id": "sts-ak", "access_key_secret": "sts-sk", "security_token": "old"},
            403,
            "InvalidSecurityToken.MismatchWithAccessKey",
            id="another token",
        ),
        pytest.param(
            {"security_token": "sts-token"},
            403,
            "InvalidSecurityToken.MismatchWithAccessKey",
            id="a token with a key that has none",
        ),
    ],
)
def test_a_request_by_somebody_else_is_refused(how: dict[str, Any], status: int, code: str):
    with pytest.raises(ApiError) as refused:
        verify_control(signed(**how), ACCOUNTS, START)
    assert (refused.value.status, refused.value.code) == (status, code)


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        pytest.param({"method": "PUT"}, 403, "SignatureDoesNotMatch", id="another method"),
        pytest.param({"path": f"{PATH}/other"}, 403, "SignatureDoesNotMatch", id="another path"),
        pytest.param({"query": "a=2"}, 403, "SignatureDoesNotMatch", id="another query"),
        pytest.param({"body": b"other"}, 403, "SignatureDoesNotMatch", id="another body"),
        pytest.param({"x-acs-version": "2026-01-01"}, 403, "SignatureDoesNotMatch", id="another signed header"),
        pytest.param({"host": "elsewhere"}, 403, "SignatureDoesNotMatch", id="another host"),
        pytest.param({"x-acs-extra": "1"}, 400, "IncompleteSignature", id="an unsigned header of theirs"),
        pytest.param({"authorization": "acs ak:sig"}, 400, "IncompleteSignature", id="another way of signing"),
        pytest.param({"authorization": None}, 400, "IncompleteSignature", id="no signature"),
        pytest.param({"x-acs-date": None}, 400, "InvalidTimeStamp.Format", id="no date"),
        pytest.param({"x-acs-date": "yesterday"}, 400, "InvalidTimeStamp.Format", id="no such format"),
        pytest.param({"x-acs-date": "2026-13-22T09:18:55Z"}, 400, "InvalidTimeStamp.Format", id="no such day"),
        pytest.param({"now": START + 901}, 400, "InvalidTimeStamp.Expired", id="too old"),
        pytest.param({"now": START - 901}, 400, "InvalidTimeStamp.Expired", id="from the future"),
    ],
)
def test_a_request_that_is_not_the_one_that_was_signed_is_refused(changes: dict[str, Any], status: int, code: str):
    call = signed(b"{}", query={"a": "1"})
    for name in changes.keys() & {"method", "path", "query", "body"}:
        setattr(call, name, changes[name])
    headers = {**call.headers, **{name: value for name, value in changes.items() if name in HEADERS}}
    call.headers = {name: value for name, value in headers.items() if value is not None}
    with pytest.raises(ApiError) as refused:
        verify_control(call, ACCOUNTS, changes.get("now", START))
    assert (refused.value.status, refused.value.code) == (status, code)


def test_a_body_that_is_not_the_signed_one_is_told_apart_from_a_wrong_secret():
    call = signed(b"{}")
    call.body = b"{ }"
    with pytest.raises(ApiError, match="x-acs-content-sha256 is not the hash of the body"):
        verify_control(call, ACCOUNTS, START)


def test_a_refusal_tells_the_string_to_sign_and_no_secret():
    call = signed(access_key_id="sts-ak", access_key_secret="other", security_token="sts-token")
    with pytest.raises(ApiError, match="ACS3-HMAC-SHA256") as refused:
        verify_control(call, ACCOUNTS, START)
    assert "sts-sk" not in refused.value.message
    assert "sts-token" not in refused.value.message


CHAT = "/agent-runtimes/support-bot/endpoints/chat/invocations/openai/v1/chat/completions"
DATA_HOST = "1000000000000001-ram.agentrun-data.cn-hangzhou.aliyuncs.com"


def data_call(authorization: str, query: str = "", **headers: str) -> Call:
    common = {"host": DATA_HOST, "x-acs-date": "2026-11-22T09:18:55Z", "x-acs-content-sha256": "UNSIGNED-PAYLOAD"}
    extra = {name.replace("_", "-"): value for name, value in headers.items()}
    return arrived("POST", CHAT, query, {**common, **extra, "Agentrun-Authorization": authorization}, b"{}")


def data_authorization(signature: str, *, region: str = "cn-hangzhou", more: str = "", first: str = "") -> str:
    scope = f"20261122/{region}/agentrun/aliyun_v4_request"
    names = f"{first}host;x-acs-content-sha256;x-acs-date{more}"
    return f"AGENTRUN4-HMAC-SHA256 Credential=emulator-ak/{scope},SignedHeaders={names},Signature={signature}"


# The signatures were made by the first-party SDK's signer (agentrun-sdk, ram_signature).
BARE = "fd3b960d90e87b212f88a72780b60a9e96c4cdc17564f6ecf63b133be32c1df1"
WITH_CONTENT_TYPE = "675c5cbf86428361aaa0b9269b676065a500d8d27aa9b1b494383493864500dd"
WITH_TOKEN_ELSEWHERE = "a5717f4fa173c1564defc2287056b121161c7dfc535aaa459aab2c081a5052b5"
# And these by the same steps, with one thing changed on purpose: the signature is right, what it signs is not.
OF_ANOTHER_DAY = "e8b3bad65a56f894fbc2817b0a6e8281aef315a4950046027bd45bcabb13282e"
OF_ANOTHER_PRODUCT = "e8352642170f66d74fd47b874fe59ca90b6aef74b94cf380c6d16c7df569ca78"
OVER_A_HASHED_BODY = "c6ed9a0271a98c9d234d621a42287d2c934397e6c5dffd66071853e9649dc934"


@pytest.mark.parametrize(
    ("call", "token"),
    [
        pytest.param(data_call(data_authorization(BARE), "a=x+y&b="), None, id="with a query"),
        pytest.param(
            data_call(data_authorization(WITH_CONTENT_TYPE, first="content-type;"), content_type="application/json"),
            None,
            id="with a content type",
        ),
        pytest.param(
            data_call(
                data_authorization(WITH_TOKEN_ELSEWHERE, region="ap-southeast-1", more=";x-acs-security-token"),
                x_acs_security_token="sts-token",
            ),
            "sts-token",
            id="with a token, in another region",
        ),
    ],
)
def test_what_the_first_party_sdk_signs_for_the_data_plane_is_accepted(call: Call, token: str | None):
    account = Account("emulator-ak", "emulator-sk", "1000000000000001", security_token=token)
    assert verify_data(call, {"emulator-ak": account}, START) is account


@pytest.mark.parametrize(
    ("call", "status", "code"),
    [
        pytest.param(data_call(data_authorization("0" * 64)), 403, "SignatureDoesNotMatch", id="a wrong signature"),
        pytest.param(
            data_call(data_authorization(BARE, region="cn-beijing"), "a=x+y&b="),
            403,
            "SignatureDoesNotMatch",
            id="another region",
        ),
        pytest.param(
            data_call(data_authorization(OF_ANOTHER_DAY).replace("20261122", "20261121")),
            403,
            "SignatureDoesNotMatch",
            id="another day",
        ),
        pytest.param(
            data_call(data_authorization(OF_ANOTHER_PRODUCT).replace("/agentrun/", "/other/")),
            403,
            "SignatureDoesNotMatch",
            id="another product",
        ),
        pytest.param(
            data_call(data_authorization(OVER_A_HASHED_BODY), x_acs_content_sha256=hashlib.sha256(b"{}").hexdigest()),
            403,
            "SignatureDoesNotMatch",
            id="a hash of the body",
        ),
        pytest.param(
            data_call(data_authorization(BARE).replace("emulator-ak", "nobody")),
            404,
            "InvalidAccessKeyId.NotFound",
            id="an unknown key",
        ),
        pytest.param(data_call("Bearer token"), 400, "IncompleteSignature", id="no signature"),
    ],
)
def test_a_data_plane_request_by_somebody_else_is_refused(call: Call, status: int, code: str):
    with pytest.raises(ApiError) as refused:
        verify_data(call, ACCOUNTS, START)
    assert (refused.value.status, refused.value.code) == (status, code)


@pytest.mark.parametrize(
    "headers",
    [{"Authorization": "Bearer emulator-token"}, {"Agentrun-Access-Token": "emulator-token"}],
    ids=["bearer", "access token"],
)
def test_a_token_opens_the_data_plane_without_a_signature(headers: dict[str, str]):
    assert verify_data(arrived("POST", CHAT, "", headers), ACCOUNTS, START) is DEFAULT_ACCOUNT


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer other"}, {"Authorization": "Bearer "}], ids=str)
def test_another_token_does_not(headers: dict[str, str]):
    with pytest.raises(ApiError) as refused:
        verify_data(arrived("POST", CHAT, "", headers), ACCOUNTS, START)
    assert refused.value.status == 401


@pytest.mark.parametrize(
    ("authorization", "claimed"),
    [
        pytest.param(signed().headers["authorization"], "emulator-ak", id="control plane"),
        pytest.param(data_authorization(BARE), "emulator-ak", id="data plane"),
        pytest.param("Bearer token", None, id="token"),
        pytest.param(None, None, id="nothing"),
    ],
)
def test_the_key_that_is_claimed_is_known_before_it_is_verified(authorization: str | None, claimed: str | None):
    assert claimed_access_key(authorization) == claimed


def test_an_account_does_not_show_its_secrets():
    shown = repr(Account("ak", "secret-1", "1", security_token="secret-2", token="secret-3"))
    assert "secret" not in shown.replace("access_key_secret", "")

"""What an answer, or the lack of one, means: the whole table."""

import ssl

import httpx
import pytest

from agentrun_operator.agentrun.api.errors import (
    CredentialsRejectedError,
    HTTPError,
    NoAnswerError,
    RequestRejectedError,
    ResourceAlreadyExistError,
    ResourceNotExistError,
    RuntimeNotReadyError,
    ServiceUnavailableError,
    ThrottledError,
)
from agentrun_operator.agentrun.api.protocol import Response
from agentrun_operator.agentrun.auth.credentials import Credentials
from agentrun_operator.agentrun.auth.redaction import Redactor
from agentrun_operator.agentrun.auth.secret import Secret
from agentrun_operator.agentrun.http.answer.translation import no_answer, read_answer
from support.agentrun import envelope, failure

HTML = b"<html><body><h1>502 Bad Gateway</h1></body></html>"


def read(status: int, body: bytes, **headers: str) -> Response | HTTPError:
    return read_answer("GetAgentRuntimeEndpoint", status, httpx.Headers(headers), body)


def failed(status: int, body: bytes, **headers: str) -> HTTPError:
    outcome = read(status, body, **headers)
    assert isinstance(outcome, HTTPError)
    return outcome


@pytest.mark.parametrize("status", [200, 201, 202])
def test_a_success_is_opened(status):
    assert read(status, envelope({"a": 1})) == Response("GetAgentRuntimeEndpoint", status, "request-1", {"a": 1})


def test_a_success_may_have_no_data():
    outcome = read(200, b'{"code":"SUCCESS"}')
    assert isinstance(outcome, Response)
    assert outcome.data is None


E_, R_ = "agent runtime endpoint 0a6f does not exist", "agent runtime 9f1c does not exist"


@pytest.mark.parametrize(
    ("status", "code", "message", "error"),
    [
        # about credentials, whatever the status
        (401, "Unauthorized", "who are you", CredentialsRejectedError),
        (403, "Forbidden.RAM", "not authorized", CredentialsRejectedError),
        (403, "", "", CredentialsRejectedError),
        (400, "SignatureDoesNotMatch", "the signature is wrong", CredentialsRejectedError),
        (400, "IncompleteSignature", "the signature is incomplete", CredentialsRejectedError),
        (400, "InvalidTimeStamp.Expired", "the clock is wrong", CredentialsRejectedError),
        (404, "InvalidAccessKeyId.NotFound", "Specified access key is not found.", CredentialsRejectedError),
        (400, "InvalidAccessKeyId.Inactive", "Specified access key is disabled.", CredentialsRejectedError),
        (400, "InvalidSecurityToken.Expired", "Specified SecurityToken is expired.", CredentialsRejectedError),
        (400, "InvalidSecurityToken.Malformed", "malformed", CredentialsRejectedError),
        (400, "MissingAccessKeyId", "AccessKeyId is mandatory", CredentialsRejectedError),
        (400, "InvalidSignature", "odd", CredentialsRejectedError),
        (400, "SecurityTokenExpired", "expired", CredentialsRejectedError),
        (400, "Unauthorized", "who are you", CredentialsRejectedError),
        (404, "AccessDenied", "not yours", CredentialsRejectedError),
        (404, "NoPermission", "not yours", CredentialsRejectedError),
        (404, "Forbidden.RAM", "agent runtime endpoint does not exist", CredentialsRejectedError),
        (400, "MissingSecurityToken", "SecurityToken is mandatory", CredentialsRejectedError),
        (403, "ERR_BAD_REQUEST", E_, CredentialsRejectedError),
        # throttled, whatever the status
        (400, "Throttling", "Request was denied due to request throttling.", ThrottledError),
        (403, "Throttling.User", "Request was denied due to user flow control.", ThrottledError),
        (503, "Throttling.Api", "Request was denied due to api flow control.", ThrottledError),
        (429, "TooManyRequests", "slow down", ThrottledError),
        # absence is what the service says of an endpoint or a runtime, and nothing else
        (404, "ERR_BAD_REQUEST", E_, ResourceNotExistError),
        (404, "ERR_BAD_REQUEST", R_, ResourceNotExistError),
        (404, "ERR_BAD_REQUEST", "Not Found", ResourceNotExistError),
        (404, "NotFound", "Not Found", RequestRejectedError),
        (404, "InvalidAction.NotFound", "Specified api is not found, please check.", RequestRejectedError),
        (404, "InvalidWorkspace", "The workspace of the agent runtime is not found", RequestRejectedError),
        (404, "ERR_BAD_REQUEST", "version 9 of agent runtime 9f1c does not exist", RequestRejectedError),
        (404, "ERR_BAD_REQUEST", "agent runtime version not found", RequestRejectedError),
        (404, "ERR_BAD_REQUEST", "something else", RequestRejectedError),
        (404, "", "", RequestRejectedError),
        (400, "ERR_BAD_REQUEST", E_, RequestRejectedError),
        (500, "ERR_INTERNAL_SERVER_ERROR", E_, ServiceUnavailableError),
        # the name is taken
        (400, "ERR_BAD_REQUEST", "endpoint chat already exists", ResourceAlreadyExistError),
        (409, "Conflict", "Already Exists: chat", ResourceAlreadyExistError),
        (500, "ERR_INTERNAL_SERVER_ERROR", "duplicate entry: already exists", ResourceAlreadyExistError),
        (422, "ERR_VALIDATION_FAILED", "already exists", RequestRejectedError),
        # the runtime is not ready
        (400, "ERR_BAD_REQUEST", "runtime must be in READY status", RuntimeNotReadyError),
        (409, "ERR_BAD_REQUEST", "Runtime must be in READY status.", RuntimeNotReadyError),
        # refused
        (400, "ERR_VALIDATION_FAILED", "description is too long", RequestRejectedError),
        (400, "ERR_BAD_REQUEST", "invalid UUID", RequestRejectedError),
        (409, "Conflict", "in CREATING status", RequestRejectedError),
        (405, "MethodNotAllowed", "", RequestRejectedError),
        # the service's own trouble
        (500, "ERR_INTERNAL_SERVER_ERROR", "oops", ServiceUnavailableError),
        (502, "", "", ServiceUnavailableError),
        (503, "ServiceUnavailable", "busy", ServiceUnavailableError),
        (504, "GatewayTimeout", "", ServiceUnavailableError),
        (302, "Moved", "elsewhere", ServiceUnavailableError),
        # a success that is none
        (200, "ERR_BAD_REQUEST", E_, ResourceNotExistError),
        (200, "ERR_BAD_REQUEST", "endpoint chat already exists", ResourceAlreadyExistError),
        (200, "ERR_BAD_REQUEST", "runtime must be in READY status", RuntimeNotReadyError),
        (200, "ERR_VALIDATION_FAILED", "no", RequestRejectedError),
        (200, "ERR_INTERNAL_SERVER_ERROR", "oops", ServiceUnavailableError),
        (200, "Throttling.User", "slow down", ThrottledError),
        (200, "success", "", RequestRejectedError),
    ],
)
def test_a_failure_is_what_it_says(status, code, message, error):
    outcome = failed(status, failure(code, message))
    assert type(outcome) is error
    assert (outcome.status_code, outcome.code, outcome.message) == (status, code, message)
    assert (outcome.request_id, outcome.action) == ("request-1", "GetAgentRuntimeEndpoint")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    ("location", "told"),
    [
        (
            "https://agentrun.cn-shanghai.aliyuncs.com/2025-09-10/",
            "https://agentrun.cn-shanghai.aliyuncs.com/2025-09-10/",
        ),
        ("https://user:secret@elsewhere/path?token=secret#secret", "https://elsewhere/path"),
        ("//elsewhere", "//elsewhere"),
        ("/login", "/login"),
        ("http://[", None),
        ("", None),
    ],
)
def test_a_redirect_says_where_it_leads(status, location, told):
    error = failed(status, HTML, location=location, **{"content-type": "text/html"})
    assert isinstance(error, ServiceUnavailableError)
    assert ("not followed" in error.message) is (told is not None)
    assert f"leads to {told}, which" in error.message or told is None
    assert "secret" not in error.message


@pytest.mark.parametrize(
    ("code", "message", "missing"),
    [
        ("", E_, "endpoint"),
        ("", R_, "runtime"),
        ("", "AgentRuntimeEndpoint 0a6f not found", "endpoint"),
        ("", "AgentRuntime 9f1c not found", "runtime"),
        ("", "endpoint 0a6f does not exist in agent runtime 9f1c", "endpoint"),
        ("", "endpoint 0a6f of agent runtime 9f1c does not exist", "endpoint"),
        ("", "runtime 9f1c not found, for endpoint 0a6f", "runtime"),
        ("", "cannot create the endpoint: agent runtime 9f1c does not exist", "runtime"),
        ("", "cannot create the endpoint. Agent runtime 9f1c does not exist.", "runtime"),
        ("", "the runtime endpoint, id 0a6f, does not exist", "endpoint"),
        ("", "not found: endpoint 0a6f", "endpoint"),
        ("", "the endpoint 'my-version' does not exist", "endpoint"),
        ("", "the specified resource does not exist", "unknown"),
        ("EndpointNotFound", "not found", "endpoint"),
        ("AgentRuntimeNotFound", "not found", "runtime"),
        ("ERR_NOT_FOUND", "not found", "unknown"),
    ],
)
def test_an_absence_tells_what_is_missing(code, message, missing):
    outcome = failed(404, failure(code, message))
    assert isinstance(outcome, ResourceNotExistError)
    assert outcome.missing == missing


@pytest.mark.parametrize(
    "body",
    [b"", HTML, b"{", b"[]", b"null", b'"SUCCESS"', b"7", b"\xff\xfe", b"{" * 5000, b'{"a": NaN'],
    ids=["empty", "html", "truncated", "list", "null", "text", "number", "no utf-8", "deep", "odd"],
)
@pytest.mark.parametrize("status", [200, 204, 400, 401, 404, 500, 502, 504])
def test_an_unreadable_answer_is_the_services_trouble(status, body):
    outcome = failed(status, body)
    assert type(outcome) is ServiceUnavailableError
    assert (outcome.status_code, outcome.code) == (status, "MalformedAnswer")


@pytest.mark.parametrize("body", [b"{}", b'{"data": {}}', b'{"code": null}', b'{"code": ""}'])
def test_a_success_without_a_code_is_no_envelope(body):
    assert failed(200, body).code == "MalformedAnswer"


def test_an_unreadable_answer_is_not_quoted():
    assert "Bad Gateway" not in str(failed(502, HTML, **{"content-type": "text/html"}))


@pytest.mark.parametrize("body", [b"", HTML])
def test_too_many_requests_needs_no_body(body):
    assert type(failed(429, body)) is ThrottledError


def test_a_gateways_spelling_is_read():
    outcome = failed(400, b'{"Code": "InvalidParameter", "Message": "no", "RequestId": "request-2"}')
    assert (outcome.code, outcome.message, outcome.request_id) == ("InvalidParameter", "no", "request-2")


@pytest.mark.parametrize("body", [b"", b'{"code": "X"}'])
def test_the_request_id_may_be_in_a_header(body):
    assert failed(500, body, **{"x-acs-request-id": "request-3"}).request_id == "request-3"


@pytest.mark.parametrize("body", [b'{"code": 404, "message": {"a": 1}}', b'{"code": ["x"], "message": 5}'])
def test_fields_of_another_type_are_read_as_text(body):
    assert type(failed(404, body)) is RequestRejectedError


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"x-acs-retry-after": "1500"}, 1.5),
        ({"retry-after": "7"}, 7.0),
        ({"x-acs-retry-after": "250", "retry-after": "7"}, 0.25),
        ({"x-acs-retry-after": "soon", "retry-after": "7"}, 7.0),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}, None),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "0"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
    ],
)
@pytest.mark.parametrize(("status", "body"), [(429, b""), (503, b""), (503, failure("ServiceUnavailable", "busy"))])
def test_the_service_may_say_when_to_come_back(status, body, headers, seconds):
    assert failed(status, body, **headers).retry_after == seconds


def test_a_quoted_token_is_masked():
    quoted = "server string to sign is: x-acs-security-token:CAISmade-up/token+x= x-acs-version:2025"
    assert "made-up" not in str(failed(400, failure("SignatureDoesNotMatch", quoted)))


@pytest.mark.parametrize(
    ("raised", "may_have_arrived"),
    [
        (httpx.ConnectError("refused"), False),
        (httpx.ConnectTimeout("slow"), False),
        (httpx.PoolTimeout("busy"), False),
        (httpx.ProxyError("no"), False),
        (httpx.UnsupportedProtocol("ftp"), False),
        (httpx.ReadTimeout("slow"), True),
        (httpx.ReadError("reset"), True),
        (httpx.WriteError("reset"), True),
        (httpx.WriteTimeout("slow"), True),
        (httpx.CloseError("odd"), True),
        (httpx.RemoteProtocolError("disconnected"), True),
        (httpx.LocalProtocolError("odd"), True),
        (httpx.DecodingError("no gzip"), True),
        (httpx.TooManyRedirects("round"), True),
        (ssl.SSLError("bad record mac"), True),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_no_answer_says_whether_the_request_may_have_arrived(raised, may_have_arrived):
    outcome = no_answer("CreateAgentRuntimeEndpoint", raised)
    assert isinstance(outcome, NoAnswerError)
    assert (outcome.status_code, outcome.may_have_arrived) == (None, may_have_arrived)
    assert type(raised).__name__ in outcome.message


def test_every_failure_of_the_http_library_is_in_the_table_above():
    def leaves(error: type[Exception]) -> set[type[Exception]]:
        return {error}.union(*(leaves(each) for each in error.__subclasses__()))

    abstract = {
        httpx.RequestError,
        httpx.TransportError,
        httpx.TimeoutException,
        httpx.NetworkError,
        httpx.ProtocolError,
    }
    assert len(leaves(httpx.RequestError) - abstract) == 14


def test_a_refused_header_is_not_quoted():
    quoting = httpx.LocalProtocolError("Illegal header value b'made-up-token '")
    assert "made-up" not in str(no_answer("GetX", quoting))


def test_an_error_keeps_what_the_answer_said_of_it():
    error = failed(400, failure("ERR_VALIDATION_FAILED", "no"), **{"content-type": "application/json", "server": "gw"})
    assert error.response_body == {"code": "ERR_VALIDATION_FAILED", "message": "no", "requestId": "request-1"}
    assert error.response_headers == {"content-type": "application/json", "server": "gw"}


def test_an_unreadable_answer_has_headers_alone():
    error = failed(502, HTML, **{"content-type": "text/html", "set-cookie": "session=1", "x-acs-retry-after": "1500"})
    assert error.response_body is None
    assert error.response_headers == {"content-type": "text/html", "x-acs-retry-after": "1500"}


def test_what_an_error_keeps_is_cut_and_has_no_secret():
    secrets = Redactor()
    secrets.note(Credentials("made-up-id", Secret("made-up-secret")))
    body = failure("ERR", "made-up-secret " + "x" * 100_000)
    answer = {"server": "made-up-secret " + "x" * 100_000}
    error = read_answer("GetAgentRuntime", 400, answer, body, (secrets,))
    assert isinstance(error, HTTPError)
    kept = f"{error.response_body} {error.response_headers}"
    assert "made-up-secret" not in kept
    assert len(kept) < 2000


def test_no_answer_has_neither():
    error = no_answer("GetAgentRuntime", httpx.ConnectError("refused"))
    assert (error.response_body, error.response_headers) == (None, None)

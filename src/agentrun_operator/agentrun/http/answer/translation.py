"""The one place where an answer, or the lack of one, becomes a response or a typed error. Pure.

The rules are tried in the order in which they stand in `_classify` and `_refusal`; what an answer says in its code or
message wins over its status. A 2xx whose code is not SUCCESS is an error like any other, and the rules that ask for a
status then ask for none. Nothing of an answer is looked at before it was cut, and nothing is told before what it says
of secrets was taken out.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit, urlunsplit

import httpx
from pydantic_core import from_json

from agentrun_operator.agentrun.api.errors import (
    CredentialsRejectedError,
    HTTPError,
    Missing,
    NoAnswerError,
    RequestRejectedError,
    ResourceAlreadyExistError,
    ResourceNotExistError,
    RuntimeNotReadyError,
    ServiceUnavailableError,
    ThrottledError,
)
from agentrun_operator.agentrun.api.protocol import Response
from agentrun_operator.agentrun.http.answer.second_reading import read_again
from agentrun_operator.agentrun.http.answer.texts import cleaned

if TYPE_CHECKING:
    import ssl
    from collections.abc import Container, Mapping, Sequence

    from pydantic import JsonValue

    from agentrun_operator.agentrun.auth.redaction import Redactor
    from agentrun_operator.agentrun.http.answer.body import BodyError

SUCCESS = "SUCCESS"

VALUE_SIZE = 150
"""Bytes that a value takes in memory besides its own, about."""

MAX_VALUES = 250_000
"""Values in one answer: a page of a thousand endpoints has a tenth of that. JSON can write in two bytes a value for
which Python takes two hundred."""

SUCCESSFUL = range(200, 300)
REDIRECTS = (301, 302, 303, 307, 308)
REFUSED = range(400, 500)
NOT_FOUND = (404,)
TAKEN = (400, 409, 500)  # all of them were seen with a name that already exists
TOO_MANY_REQUESTS = 429

HEADERS = ("content-type", "date", "retry-after", "server", "x-acs-request-id", "x-acs-retry-after")
"""Headers of an answer that an error keeps: they say who answered, when, and for how long to wait."""

CREDENTIALS_CODES = (
    "AccessDenied",
    "Forbidden",
    "IncompleteSignature",
    "InvalidAccessKey",
    "InvalidSecurityToken",
    "InvalidSignature",
    "InvalidTimeStamp",
    "MissingAccessKey",
    "MissingSecurityToken",
    "NoPermission",
    "SecurityToken",
    "SignatureDoesNotMatch",
    "Unauthorized",
)
SERVER_CODES = ("ERR_INTERNAL", "Internal", "ServiceUnavailable")

# Nothing connected, so nothing was sent. All other failures may come after the service has read the request.
NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)

_ABSENT = re.compile(r"does not exist|not found", re.IGNORECASE)
_CLAUSE_END = re.compile(r"[:;!?]|[.,]\s")
_QUOTED = re.compile(r"(?<!\w)(['\"`]).*?\1")
# What a "not found" may be about. Only the first two are news of a resource: "the version does not exist" or "the
# specified API is not found" must never pass for an endpoint that is gone.
_SUBJECT = re.compile(
    r"(?P<version>runtime[ _-]?version|version)|(?P<endpoint>(?:runtime[ _-]?)?endpoint)|(?P<runtime>runtime)"
    r"|(?P<unknown>resource(?! group))"
    r"|(?P<other>access ?key|\bapi\b|action|workspace|policy|role|user|account|credential|domain|\bhost\b|page"
    r"|route|\bpath\b|\burl\b|resource group)",
    re.IGNORECASE,
)
# A service that rejects a signature quotes what it was computed from.
_QUOTED_SECRET = re.compile(r"(security-?token[\"']?\s*[:=]\s*[\"']?)[^\s\"',;&]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Failure:
    """What an answer that is no success says about itself."""

    status: int
    code: str
    message: str
    request_id: str
    action: str
    retry_after: float | None
    readable: bool

    def may_be(self, statuses: Container[int]) -> bool:
        return self.status in statuses or self.status in SUCCESSFUL

    def says(self, words: str) -> bool:
        return words in self.message.lower()

    @property
    def is_the_servers(self) -> bool:
        return self.status in SUCCESSFUL and self.code.startswith(SERVER_CODES)

    @property
    def fields(self) -> tuple[int, str, str, str, str]:
        return self.status, self.code, self.message, self.request_id, self.action


def read_answer(
    action: str, status: int, headers: Mapping[str, str], body: bytes | bytearray, secrets: Sequence[Redactor] = ()
) -> Response | HTTPError:
    """What the service's answer means.

    Args:
        action: the API action that was called.
        status: the HTTP status.
        headers: the answer's headers, found by lower-case names.
        body: the whole body.
        secrets: what must not be repeated.

    Returns:
        the response, or the error to raise.
    """
    values = sum(map(body.count, (b",", b"[", b"{")))
    if values > MAX_VALUES:
        what = f"the answer has more than {MAX_VALUES} values"
        return ServiceUnavailableError(status, "AnswerTooLarge", what, "", action)
    document, garbled = _parse(body)
    envelope = cast("dict[str, JsonValue]", cleaned(document, secrets))
    code = _text(envelope, "code")
    request_id = _text(envelope, "requestId") or _header(headers, "x-acs-request-id", secrets)
    if status in SUCCESSFUL and code == SUCCESS:
        size = len(body) + VALUE_SIZE * values
        return Response(action, status, request_id, envelope.get("data"), size, garbled)
    readable = bool(code or (envelope and status not in SUCCESSFUL))
    if readable:
        message = _QUOTED_SECRET.sub(r"\1**********", _text(envelope, "message"))
    else:
        message = _describe(_header(headers, "content-type", secrets), body)
    if status in REDIRECTS and (location := _location(headers, secrets)):
        message = f"it leads to {location}, which is not followed: check AgentRun's address. {message}".rstrip()
    code = code if readable else "MalformedAnswer"
    error = _classify(_Failure(status, code, message, request_id, action, _retry_after(headers), readable))
    if readable:
        said = {"code": error.code, "message": error.message, "requestId": error.request_id}
        error.response_body = {name: text for name, text in said.items() if text}
    error.response_headers = {name: text for name in HEADERS if (text := _header(headers, name, secrets))}
    return error


def unread_answer(action: str, status: int, error: BodyError) -> ServiceUnavailableError:
    """The error for an answer whose body was not read to its end."""
    return ServiceUnavailableError(status, error.code, error.what, "", action)


def no_answer(
    action: str, error: httpx.RequestError | ssl.SSLError, secrets: Sequence[Redactor] = (), through: str = ""
) -> NoAnswerError:
    """The error for a request that the connection failed, from what the HTTP library raised.

    Args:
        action: the API action that was called.
        error: what was raised.
        secrets: what must not be repeated.
        through: the proxy that stands between, for people; empty: none does.
    """
    name = type(error).__name__
    # The library quotes a header that it refuses to send; the signature and the token are headers.
    text = "" if isinstance(error, httpx.LocalProtocolError) else cleaned(str(error), secrets)
    message = (f"{name}: {text}" if text else name) + (f", through {through}" if through else "")
    return NoAnswerError(None, "", message, "", action, may_have_arrived=not isinstance(error, NEVER_LEFT))


def late_answer(action: str, deadline: float) -> NoAnswerError:
    """The error for an answer that did not come whole in time."""
    return NoAnswerError(None, "AnswerTooSlow", f"it did not come whole within {deadline:g} s", "", action)


def _parse(body: bytes | bytearray) -> tuple[dict[str, JsonValue], bool]:
    """The body's JSON object, empty when it is none, and whether it took a second reading."""
    again = False
    try:
        document: object = from_json(body)
    except ValueError:
        try:
            document, again = read_again(body), True
        except ValueError:
            document = None
    return (cast("dict[str, JsonValue]", document) if isinstance(document, dict) else {}), again


def _text(envelope: Mapping[str, JsonValue], name: str) -> str:
    """A field that the service writes in lower, and its gateway in upper camel case."""
    value = envelope.get(name) or envelope.get(name[0].upper() + name[1:])
    return value if isinstance(value, str) else "" if value is None else _odd(value)


def _odd(value: JsonValue) -> str:
    """What should have been a text, and may be anything: a number is written as one."""
    return str(value) if isinstance(value, int | float) else ""


def _header(headers: Mapping[str, str], name: str, secrets: Sequence[Redactor]) -> str:
    return str(cleaned(headers.get(name, ""), secrets))


def _location(headers: Mapping[str, str], secrets: Sequence[Redactor]) -> str:
    """Where a redirect leads; a query, or a user, is nothing to tell."""
    try:
        target = urlsplit(_header(headers, "location", secrets))
    except ValueError:
        return ""
    return urlunsplit((target.scheme, target.netloc.rpartition("@")[2], target.path, "", ""))


def _describe(kind: str, body: bytes | bytearray) -> str:
    """What an unreadable answer looks like; its text is a gateway's web page at best."""
    if not body:
        return "the answer is empty"
    return f"the answer is no envelope of the API but {len(body)} bytes of {kind or 'unknown type'}"


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds; Alibaba's own header counts milliseconds."""
    for name, unit in (("x-acs-retry-after", 0.001), ("retry-after", 1.0)):
        try:
            seconds = float(headers.get(name, "")) * unit
        except ValueError:
            continue
        if math.isfinite(seconds) and seconds > 0:
            return seconds
    return None


def _classify(failure: _Failure) -> HTTPError:
    if failure.code.startswith("Throttling") or failure.status == TOO_MANY_REQUESTS:
        return ThrottledError(*failure.fields, retry_after=failure.retry_after)
    if not failure.readable:
        return ServiceUnavailableError(*failure.fields, retry_after=failure.retry_after)
    if failure.status in {401, 403} or failure.code.startswith(CREDENTIALS_CODES):
        return CredentialsRejectedError(*failure.fields)
    missing = _missing(failure)
    if missing:
        return ResourceNotExistError(*failure.fields, missing=missing)
    return _refusal(failure)


def _refusal(failure: _Failure) -> HTTPError:
    if failure.may_be(TAKEN) and failure.says("already exists"):
        return ResourceAlreadyExistError(*failure.fields)
    if failure.may_be(REFUSED) and failure.says("must be in ready status"):
        return RuntimeNotReadyError(*failure.fields)
    if failure.may_be(REFUSED) and not failure.is_the_servers:
        return RequestRejectedError(*failure.fields)
    return ServiceUnavailableError(*failure.fields, retry_after=failure.retry_after)


def _missing(failure: _Failure) -> Missing | None:
    """What the answer says does not exist, if that is the endpoint or its runtime."""
    if not failure.may_be(NOT_FOUND):
        return None
    message = _QUOTED.sub("", failure.message)
    absent = _ABSENT.search(message)
    if absent is None:
        return None
    clause = _CLAUSE_END.split(message[: absent.start()])[-1]
    for text in (clause, message[absent.end() :], message[: absent.start()], failure.code):
        subject = _SUBJECT.search(text)
        if subject:
            named = subject.lastgroup
            return cast("Missing", named) if named in {"endpoint", "runtime", "unknown"} else None
    # A bare "not found" is an absence when the service itself says so, in its own family of codes; from anybody else it
    # may be about the address.
    return "unknown" if failure.code.startswith("ERR_") else None

"""Answers and errors, how they go out, and the JSON they are written in. No state, no decisions."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

JSON = "application/json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Delivery:
    """How an answer goes out.

    Attributes:
        latency: seconds before the first byte.
        hang: seconds after which the connection is closed instead; None: there is an answer.
        padding: bytes of blanks behind the body.
        endless: whether the blanks never end.
        pause: seconds between two pieces.
        gzip: whether the body is compressed.
    """

    latency: float = 0.0
    hang: float | None = None
    padding: int = 0
    endless: bool = False
    pause: float = 0.0
    gzip: bool = False


@dataclass(frozen=True, slots=True)
class Responder:
    """The version of a runtime that answered a call to an endpoint."""

    runtime_id: str
    runtime_name: str
    endpoint_name: str
    version: str

    def __str__(self) -> str:
        return f"{self.runtime_name}/{self.endpoint_name} (version {self.version})"


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer.

    Attributes:
        status: the HTTP status.
        body: the body as one piece, or its pieces when it is streamed.
        content_type: of the body.
        headers: more headers, in lower case.
        effect: whether the call changed something at the service.
        responder: on the data plane, who answered.
        delivery: how it goes out.
    """

    status: int
    body: bytes | Sequence[bytes]
    content_type: str = JSON
    headers: tuple[tuple[str, str], ...] = ()
    effect: bool = False
    responder: Responder | None = None
    delivery: Delivery = Delivery()

    @property
    def content(self) -> bytes:
        """The body in one piece, without the blanks behind it."""
        return self.body if isinstance(self.body, bytes) else b"".join(self.body)


class ApiError(Exception):
    """A request is refused.

    Args:
        status: the HTTP status.
        code: one of the service's own codes (ERR_…), or one of the gateway in front of it.
        message: what is wrong; never holds a secret.
        headers: more headers of the answer.
    """

    def __init__(self, status: int, code: str, message: str, headers: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers


def bad_request(message: str) -> ApiError:
    return ApiError(400, "ERR_BAD_REQUEST", message)


def invalid(message: str) -> ApiError:
    return ApiError(400, "ERR_VALIDATION_FAILED", message)


def not_found(message: str) -> ApiError:
    # The documentation knows three codes and none of them means "not found": clients must go by status and message.
    return ApiError(404, "ERR_BAD_REQUEST", message)


def encode(value: object) -> bytes:
    """Compact JSON in UTF-8."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    try:
        return text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair, which came as an escape and can only go as one
        return json.dumps(value, separators=(",", ":")).encode()


def success(request_id: str, data: bytes, status: int = 200, *, effect: bool = False) -> Answer:
    """The service's envelope around data that is JSON already."""
    body = b'{"code":"SUCCESS","requestId":"%b","data":%b}' % (request_id.encode(), data)
    return Answer(status, body, effect=effect)


def service_error(request_id: str, error: ApiError) -> Answer:
    """An error as the service writes it, or as the gateway in front of it does: with capitals."""
    names = ("code", "message", "requestId") if error.code.startswith("ERR_") else ("Code", "Message", "RequestId")
    body = dict(zip(names, (error.code, error.message, request_id), strict=True))
    return Answer(error.status, encode(body), headers=error.headers)


def openai_error(_request_id: str, error: ApiError) -> Answer:
    """An error as OpenAI's API writes it."""
    body = {
        "message": error.message,
        "type": "server_error" if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR else "invalid_request_error",
        "param": None,
        "code": error.code,
    }
    return Answer(error.status, encode({"error": body}), headers=error.headers)

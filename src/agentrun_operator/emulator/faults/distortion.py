"""Distorts an answer as a rule demands. Pure: the gateway waits and drops connections."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING

from agentrun_operator.emulator.answers import JSON, Answer, ApiError, encode

if TYPE_CHECKING:
    from agentrun_operator.emulator.faults.rules import Distortion

ErrorFormat = Callable[[ApiError], Answer]

_PAGE = b"<html>\n<head><title>502 Bad Gateway</title></head>\n<body><h1>502 Bad Gateway</h1></body>\n</html>\n"
_ANYTHING = Answer(200, b'{"code":"SUCCESS","requestId":"","data":{}}')


def distorted(how: Distortion, answer: Answer | None, format_error: ErrorFormat) -> Answer:
    """The answer that a client gets when a rule took its call.

    Args:
        how: of one that neither hangs nor drops the connection.
        answer: the handler's; None when the rule came before it.
        format_error: writes an error as this plane's clients expect it.
    """
    if how.answer is not None:
        return _corrupted(how, answer or _ANYTHING)
    if how.status is not None:
        return _error(how, how.status, format_error)
    return answer or _error(how, 500, format_error)


def _corrupted(how: Distortion, answer: Answer) -> Answer:
    headers = tuple(how.headers.items())
    match how.answer:
        case "html":
            return Answer(how.status or 502, _PAGE, "text/html", headers)
        case "empty":
            return Answer(how.status or 502, b"", headers=headers)
        case _:
            return Answer(how.status or answer.status, answer.content[: len(answer.content) // 2], headers=headers)


def _error(how: Distortion, status: int, format_error: ErrorFormat) -> Answer:
    headers = tuple(how.headers.items())
    if how.body is None:
        return format_error(ApiError(status, how.code or _usual_code(status), how.message, headers))
    if isinstance(how.body, str):
        return Answer(status, how.body.encode(), "text/plain; charset=utf-8", headers)
    return Answer(status, encode(how.body), JSON, headers)


def _usual_code(status: int) -> str:
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return "Throttling.User"
    return "ERR_INTERNAL_SERVER_ERROR" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "ERR_BAD_REQUEST"

"""Distorts an answer as a fault demands. Pure: the gateway waits and drops connections."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING

from agentrun_operator.emulator.answers import JSON, Answer, ApiError, encode

if TYPE_CHECKING:
    from agentrun_operator.emulator.faults.behaviour import Fault

ErrorFormat = Callable[[ApiError], Answer]

_PAGE = b"<html>\n<head><title>502 Bad Gateway</title></head>\n<body><h1>502 Bad Gateway</h1></body>\n</html>\n"
_ANYTHING = Answer(200, b'{"code":"SUCCESS","requestId":"","data":{}}')


def distorted(fault: Fault, answer: Answer | None, format_error: ErrorFormat) -> Answer:
    """The answer that a client gets when a fault hit its call.

    Args:
        fault: one that neither hangs nor drops the connection.
        answer: the handler's; None when the fault came before it.
        format_error: writes an error as this plane's clients expect it.
    """
    if fault.answer is not None:
        return _corrupted(fault, answer or _ANYTHING)
    if fault.status is not None:
        return _error(fault, fault.status, format_error)
    return answer or _error(fault, 500, format_error)


def _corrupted(fault: Fault, answer: Answer) -> Answer:
    headers = tuple(fault.headers.items())
    match fault.answer:
        case "html":
            return Answer(fault.status or 502, _PAGE, "text/html", headers)
        case "empty":
            return Answer(fault.status or 502, b"", headers=headers)
        case _:
            return Answer(fault.status or answer.status, answer.content[: len(answer.content) // 2], headers=headers)


def _error(fault: Fault, status: int, format_error: ErrorFormat) -> Answer:
    headers = tuple(fault.headers.items())
    if fault.body is None:
        return format_error(ApiError(status, fault.code or _usual_code(status), fault.message, headers))
    if isinstance(fault.body, str):
        return Answer(status, fault.body.encode(), "text/plain; charset=utf-8", headers)
    return Answer(status, encode(fault.body), JSON, headers)


def _usual_code(status: int) -> str:
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return "Throttling.User"
    return "ERR_INTERNAL_SERVER_ERROR" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "ERR_BAD_REQUEST"

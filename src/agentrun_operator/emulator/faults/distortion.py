"""What a fault makes of an answer. Pure: waiting and hanging up are the gateway's."""

from collections.abc import Callable
from http import HTTPStatus

from agentrun_operator.emulator.answers import JSON, Answer, ApiError, encode
from agentrun_operator.emulator.faults.behaviour import Fault

Refuse = Callable[[ApiError], Answer]

_PAGE = b"<html>\n<head><title>502 Bad Gateway</title></head>\n<body><h1>502 Bad Gateway</h1></body>\n</html>\n"
_ANYTHING = Answer(200, b'{"code":"SUCCESS","requestId":"","data":{}}')


def distorted(fault: Fault, answer: Answer | None, refuse: Refuse) -> Answer:
    """The answer that a client gets.

    Args:
        fault: one that answers at all.
        answer: the proper one; None when the call did not get that far.
        refuse: writes an error as this plane's clients expect it.
    """
    if fault.answer is not None:
        return _spoiled(fault, answer or _ANYTHING)
    if fault.status is not None:
        return _error(fault, fault.status, refuse)
    return answer or _error(fault, 500, refuse)


def _spoiled(fault: Fault, answer: Answer) -> Answer:
    headers = tuple(fault.headers.items())
    match fault.answer:
        case "html":
            return Answer(fault.status or 502, _PAGE, "text/html", headers)
        case "empty":
            return Answer(fault.status or 502, b"", headers=headers)
        case _:
            return Answer(fault.status or answer.status, answer.whole[: len(answer.whole) // 2], headers=headers)


def _error(fault: Fault, status: int, refuse: Refuse) -> Answer:
    headers = tuple(fault.headers.items())
    if fault.body is None:
        return refuse(ApiError(status, fault.code or _usual_code(status), fault.message, headers))
    if isinstance(fault.body, str):
        return Answer(status, fault.body.encode(), "text/plain; charset=utf-8", headers)
    return Answer(status, encode(fault.body), JSON, headers)


def _usual_code(status: int) -> str:
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return "Throttling.User"
    return "ERR_INTERNAL_SERVER_ERROR" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "ERR_BAD_REQUEST"

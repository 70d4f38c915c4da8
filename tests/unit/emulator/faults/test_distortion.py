from typing import Any

import pytest

from agentrun_operator.emulator.answers import Answer, ApiError
from agentrun_operator.emulator.faults.behaviour import Fault
from agentrun_operator.emulator.faults.distortion import distorted

PROPER = Answer(201, b'{"code":"SUCCESS"}', effect=True)
OPENAI = Answer(200, [b"data: 1\n\n", b"data: 2\n\n"], "text/event-stream")


def format_error(error: ApiError) -> Answer:
    return Answer(error.status, f"{error.code}: {error.message}".encode(), "refusal", error.headers)


@pytest.mark.parametrize(
    ("fault", "proper", "status", "body", "content_type"),
    [
        pytest.param({}, PROPER, 201, PROPER.body, "application/json; charset=utf-8", id="nothing to distort"),
        pytest.param(
            {"status": 503, "code": "Throttling.Api", "message": "slow down"},
            None,
            503,
            b"Throttling.Api: slow down",
            "refusal",
            id="an error",
        ),
        pytest.param(
            {"status": 503, "afterEffect": True},
            PROPER,
            503,
            b"ERR_INTERNAL_SERVER_ERROR: injected by the emulator",
            "refusal",
            id="an error in place of an answer",
        ),
        pytest.param(
            {"status": 200, "body": {"code": "ERR_BAD_REQUEST"}},
            None,
            200,
            b'{"code":"ERR_BAD_REQUEST"}',
            "application/json; charset=utf-8",
            id="a body",
        ),
        pytest.param({"status": 418, "body": "teapot"}, None, 418, b"teapot", "text/plain; charset=utf-8", id="text"),
        pytest.param({"answer": "empty"}, None, 502, b"", "application/json; charset=utf-8", id="empty"),
        pytest.param({"answer": "empty", "status": 200}, PROPER, 200, b"", "application/json; charset=utf-8", id="ok"),
        pytest.param(
            {"answer": "malformed", "afterEffect": True},
            PROPER,
            201,
            b'{"code":"',
            "application/json; charset=utf-8",
            id="half of the answer",
        ),
        pytest.param(
            {"answer": "malformed"},
            None,
            200,
            b'{"code":"SUCCESS","re',
            "application/json; charset=utf-8",
            id="half of any answer",
        ),
        pytest.param(
            {"answer": "malformed", "afterEffect": True},
            OPENAI,
            200,
            b"data: 1\n\n",
            "application/json; charset=utf-8",
            id="half of a stream",
        ),
    ],
)
def test_a_fault_answers_in_place_of_the_service(
    fault: dict[str, Any], proper: Answer | None, status: int, body: bytes, content_type: str
):
    answer = distorted(Fault.read(fault), proper, format_error)
    assert (answer.status, answer.body, answer.content_type) == (status, body, content_type)


def test_html_is_a_gateways_page():
    answer = distorted(Fault.read({"answer": "html", "status": 504}), None, format_error)
    assert (answer.status, answer.content_type) == (504, "text/html")
    assert answer.content.startswith(b"<html>")


@pytest.mark.parametrize(
    "fault",
    [{"status": 429}, {"status": 429, "body": {}}, {"status": 429, "body": "text"}, {"answer": "html"}],
    ids=str,
)
def test_a_faults_headers_go_with_whatever_it_answers(fault: dict[str, Any]):
    answer = distorted(Fault.read({**fault, "headers": {"retry-after": "3"}}), None, format_error)
    assert answer.headers == (("retry-after", "3"),)

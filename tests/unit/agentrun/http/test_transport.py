"""The steps that carry out an operation, in virtual time."""

import pytest

from agentrun_operator.agentrun.api.errors import (
    HTTPError,
    NoAnswerError,
    RequestRejectedError,
    ServiceUnavailableError,
    ThrottledError,
)
from agentrun_operator.agentrun.api.operations import get_runtime, list_endpoints
from agentrun_operator.agentrun.api.protocol import Operation, Pause, Process, Request, Response
from agentrun_operator.agentrun.http.retry import RetryPolicy
from agentrun_operator.agentrun.http.transport import Attempt, attempt_of, headers_of, steps
from support.agentrun import VirtualTime, ok

POLICY = RetryPolicy(attempts=3, base=1.0, cap=10.0, deadline=100.0)
LOST = NoAnswerError(message="ReadTimeout")
RUNTIME = ok({"status": "READY"})


def carry_out(process: Process[object], outcomes: list[Response | HTTPError], time: VirtualTime) -> list[str | float]:
    """What a driver is asked to do: the actions it sends, and the seconds it waits."""
    done: list[str | float] = []
    pending = steps(process, POLICY, time.clock, lambda: 1.0)
    step = next(pending)
    while True:
        try:
            if isinstance(step, Pause):
                done.append(step.seconds)
                time.sleep(step.seconds)
                step = next(pending)
            else:
                done.append(step.action)
                step = pending.send(outcomes.pop(0))
        except StopIteration:
            return done


def test_a_request_that_succeeds_is_sent_once():
    assert carry_out(get_runtime("r"), [RUNTIME], VirtualTime()) == ["GetAgentRuntime"]


def test_a_request_that_fails_is_sent_again_after_a_pause():
    steps_ = carry_out(get_runtime("r"), [LOST, LOST, RUNTIME], VirtualTime())
    assert steps_ == ["GetAgentRuntime", 1.0, "GetAgentRuntime", 2.0, "GetAgentRuntime"]


def test_the_last_failure_is_raised():
    last = ThrottledError(429)
    with pytest.raises(ThrottledError) as caught:
        carry_out(get_runtime("r"), [LOST, LOST, last], VirtualTime())
    assert caught.value is last


def test_a_refusal_is_raised_at_once():
    time = VirtualTime()
    with pytest.raises(RequestRejectedError):
        carry_out(get_runtime("r"), [RequestRejectedError(400)], time)
    assert time.slept == []


def test_each_request_of_an_operation_has_attempts_of_its_own():
    pages = [ok({"items": [{"agentRuntimeEndpointId": f"e{page}"}], "total": 3}) for page in range(3)]
    outcomes: list[Response | HTTPError] = [LOST, LOST, pages[0], LOST, LOST, pages[1], pages[2]]
    assert carry_out(list_endpoints("r", 1), outcomes, VirtualTime()).count("ListAgentRuntimeEndpoints") == 7


def test_the_deadline_is_of_the_same_request():
    policy_time = VirtualTime()
    slow = iter([ThrottledError(429, retry_after=60.0), ThrottledError(429, retry_after=60.0)])
    with pytest.raises(ThrottledError):
        carry_out(get_runtime("r"), list(slow), policy_time)
    assert policy_time.slept == [61.0]


def test_an_operation_may_deal_with_a_failure():
    def forgiving() -> Operation[str]:
        try:
            yield Request("GetAgentRuntime", "GET", ("r",))
        except RequestRejectedError:
            return "forgiven"
        return "fine"

    pending = steps(forgiving(), POLICY, VirtualTime().clock, lambda: 1.0)
    next(pending)
    with pytest.raises(StopIteration) as end:
        pending.send(RequestRejectedError(400))
    assert end.value.value == "forgiven"


def test_a_pause_of_the_process_is_passed_on():
    def patient() -> Process[None]:
        yield Pause(3.0)
        yield Request("GetAgentRuntime", "GET", ("r",))
        yield Pause(4.0)

    assert carry_out(patient(), [ok({})], VirtualTime()) == [3.0, "GetAgentRuntime", 4.0]


@pytest.mark.parametrize(
    ("outcome", "attempt"),
    [
        (ok({}), Attempt("GetX", "SUCCESS", 200, 1.5, throttled=False)),
        (ThrottledError(429, "Throttling.User"), Attempt("GetX", "Throttling.User", 429, 1.5, throttled=True)),
        (
            ThrottledError(429, "Throttling.User", retry_after=2.5),
            Attempt("GetX", "Throttling.User", 429, 1.5, throttled=True, retry_after=2.5),
        ),
        (ThrottledError(429, "MalformedAnswer"), Attempt("GetX", "Throttling", 429, 1.5, throttled=True)),
        (ServiceUnavailableError(503, "Busy"), Attempt("GetX", "Busy", 503, 1.5, throttled=True)),
        (RequestRejectedError(404), Attempt("GetX", "RequestRejectedError", 404, 1.5, throttled=False)),
        (LOST, Attempt("GetX", "NoAnswerError", None, 1.5, throttled=False)),
    ],
    ids=["success", "throttled", "throttled for a while", "throttled by a gateway", "too busy", "no code", "no answer"],
)
def test_an_attempt_tells_what_became_of_it(outcome, attempt):
    assert attempt_of(Request("GetX", "GET"), outcome, 1.5) == attempt


@pytest.mark.parametrize(("body", "content_type"), [(None, None), (b"{}", "application/json; charset=utf-8")])
def test_only_a_body_has_a_type(body, content_type):
    headers = headers_of(Request("GetX", "GET", body=body))
    assert headers.pop("content-type", None) == content_type
    assert headers == {"x-acs-action": "GetX", "x-acs-version": "2025-09-10", "accept": "application/json"}

"""Waiting for an endpoint, in virtual time."""

from collections.abc import Callable
from itertools import chain, repeat

import pytest

from agentrun_operator.agentrun.api.errors import (
    CredentialsRejectedError,
    DeleteResourceError,
    EndpointFailedError,
    HTTPError,
    NoAnswerError,
    RequestRejectedError,
    ResourceNotExistError,
    ServiceUnavailableError,
    ThrottledError,
    WaitTimeoutError,
)
from agentrun_operator.agentrun.api.protocol import Process, Request, Response
from agentrun_operator.agentrun.api.waiting import LONGEST_PAUSE, until_deleted, until_gone, until_ready, until_settled
from agentrun_operator.agentrun.models import Endpoint
from support.agentrun import VirtualTime, drive, ok

GONE = ResourceNotExistError(404, "ERR_BAD_REQUEST", "endpoint e does not exist", missing="endpoint")
PASSING = [ThrottledError(429), ServiceUnavailableError(502), NoAnswerError()]
LASTING = [CredentialsRejectedError(403), RequestRejectedError(400)]

Look = str | HTTPError | None


def looks(*seen: Look) -> Callable[[Request], Response | HTTPError]:
    """A service that shows these states, or fails in these ways, and keeps to the last."""
    following = chain(seen, repeat(seen[-1]))

    def answer(_request: Request) -> Response | HTTPError:
        look = next(following)
        return look if isinstance(look, HTTPError) else ok({"status": look, "statusReason": "no quota"})

    return answer


def ready(time: VirtualTime, timeout: float = 60.0) -> Process[Endpoint]:
    return until_ready("r", "e", timeout=timeout, clock=time.clock)


def deleted(time: VirtualTime, timeout: float = 60.0) -> Process[None]:
    return until_deleted("r", "e", timeout=timeout, clock=time.clock)


@pytest.mark.parametrize("state", ["READY", "ACTIVE"])
def test_ready_is_ready_at_once(state):
    time = VirtualTime()
    assert drive(ready(time), looks(state), time).status == state
    assert time.slept == []


@pytest.mark.parametrize("passing", ["CREATING", "UPDATING", "HIBERNATING", "", None, *PASSING], ids=str)
def test_what_passes_is_waited_out(passing):
    time = VirtualTime()
    assert drive(ready(time), looks(passing, passing, "READY"), time).status == "READY"
    assert time.slept == [0.5, 0.75]


@pytest.mark.parametrize("state", ["CREATE_FAILED", "UPDATE_FAILED", "DELETE_FAILED", "FAILED", "DELETING"])
def test_where_waiting_cannot_help_it_ends_at_once(state):
    time = VirtualTime()
    with pytest.raises(EndpointFailedError, match=f"endpoint e is {state}: no quota") as caught:
        drive(ready(time), looks("CREATING", state), time)
    assert (caught.value.status, caught.value.status_reason, len(time.slept)) == (state, "no quota", 1)


@pytest.mark.parametrize("error", [GONE, *LASTING], ids=lambda error: type(error).__name__)
def test_an_error_that_lasts_is_raised_at_once(error):
    time = VirtualTime()
    with pytest.raises(type(error)):
        drive(ready(time), looks("CREATING", error), time)
    assert len(time.slept) == 1


@pytest.mark.parametrize("wait", [ready, deleted])
@pytest.mark.parametrize("state", ["CREATING", "HIBERNATING", "", None, *PASSING], ids=str)
def test_no_wait_passes_its_timeout_or_spins(wait, state):
    time = VirtualTime()
    with pytest.raises(WaitTimeoutError, match="endpoint e: waited 60 s in vain"):
        drive(wait(time), looks(state), time)
    assert sum(time.slept) == pytest.approx(60.0)
    assert max(time.slept) <= LONGEST_PAUSE
    assert len(time.slept) < 20


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("HIBERNATING", r"it is HIBERNATING \(no quota\)"),
        ("", "it is in no state"),
        (ServiceUnavailableError(502), "the last look failed: AgentRun: HTTP 502"),
    ],
)
def test_a_timeout_says_what_was_seen_last(state, said):
    time = VirtualTime()
    with pytest.raises(WaitTimeoutError, match=said):
        drive(ready(time), looks(state), time)


def test_no_timeout_looks_once():
    time = VirtualTime()
    with pytest.raises(WaitTimeoutError):
        drive(ready(time, 0), looks("CREATING"), time)
    assert time.slept == []


@pytest.mark.parametrize("timeout", [-1.0, float("nan")])
@pytest.mark.parametrize("wait", [ready, deleted])
def test_a_timeout_is_a_number_of_seconds(wait, timeout):
    with pytest.raises(ValueError, match="timeout"):
        drive(wait(VirtualTime(), timeout), looks("READY"))


def test_the_services_wish_is_granted():
    time = VirtualTime()
    drive(ready(time), looks(ThrottledError(429, retry_after=7.0), "READY"), time)
    assert time.slept == [7.0]


@pytest.mark.parametrize("missing", ["endpoint", "runtime", "unknown"])
def test_gone_is_gone_at_once(missing):
    time = VirtualTime()
    drive(deleted(time), looks(ResourceNotExistError(404, missing=missing)), time)
    assert time.slept == []


@pytest.mark.parametrize("passing", ["DELETING", "READY", "CREATE_FAILED", "HIBERNATING", *PASSING], ids=str)
def test_a_deletion_is_waited_for(passing):
    time = VirtualTime()
    drive(deleted(time), looks(passing, passing, GONE), time)
    assert len(time.slept) == 2


def test_a_deletion_that_failed_ends_at_once():
    with pytest.raises(EndpointFailedError, match="endpoint e is DELETE_FAILED: no quota"):
        drive(deleted(VirtualTime()), looks("DELETING", "DELETE_FAILED"))


@pytest.mark.parametrize("error", LASTING, ids=lambda error: type(error).__name__)
def test_a_deletion_that_cannot_be_seen_ends_at_once(error):
    with pytest.raises(type(error)):
        drive(deleted(VirtualTime()), looks(error))


Seen = list[str | None]
"""The states that were told of."""


def settled(time: VirtualTime, seen: Seen, interval: float = 5.0, timeout: float = 60.0) -> Process[Endpoint]:
    def tell(endpoint: Endpoint) -> None:
        seen.append(endpoint.status)

    return until_settled("r", "e", tell, interval=interval, timeout=timeout, clock=time.clock)


def gone(time: VirtualTime, seen: Seen, interval: float = 5.0, timeout: float = 60.0) -> Process[ResourceNotExistError]:
    def tell(endpoint: Endpoint) -> None:
        seen.append(endpoint.status)

    return until_gone("r", "e", tell, interval=interval, timeout=timeout, clock=time.clock)


@pytest.mark.parametrize("state", ["READY", "ACTIVE", "CREATE_FAILED", "UPDATE_FAILED", "DELETE_FAILED", "FAILED"])
def test_settled_is_ready_or_failed_and_each_look_is_told(state):
    time, seen = VirtualTime(), Seen()
    assert drive(settled(time, seen), looks("CREATING", "UPDATING", state), time).status == state
    assert seen == ["CREATING", "UPDATING", state]
    assert time.slept == [5.0, 5.0]


@pytest.mark.parametrize("state", ["CREATING", "DELETING", "HIBERNATING", "", None, *PASSING], ids=str)
def test_what_does_not_settle_ends_with_the_time(state):
    time = VirtualTime()
    with pytest.raises(WaitTimeoutError, match="endpoint e: waited 12 s in vain"):
        drive(settled(time, Seen(), timeout=12.0), looks(state), time)
    assert time.slept == [5.0, 5.0, 2.0]


@pytest.mark.parametrize("error", [GONE, *LASTING], ids=lambda error: type(error).__name__)
def test_nothing_settles_that_cannot_be_seen(error):
    with pytest.raises(type(error)):
        drive(settled(VirtualTime(), Seen()), looks("CREATING", error))


def test_what_is_gone_is_told_no_more():
    time, seen = VirtualTime(), Seen()
    assert drive(gone(time, seen), looks("DELETING", "DELETING", GONE), time) is GONE
    assert seen == ["DELETING", "DELETING"]


@pytest.mark.parametrize(
    ("shown", "looked"),
    [
        pytest.param(["READY", "DELETING", GONE], 3, id="the first look may be older than the deletion"),
        pytest.param(["READY", "DELETING", "READY", "DELETING", GONE], 5, id="any look may be old"),
        pytest.param([ServiceUnavailableError(502), "DELETING", GONE], 3, id="a look may fail"),
    ],
)
def test_a_look_that_is_old_is_no_failure(shown, looked):
    time = VirtualTime()
    drive(gone(time, Seen()), looks(*shown), time)
    assert len(time.slept) == looked - 1


@pytest.mark.parametrize("state", ["READY", "DELETE_FAILED", "UPDATING", "HIBERNATING", None])
def test_what_stays_is_an_error_at_the_second_look(state):
    time, seen = VirtualTime(), Seen()
    with pytest.raises(DeleteResourceError, match=f"Resource status is {state}") as caught:
        drive(gone(time, seen), looks("DELETING", state), time)
    assert (caught.value.status, caught.value.status_reason) == (state, "no quota")
    assert seen == ["DELETING", state, state]


@pytest.mark.parametrize("wait", [settled, gone])
@pytest.mark.parametrize("times", [{"interval": -1.0}, {"timeout": -1.0}, {"timeout": float("nan")}], ids=str)
def test_times_are_checked_before_anything_is_asked(wait, times):
    with pytest.raises(ValueError, match="must be a number of seconds, 0 or more"):
        wait(VirtualTime(), Seen(), **times)

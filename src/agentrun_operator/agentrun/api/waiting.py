"""Waiting for an endpoint, as processes that yield requests and pauses. No I/O: the clock is passed in.

A wait ends at once where waiting cannot help: in a failed state. A state that is not known here may lead anywhere, so
it is waited out like a transition, with growing pauses, until the time is over. A look that fails for a reason that
passes (no answer, throttled, unavailable) is a look that showed nothing.
"""

from __future__ import annotations

from itertools import repeat
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from agentrun_operator.agentrun.api.errors import (
    DeleteResourceError,
    EndpointFailedError,
    HTTPError,
    NoAnswerError,
    ResourceNotExistError,
    ServiceUnavailableError,
    ThrottledError,
    WaitTimeoutError,
)
from agentrun_operator.agentrun.api.operations import get_endpoint
from agentrun_operator.agentrun.api.protocol import Operation, Pause, Process
from agentrun_operator.agentrun.models import FAILED_STATES, READY_STATES, Endpoint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

T = TypeVar("T")

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 10.0
GROWTH = 1.5

Look: TypeAlias = Endpoint | HTTPError
"""What one look at the endpoint showed: itself, or why not."""


def until_ready(runtime_id: str, endpoint_id: str, *, timeout: float, clock: Callable[[], float]) -> Process[Endpoint]:
    """Wait until an endpoint serves.

    Args:
        runtime_id: the runtime's id.
        endpoint_id: the endpoint's id.
        timeout: seconds to wait at most; 0 looks once.
        clock: seconds, monotonic.

    Returns:
        the endpoint, READY.

    Raises:
        EndpointFailedError: it is in a failed state, or being deleted.
        WaitTimeoutError: the time is over.
        ResourceNotExistError: it, or its runtime, does not exist.
        HTTPError: the service refused to tell.
    """
    return _wait(runtime_id, endpoint_id, _ready, _growing(), timeout=_seconds("timeout", timeout), clock=clock)


def until_deleted(runtime_id: str, endpoint_id: str, *, timeout: float, clock: Callable[[], float]) -> Process[None]:
    """Wait until an endpoint, or its whole runtime, does not exist.

    Args:
        runtime_id: the runtime's id.
        endpoint_id: the endpoint's id.
        timeout: seconds to wait at most; 0 looks once.
        clock: seconds, monotonic.

    Raises:
        EndpointFailedError: its deletion failed.
        WaitTimeoutError: the time is over.
        HTTPError: the service refused to tell.
    """
    yield from _wait(runtime_id, endpoint_id, _gone, _growing(), timeout=_seconds("timeout", timeout), clock=clock)


def until_settled(
    runtime_id: str,
    endpoint_id: str,
    seen: Callable[[Endpoint], None],
    *,
    interval: float,
    timeout: float,
    clock: Callable[[], float],
) -> Process[Endpoint]:
    """Wait until an endpoint serves or has failed.

    Args:
        runtime_id: the runtime's id.
        endpoint_id: the endpoint's id.
        seen: told of the endpoint at each look.
        interval: seconds between two looks.
        timeout: seconds to wait at most; 0 looks once.
        clock: seconds, monotonic.

    Returns:
        the endpoint, as it was seen last.

    Raises:
        WaitTimeoutError: the time is over.
        ResourceNotExistError: it, or its runtime, does not exist.
        HTTPError: the service refused to tell.
    """

    def settled(look: Look) -> Endpoint | None:
        if isinstance(look, ResourceNotExistError):
            raise look
        if isinstance(look, HTTPError):
            return None
        seen(look)
        return look if look.status in READY_STATES | FAILED_STATES else None

    return _wait(runtime_id, endpoint_id, settled, _even(interval), timeout=_seconds("timeout", timeout), clock=clock)


def until_gone(
    runtime_id: str,
    endpoint_id: str,
    seen: Callable[[Endpoint], None],
    *,
    interval: float,
    timeout: float,
    clock: Callable[[], float],
) -> Process[ResourceNotExistError]:
    """Wait until an endpoint that was just deleted does not exist.

    A look may be older than the deletion, so that only two in a row show that it stays.

    Args:
        runtime_id: the runtime's id.
        endpoint_id: the endpoint's id.
        seen: told of the endpoint at each look.
        interval: seconds between two looks.
        timeout: seconds to wait at most; 0 looks once.
        clock: seconds, monotonic.

    Returns:
        what the service said of its absence.

    Raises:
        DeleteResourceError: it is not being deleted.
        WaitTimeoutError: the time is over.
        HTTPError: the service refused to tell.
    """
    doubtful = False

    def gone(look: Look) -> ResourceNotExistError | None:
        nonlocal doubtful
        if isinstance(look, HTTPError):
            return look if isinstance(look, ResourceNotExistError) else None
        seen(look)
        if look.status != "DELETING" and doubtful:
            raise DeleteResourceError(f"Resource status is {look.status}", look.status, look.status_reason)
        doubtful = look.status != "DELETING"
        return None

    return _wait(runtime_id, endpoint_id, gone, _even(interval), timeout=_seconds("timeout", timeout), clock=clock)


def _growing() -> Iterator[float]:
    pause = FIRST_PAUSE
    while True:
        yield pause
        pause = min(pause * GROWTH, LONGEST_PAUSE)


def _even(interval: float) -> Iterator[float]:
    return repeat(_seconds("interval", interval))


def _seconds(name: str, value: float) -> float:
    if not value >= 0:
        raise ValueError(f"{name} must be a number of seconds, 0 or more, not {value!r}")
    return value


def _wait(
    runtime_id: str,
    endpoint_id: str,
    wanted: Callable[[Look], T | None],
    pauses: Iterator[float],
    *,
    timeout: float,
    clock: Callable[[], float],
) -> Process[T]:
    deadline = clock() + timeout
    while True:
        look = yield from _look(runtime_id, endpoint_id)
        found = wanted(look)
        if found is not None:
            return found
        remaining = deadline - clock()
        if remaining <= 0:
            raise WaitTimeoutError(f"endpoint {endpoint_id}: waited {timeout:g} s in vain, {_describe(look)}")
        asked = (look.retry_after or 0.0) if isinstance(look, HTTPError) else 0.0
        yield Pause(min(max(next(pauses), asked), remaining))


def _look(runtime_id: str, endpoint_id: str) -> Operation[Look]:
    try:
        return (yield from get_endpoint(runtime_id, endpoint_id))
    except (ResourceNotExistError, NoAnswerError, ServiceUnavailableError, ThrottledError) as error:
        return error


def _ready(look: Look) -> Endpoint | None:
    if isinstance(look, ResourceNotExistError):
        raise look
    if isinstance(look, HTTPError):
        return None
    if look.status in FAILED_STATES or look.status == "DELETING":
        raise _failed(look)
    return look if look.status in READY_STATES else None


def _gone(look: Look) -> ResourceNotExistError | None:
    # Any other failed state may be what the endpoint was deleted for.
    if isinstance(look, Endpoint) and look.status == "DELETE_FAILED":
        raise _failed(look)
    return look if isinstance(look, ResourceNotExistError) else None


def _failed(endpoint: Endpoint) -> EndpointFailedError:
    reason = f": {endpoint.status_reason}" if endpoint.status_reason else ""
    message = f"endpoint {endpoint.agent_runtime_endpoint_id} is {endpoint.status}{reason}"
    return EndpointFailedError(message, endpoint.status, endpoint.status_reason)


def _describe(look: Look) -> str:
    if isinstance(look, HTTPError):
        return f"and the last look failed: {look}"
    return f"it is {look.status or 'in no state'}" + (f" ({look.status_reason})" if look.status_reason else "")

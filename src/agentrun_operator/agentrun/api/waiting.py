"""Waiting for an endpoint, as processes that yield requests and pauses. No I/O: the clock is passed in.

A wait ends at once where waiting cannot help: in a failed state. A state that is not known here may lead anywhere, so
it is waited out like a transition, with growing pauses, until the time is over. A look that fails for a reason that
passes (no answer, throttled, unavailable) is a look that showed nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, TypeVar

from agentrun_operator.agentrun.api.errors import (
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
    from collections.abc import Callable

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
    return (yield from _wait(runtime_id, endpoint_id, _ready, timeout, clock))


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
    yield from _wait(runtime_id, endpoint_id, _gone, timeout, clock)


def _wait(
    runtime_id: str, endpoint_id: str, wanted: Callable[[Look], T | None], timeout: float, clock: Callable[[], float]
) -> Process[T]:
    if not timeout >= 0:
        raise ValueError(f"timeout must be a number of seconds, 0 or more, not {timeout!r}")
    deadline = clock() + timeout
    pause = FIRST_PAUSE
    while True:
        look = yield from _look(runtime_id, endpoint_id)
        found = wanted(look)
        if found is not None:
            return found
        remaining = deadline - clock()
        if remaining <= 0:
            raise WaitTimeoutError(f"endpoint {endpoint_id}: waited {timeout:g} s in vain, {_describe(look)}")
        asked = (look.retry_after or 0.0) if isinstance(look, HTTPError) else 0.0
        yield Pause(min(max(pause, asked), remaining))
        pause = min(pause * GROWTH, LONGEST_PAUSE)


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

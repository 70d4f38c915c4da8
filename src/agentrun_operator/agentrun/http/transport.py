"""Drives an operation: what to send, what to wait for and when to send again, as steps for whoever can do them.

The steps are the same for the sync and the async client; only doing them differs, and that is all that `client` adds.
No I/O and no HTTP library: time and chance are passed in.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from agentrun_operator.agentrun.api.errors import CredentialsRejectedError, HTTPError, ThrottledError
from agentrun_operator.agentrun.api.protocol import API_VERSION, Pause, Process, Request, Response

if TYPE_CHECKING:
    from agentrun_operator.agentrun.http.retry import RetryPolicy

T = TypeVar("T")

THROTTLING = "Throttling"
OVERLOADED = 503
"""The status of a service that has too much to do, whoever it has it from: another reason to ask less."""

Outcome: TypeAlias = Response | HTTPError
Steps: TypeAlias = Generator[Request | Pause, Outcome, T]
"""A request is answered by its outcome, a pause by nothing."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request that was sent, or tried to be, for metrics and logs.

    Attributes:
        action: the API action.
        code: `SUCCESS`, the service's error code, or the error's class when it gave none.
        status_code: the HTTP status, None when there was no answer.
        seconds: how long it took.
        throttled: whether it was refused as one too many, or because there is too much to do.
        retry_after: seconds that the service asked to wait, None when it did not.
        rejected: whether it was refused for who called.
    """

    action: str
    code: str
    status_code: int | None
    seconds: float
    throttled: bool
    retry_after: float | None = None
    rejected: bool = False


def attempt_of(request: Request, outcome: Outcome, seconds: float) -> Attempt:
    """What to tell of an attempt."""
    code = (outcome.code or type(outcome).__name__) if isinstance(outcome, HTTPError) else "SUCCESS"
    if isinstance(outcome, ThrottledError) and not code.startswith(THROTTLING):
        code = THROTTLING  # a gateway's refusal, without a code of the service's
    throttled = isinstance(outcome, ThrottledError) or outcome.status_code == OVERLOADED
    retry_after = outcome.retry_after if isinstance(outcome, HTTPError) else None
    rejected = isinstance(outcome, CredentialsRejectedError)
    return Attempt(request.action, code, outcome.status_code, seconds, throttled, retry_after, rejected)


def headers_of(request: Request) -> dict[str, str]:
    """The request's headers, but for the client's own and the signature."""
    headers = {"x-acs-action": request.action, "x-acs-version": API_VERSION, "accept": "application/json"}
    return headers if request.body is None else headers | {"content-type": "application/json; charset=utf-8"}


def steps(
    process: Process[T], policy: RetryPolicy, clock: Callable[[], float], chance: Callable[[], float]
) -> Steps[T]:
    """The steps that carry out a process, repetitions included.

    Args:
        process: an operation, or one that also waits.
        policy: what is repeated.
        clock: seconds, monotonic.
        chance: random numbers between 0 and 1.

    Returns:
        what the process returns.
    """
    try:
        step = next(process)
        while True:
            if isinstance(step, Pause):
                yield step
                step = next(process)
                continue
            outcome = yield from _persist(step, policy, clock, chance)
            step = process.throw(outcome) if isinstance(outcome, HTTPError) else process.send(outcome)
    except StopIteration as end:
        result: T = end.value
        return result


def _persist(
    request: Request, policy: RetryPolicy, clock: Callable[[], float], chance: Callable[[], float]
) -> Steps[Outcome]:
    """Send a request until it succeeds or the policy gives up."""
    started = clock()
    for attempt in count(1):
        outcome = yield request
        delay = None
        if isinstance(outcome, HTTPError):
            elapsed = clock() - started
            delay = policy.delay(attempt, outcome, repeatable=request.repeatable, elapsed=elapsed, chance=chance())
        if delay is None:
            break
        yield Pause(delay)
    return outcome

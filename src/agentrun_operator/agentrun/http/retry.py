"""When a failed attempt is made again, and after how long. Pure: time and chance are arguments."""

from __future__ import annotations

from dataclasses import dataclass

from agentrun_operator.agentrun.api.errors import HTTPError, NoAnswerError, ServiceUnavailableError, ThrottledError
from agentrun_operator.backoff import backoff

SERVICE_UNAVAILABLE = 503


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how patiently to repeat a request.

    Repeated are: requests that certainly never left; and, if sending twice does what sending once does, requests
    without an answer, throttled ones, and those answered by a 503. A create is of the first kind only.

    Attributes:
        attempts: attempts in all, the first included; 1 repeats nothing.
        base: seconds before the first repetition, at most; doubled for each further one. The wait is drawn at random
            between half of that and all of it, so that those who failed together do not come back together.
        cap: seconds that doubling stops at.
        deadline: seconds after which no new attempt begins, counted from the first one of the same request; so a call
            ends within this and the time of one attempt. A wait that the service asks for counts whole.
    """

    attempts: int = 5
    base: float = 0.5
    cap: float = 8.0
    deadline: float = 60.0

    def delay(self, attempt: int, error: HTTPError, *, repeatable: bool, elapsed: float, chance: float) -> float | None:
        """Seconds to wait before the next attempt, None to give up.

        Args:
            attempt: the attempt that failed, counted from 1.
            error: how it failed.
            repeatable: whether sending the request twice does what sending it once does.
            elapsed: seconds since the first attempt began.
            chance: a random number between 0 and 1.
        """
        if attempt >= self.attempts or not self._may_repeat(error, repeatable=repeatable):
            return None
        pause = backoff(attempt - 1, first=self.base, at_most=self.cap, chance=1 - chance)
        delay = (error.retry_after or 0.0) + pause
        return delay if elapsed + delay <= self.deadline else None

    def _may_repeat(self, error: HTTPError, *, repeatable: bool) -> bool:
        if isinstance(error, NoAnswerError):
            return repeatable or not error.may_have_arrived
        unavailable = isinstance(error, ServiceUnavailableError) and error.status_code == SERVICE_UNAVAILABLE
        return repeatable and (unavailable or isinstance(error, ThrottledError))


DEFAULT_RETRY = RetryPolicy()
"""Up to five attempts within about a minute."""

NO_RETRY = RetryPolicy(attempts=1)
"""One attempt: for callers that repeat by themselves."""

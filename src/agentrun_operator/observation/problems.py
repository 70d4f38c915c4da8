"""Why something could not be seen or done: the client's errors, translated once into problems.

A problem has a condition's reason and a text for people. What to do about it is decided in `reconcile`.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from agentrun_operator.agentrun.api import errors
from agentrun_operator.agentrun.odd import oddity_of
from agentrun_operator.backoff import MAX_RETRY_AFTER
from agentrun_operator.reconcile.state.observed import Problem
from agentrun_operator.resources.reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from agentrun_operator.agentrun.models import Endpoint
    from agentrun_operator.reconcile.state.claim import Claim


class ProblemError(Exception):
    """What was asked for could not be seen."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


REASONS: tuple[tuple[type[errors.AgentRunError], Reason], ...] = (
    (errors.CredentialsNotFoundError, Reason.CREDENTIALS_NOT_FOUND),
    (errors.CredentialsRejectedError, Reason.CREDENTIALS_REJECTED),
    (errors.ThrottledError, Reason.THROTTLED),
    (errors.RuntimeNotReadyError, Reason.RUNTIME_NOT_READY),
    (errors.RequestRejectedError, Reason.REJECTED),
    (errors.ResourceAlreadyExistError, Reason.ALREADY_EXISTS),
    (errors.ResourceNotExistError, Reason.REMOTE_UNAVAILABLE),
    (errors.ServiceUnavailableError, Reason.REMOTE_UNAVAILABLE),
    (errors.NoAnswerError, Reason.REMOTE_UNAVAILABLE),
    (errors.AgentRunError, Reason.REMOTE_UNAVAILABLE),
)
"""The first class that fits gives the reason. What does not exist is handled where it is asked for; elsewhere, an
answer that contradicts an earlier one is as good as none."""


REFUSALS = frozenset({Reason.CREDENTIALS_NOT_FOUND, Reason.CREDENTIALS_REJECTED, Reason.REJECTED})
"""That a look is refused for these does not pass by itself: whoever waits for what it would show has to know."""

UNANSWERED = "AgentRun has not answered yet; it is waited for, and this object looked at again then"


def problem_of(error: errors.AgentRunError, blind_for: float = 0.0) -> Problem:
    """What an error of the client means for an object.

    Args:
        error: what the client raised.
        blind_for: seconds since AgentRun was last seen.
    """
    reason = next(reason for kind, reason in REASONS if isinstance(error, kind))
    asked = error.retry_after if isinstance(error, errors.HTTPError) else None
    definite = isinstance(error, errors.CredentialsNotFoundError)
    retry_after = min(asked or 0.0, MAX_RETRY_AFTER)
    return Problem(reason, str(error), definite=definite, blind_for=blind_for, retry_after=retry_after)


def runtime_missing(what: str) -> ProblemError:
    """There is no such runtime."""
    message = f"There is no AgentRuntime {what} in this account and region"
    return ProblemError(Problem(Reason.RUNTIME_NOT_FOUND, message, definite=True))


def only_id(name: str, ids: tuple[str, ...]) -> str:
    """The id of the one runtime of a name.

    Args:
        name: the name.
        ids: of all runtimes that have it.

    Raises:
        ProblemError: there is none, or more than one.
    """
    if len(ids) == 1:
        return ids[0]
    if not ids:
        raise runtime_missing(f"named {name!r}")
    told = f"{len(ids)} AgentRuntimes are named {name!r} ({', '.join(sorted(ids)[:5])}): use agentRuntimeRef.id"
    raise ProblemError(Problem(Reason.RUNTIME_AMBIGUOUS, told, definite=True))


def region_not_served(region: str, own: str) -> ProblemError:
    """The address of AgentRun is that of another region.

    Args:
        region: the object's.
        own: the one that the address serves.
    """
    told = (
        f"The operator calls AgentRun at an address (AGENTRUN_CONTROL_ENDPOINT) that serves {own} and not {region}:"
        " leave out `region`, or ask who runs the operator for an address with {region} in it"
    )
    return ProblemError(Problem(Reason.REGION_NOT_SERVED, told, definite=True))


def another_account(claim: Claim, account: str, region: str) -> ProblemError:
    """What is asked is not where the endpoint was made.

    Args:
        claim: the claim on it.
        account: what the credentials lead to; empty if nobody says.
        region: the region that is asked.
    """
    here = f"account {account} and region {region}" if account else "an account that has no runtime, and says no id"
    told = (
        f"The endpoint was made in account {claim.account} and region {claim.region}, and these credentials lead to"
        f" {here}: put back credentials of the endpoint's account; deletionPolicy Orphan lets a deleted object go"
    )
    return ProblemError(Problem(Reason.CREDENTIALS_NOT_ALLOWED, told, definite=True))


def nameless(endpoint: Endpoint, name: str) -> Problem:
    """AgentRun lists an endpoint without a name, which may be the one that was made for an object."""
    told = f"AgentRun lists an endpoint that tells no name, and which may be {name}, made for this object"
    return _too_little(told, endpoint)


def without_id(endpoint: Endpoint, name: str) -> Problem:
    """AgentRun tells no id of the endpoint that an object needs, and no id of it was ever known."""
    return _too_little(
        f"AgentRun tells no id of the endpoint {name}, without which nothing can be done about it", endpoint
    )


def _too_little(told: str, endpoint: Endpoint) -> Problem:
    odd = oddity_of(endpoint)
    return Problem(Reason.REMOTE_UNAVAILABLE, f"{told}. {odd}" if odd else told, definite=True)


@contextmanager
def reported(blind_for: Callable[[], float] = float) -> Iterator[None]:
    """Whatever the client raises in here is a problem.

    Args:
        blind_for: seconds since AgentRun was last seen; asked for when something went wrong.

    Raises:
        ProblemError: the client raised an error, or an answer is waited for no longer.
    """
    try:
        yield
    except errors.AgentRunError as error:
        raise ProblemError(problem_of(error, blind_for())) from None
    except TimeoutError:
        raise ProblemError(Problem(Reason.REMOTE_UNAVAILABLE, UNANSWERED, blind_for=blind_for())) from None

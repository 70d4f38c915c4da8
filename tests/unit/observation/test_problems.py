import inspect

import pytest

from agentrun_operator.agentrun.api import errors
from agentrun_operator.backoff import MAX_RETRY_AFTER
from agentrun_operator.observation.problems import REASONS, ProblemError, problem_of, runtime_missing
from agentrun_operator.resources.reasons import Reason

TABLE: dict[type[errors.AgentRunError], Reason] = {
    errors.AgentRunError: Reason.REMOTE_UNAVAILABLE,
    errors.ConfigError: Reason.REMOTE_UNAVAILABLE,
    errors.CredentialsNotFoundError: Reason.CREDENTIALS_NOT_FOUND,
    errors.EndpointFailedError: Reason.REMOTE_UNAVAILABLE,
    errors.DeleteResourceError: Reason.REMOTE_UNAVAILABLE,
    errors.ClientError: Reason.REMOTE_UNAVAILABLE,
    errors.ServerError: Reason.REMOTE_UNAVAILABLE,
    errors.WaitTimeoutError: Reason.REMOTE_UNAVAILABLE,
    errors.HTTPError: Reason.REMOTE_UNAVAILABLE,
    errors.ResourceNotExistError: Reason.REMOTE_UNAVAILABLE,
    errors.ResourceAlreadyExistError: Reason.ALREADY_EXISTS,
    errors.CredentialsRejectedError: Reason.CREDENTIALS_REJECTED,
    errors.ThrottledError: Reason.THROTTLED,
    errors.RuntimeNotReadyError: Reason.RUNTIME_NOT_READY,
    errors.RequestRejectedError: Reason.REJECTED,
    errors.ServiceUnavailableError: Reason.REMOTE_UNAVAILABLE,
    errors.NoAnswerError: Reason.REMOTE_UNAVAILABLE,
}


def made(kind: type[errors.AgentRunError]) -> errors.AgentRunError:
    """An error of this class that says something."""
    if issubclass(kind, errors.HTTPError):
        return kind(500, "Code", "what happened", "request-1", "GetAgentRuntime")
    return kind("what happened")


def test_the_table_names_every_error_of_the_client():
    known = {
        each
        for _, each in inspect.getmembers(errors, inspect.isclass)
        if issubclass(each, errors.AgentRunError) and each.__module__ == errors.__name__
    }
    assert set(TABLE) == known


@pytest.mark.parametrize(("kind", "reason"), TABLE.items(), ids=lambda each: getattr(each, "__name__", str(each)))
def test_every_error_becomes_a_problem_with_a_reason_and_says_what_happened(
    kind: type[errors.AgentRunError], reason: Reason
):
    problem = problem_of(made(kind))
    assert problem.reason is reason
    assert "what happened" in problem.message


@pytest.mark.parametrize("kind", TABLE, ids=lambda kind: kind.__name__)
def test_only_missing_credentials_are_definite_everything_else_may_pass(kind: type[errors.AgentRunError]):
    assert problem_of(made(kind)).definite is (kind is errors.CredentialsNotFoundError)


def test_a_class_never_hides_a_more_special_one_behind_it():
    for place, (general, _) in enumerate(REASONS):
        assert not any(issubclass(special, general) for special, _ in REASONS[place + 1 :])


def test_the_time_of_blindness_is_told():
    assert problem_of(errors.NoAnswerError(message="gone"), blind_for=12.5).blind_for == 12.5


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        pytest.param(None, 0.0, id="nothing asked"),
        pytest.param(7.5, 7.5, id="as asked"),
        pytest.param(1e9, MAX_RETRY_AFTER, id="an absurd wish is heeded for minutes only"),
    ],
)
def test_how_long_the_service_wants_to_be_left_alone(asked: float | None, told: float):
    error = errors.ThrottledError(429, "Throttling", "slow down", retry_after=asked)
    assert problem_of(error).retry_after == told


def test_a_missing_runtime_is_definite_and_named():
    error = runtime_missing("runtime-9")
    assert error.problem.reason is Reason.RUNTIME_NOT_FOUND
    assert error.problem.definite
    assert "runtime-9" in error.problem.message


def test_the_error_reads_as_its_problem():
    problem = problem_of(errors.NoAnswerError(message="gone"))
    assert str(ProblemError(problem)) == problem.message

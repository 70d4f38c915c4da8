"""What errors tell."""

import pickle

import pytest

from agentrun_operator.agentrun.api import errors
from agentrun_operator.agentrun.api.errors import (
    AgentRunError,
    ClientError,
    ConfigError,
    DeleteResourceError,
    EndpointFailedError,
    HTTPError,
    NoAnswerError,
    RequestRejectedError,
    ResourceNotExistError,
    ServerError,
    ServiceUnavailableError,
    ThrottledError,
    WaitTimeoutError,
)

WHOLE = (404, "NotFound", "no such thing", "request-1", "GetAgentRuntimeEndpoint")


@pytest.mark.parametrize(
    ("error", "text"),
    [
        pytest.param(
            HTTPError(*WHOLE), "GetAgentRuntimeEndpoint: HTTP 404 NotFound: no such thing (request request-1)", id="all"
        ),
        pytest.param(HTTPError(500, action="GetX"), "GetX: HTTP 500", id="a status alone"),
        pytest.param(HTTPError(None, "", "ConnectError", "", "GetX"), "GetX: no answer: ConnectError", id="no answer"),
        pytest.param(HTTPError(), "AgentRun: no answer", id="nothing"),
        pytest.param(
            HTTPError(400, "C", "a\udcff", "q\ud83d"), "AgentRun: HTTP 400 C: a\ufffd (request q\ufffd)", id="halves"
        ),
        pytest.param(HTTPError(400, "C", "a\n\t b\r\n"), "AgentRun: HTTP 400 C: a b", id="several lines become one"),
    ],
)
def test_an_error_says_what_happened_in_one_line(error, text):
    assert str(error) == text


def test_a_long_code_and_a_long_request_id_are_cut():
    error = HTTPError(500, "C" * 1_000_000, "no", "r" * 1_000_000)
    assert (error.code, error.request_id) == ("C" * 64, "r" * 64)


def test_a_long_message_is_cut():
    assert len(str(HTTPError(500, "Internal", "x" * 10_000))) < 350


def test_every_error_is_an_agentrun_error():
    raised = [thing for thing in vars(errors).values() if isinstance(thing, type) and issubclass(thing, Exception)]
    assert len(raised) == 17
    assert all(issubclass(error, AgentRunError) for error in raised)


def test_the_tree_in_the_docstring_is_the_tree():
    def below(error: type[Exception]) -> set[str]:
        return {error.__name__}.union(*(below(each) for each in error.__subclasses__()))

    drawn = {line.split("── ")[1].split()[0] for line in (errors.__doc__ or "").splitlines() if "── " in line}
    assert drawn | {"AgentRunError"} == below(AgentRunError)


@pytest.mark.parametrize(("error", "builtin"), [(ConfigError, ValueError), (WaitTimeoutError, TimeoutError)])
def test_some_errors_are_builtin_ones_too(error, builtin):
    assert issubclass(error, builtin)


@pytest.mark.parametrize(
    "error",
    [
        HTTPError(*WHOLE, retry_after=1.5),
        ResourceNotExistError(*WHOLE, missing="endpoint"),
        ThrottledError(*WHOLE, retry_after=2.0),
        NoAnswerError(None, "", "ReadTimeout", "", "GetX", may_have_arrived=False),
        EndpointFailedError("endpoint e is CREATE_FAILED", "CREATE_FAILED", "no quota"),
        DeleteResourceError("Resource status is READY", "READY", "busy"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_travel_between_processes(error):
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    assert (type(copy), str(copy), vars(copy)) == (type(error), str(error), vars(error))


def test_the_names_of_the_official_sdk_read_the_same():
    error = RequestRejectedError(*WHOLE)
    assert (error.error_code, error.details) == ("NotFound", {"action": "GetAgentRuntimeEndpoint"})
    assert (error.response_body, error.response_headers) == (None, None)
    assert HTTPError().error_code is None


def test_details_are_what_the_class_tells_besides():
    assert ThrottledError(429, retry_after=2.0).details == {"retry_after": 2.0}
    assert NoAnswerError(may_have_arrived=False).details == {"may_have_arrived": False}
    assert ResourceNotExistError(404, missing="runtime").details == {"missing": "runtime"}


@pytest.mark.parametrize(
    ("error", "kind"),
    [(ThrottledError, ClientError), (RequestRejectedError, ClientError), (ServiceUnavailableError, ServerError)],
)
def test_whose_fault_it_was_is_told(error, kind):
    assert issubclass(error, kind)


def test_an_absence_is_nobodys_fault():
    assert not issubclass(ResourceNotExistError, ClientError)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (
            DeleteResourceError("it is READY"),
            "Failed to delete resource. Reason: it is READY",
        ),
        (DeleteResourceError(), "Failed to delete resource."),
    ],
)
def test_a_deletion_that_failed_is_told_as_there(error, text):
    assert str(error) == text

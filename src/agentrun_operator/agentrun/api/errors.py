"""What can go wrong with AgentRun, and how much is known about it.

    AgentRunError
    ├── ConfigError                     a setting that cannot work; also a ValueError
    ├── CredentialsNotFoundError        no access key anywhere
    ├── EndpointFailedError             waited for an endpoint that ended in a failed state
    │   └── DeleteResourceError         waited for one to be gone that stays
    ├── WaitTimeoutError                waited long enough; also a TimeoutError
    └── HTTPError                       a call to the service failed
        ├── ResourceNotExistError       the endpoint, or its runtime, does not exist
        ├── ResourceAlreadyExistError   the name is taken
        ├── ClientError                 the service refused the call
        │   ├── CredentialsRejectedError    the access key is unknown, wrong, expired or not allowed
        │   ├── ThrottledError              too many calls
        │   ├── RuntimeNotReadyError        endpoints can be written only while their runtime is READY
        │   └── RequestRejectedError        the service refused the request for another reason
        ├── ServerError                 the service failed
        │   └── ServiceUnavailableError     the service, or what stands before it, gave no usable answer
        └── NoAnswerError               the connection failed or was lost

Classes only: which of them an answer means is decided in `translation`. Imports nothing, and no secret enters here.
"""

from __future__ import annotations

from typing import Literal

from agentrun_operator.agentrun.odd import in_whole_characters

MESSAGE_LIMIT = 300
"""Characters of the service's message that are kept: bodies can be whole web pages."""

CODE_LIMIT = 64
"""Characters of its error code, and of its name for a call."""

DETAILS = ("action", "retry_after", "missing", "may_have_arrived")

Missing = Literal["endpoint", "runtime", "unknown"]


class AgentRunError(Exception):
    """Anything this client raises on purpose."""


class ConfigError(AgentRunError, ValueError):
    """A setting that cannot work; the message names it and says what would."""


class CredentialsNotFoundError(AgentRunError):
    """No access key was given, none is in the environment, and the default provider chain has none."""


class EndpointFailedError(AgentRunError):
    """An endpoint that was waited for is in a state that waiting does not lead out of.

    Attributes:
        status: the state, the service's word.
        status_reason: the service's reason, if it gave one.
    """

    def __init__(self, message: str, status: str | None = None, status_reason: str | None = None) -> None:
        super().__init__(message, status, status_reason)
        self.status = status
        self.status_reason = status_reason

    def __str__(self) -> str:
        return str(self.args[0])


class DeleteResourceError(EndpointFailedError):
    """An endpoint was deleted, and is still there in a state that does not lead to its end."""

    def __init__(self, message: str = "", status: str | None = None, status_reason: str | None = None) -> None:
        super().__init__(message, status, status_reason)

    def __str__(self) -> str:
        return f"Failed to delete resource.{' Reason: ' if self.args[0] else ''}{self.args[0]}"


class WaitTimeoutError(AgentRunError, TimeoutError):
    """The time to wait is over, and the endpoint is not where it should be."""


class HTTPError(AgentRunError):
    """A call to the service failed.

    Attributes:
        status_code: the HTTP status, None when there was no answer.
        code: the service's error code, cut, `""` when it gave none.
        message: what the service, or the connection, had to say, cut to a readable length.
        request_id: what to quote to the service's support, `""` when there is none.
        action: the API action that was called, such as `GetAgentRuntimeEndpoint`.
        retry_after: seconds that the service asked to wait before the next call, None when it did not.
        response_body: what the answer said of the failure, cut and without secrets, None when that is unreadable.
        response_headers: the answer's headers that help to find its cause, None when there was no answer.
    """

    response_body: dict[str, str] | None = None
    response_headers: dict[str, str] | None = None

    def __init__(
        self,
        status_code: int | None = None,
        code: str = "",
        message: str = "",
        request_id: str = "",
        action: str = "",
        *,
        retry_after: float | None = None,
    ) -> None:
        code, request_id = _line(code, CODE_LIMIT), _line(request_id, CODE_LIMIT)
        message = _line(message, MESSAGE_LIMIT + 1)
        message = message if len(message) <= MESSAGE_LIMIT else message[:MESSAGE_LIMIT] + "…"
        super().__init__(status_code, code, message, request_id, action)
        self.status_code = status_code
        self.code = code
        self.message = message
        self.request_id = request_id
        self.action = action
        self.retry_after = retry_after

    @property
    def error_code(self) -> str | None:
        """Another name of `code`, None when there is none."""
        return self.code or None

    @property
    def details(self) -> dict[str, object]:
        """What else is known: the action, and what the error's class tells."""
        known = {name: getattr(self, name, None) for name in DETAILS}
        return {name: value for name, value in known.items() if value not in (None, "")}

    def __str__(self) -> str:
        answer = "no answer" if self.status_code is None else f"HTTP {self.status_code}"
        reason = ": ".join(part for part in (f"{answer} {self.code}".strip(), self.message) if part)
        request = f" (request {self.request_id})" if self.request_id else ""
        return f"{self.action or 'AgentRun'}: {reason}{request}"


class ResourceNotExistError(HTTPError):
    """The service says that the endpoint, or its runtime, does not exist.

    Attributes:
        missing: which of the two, or `"unknown"` when the message does not tell.
    """

    def __init__(
        self,
        status_code: int | None = None,
        code: str = "",
        message: str = "",
        request_id: str = "",
        action: str = "",
        *,
        missing: Missing = "unknown",
    ) -> None:
        super().__init__(status_code, code, message, request_id, action)
        self.missing: Missing = missing


class ResourceAlreadyExistError(HTTPError):
    """The runtime already has an endpoint of that name."""


class ClientError(HTTPError):
    """The service refused the call; what exists or not has errors of its own."""


class ServerError(HTTPError):
    """The service, or what stands before it, failed."""


class CredentialsRejectedError(ClientError):
    """The access key is unknown, disabled, expired or wrong, or may not do this."""


class ThrottledError(ClientError):
    """Too many calls; `retry_after` says, in seconds, when the service wants to hear from us again."""


class RuntimeNotReadyError(ClientError):
    """The runtime is not READY, and its endpoints can be written only then: try again later."""


class RequestRejectedError(ClientError):
    """The service understood the request and refused it; the same request will be refused again."""


class ServiceUnavailableError(ServerError):
    """A server error, or an answer that is none: HTML, nothing at all, JSON of another shape.

    Attributes:
        done: whether the service said that it did what was asked for, and what it tells besides makes no sense.
    """

    done: bool = False


class NoAnswerError(HTTPError):
    """The connection failed, or ended before the answer.

    Attributes:
        may_have_arrived: False only when the request certainly never left; else it may have taken effect.
    """

    def __init__(
        self,
        status_code: int | None = None,
        code: str = "",
        message: str = "",
        request_id: str = "",
        action: str = "",
        *,
        may_have_arrived: bool = True,
    ) -> None:
        super().__init__(status_code, code, message, request_id, action)
        self.may_have_arrived = may_have_arrived


def _line(text: str, limit: int) -> str:
    """The beginning of a text, on one line and without half characters; the rest is not looked at."""
    return " ".join(in_whole_characters(text[: 4 * limit]).split())[:limit]

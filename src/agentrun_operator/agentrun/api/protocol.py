"""The words in which an operation talks to whoever drives it: requests out, responses in, pauses in between.

No I/O and no HTTP library, so that one operation serves the sync and the async client, and a test that is neither.
"""

from __future__ import annotations

import json
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self, TypeAlias, TypeVar

from pydantic import JsonValue, ValidationError

from agentrun_operator.agentrun.api.canonical import encode_query, escape
from agentrun_operator.agentrun.api.errors import ServiceUnavailableError
from agentrun_operator.agentrun.odd import ModelT, read_oddly, read_page_oddly

if TYPE_CHECKING:
    from agentrun_operator.agentrun.models import ItemT, Page

T = TypeVar("T")

API_VERSION = "2025-09-10"
BASE_PATH = f"/{API_VERSION}/agents/runtimes"


@dataclass(frozen=True, slots=True)
class Request:
    """A call to one of the API's actions.

    Attributes:
        action: the API action, such as `GetAgentRuntimeEndpoint`.
        method: the HTTP method.
        path: the segments after the API's base path, not yet percent-encoded.
        query: the query's parameters.
        body: the body, JSON in UTF-8, None for none.
        repeatable: whether sending it twice does what sending it once does.
        ahead: what will be asked for next, as far as can be told; it may be sent at the same time.

    Raises:
        ValueError: a segment is no text, empty or a dot: it would lead to another resource than the one that was meant.
    """

    action: str
    method: str
    path: tuple[str, ...] = ()
    query: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    repeatable: bool = True
    ahead: tuple[Request, ...] = field(default=(), compare=False, repr=False)

    def __post_init__(self) -> None:
        for segment in self.path:
            if not _is_id(segment):
                raise ValueError(f"{self.action}: {segment!r:.100} is no id of a runtime or an endpoint")

    @classmethod
    def with_body(cls, action: str, method: str, path: tuple[str, ...], body: JsonValue, *, repeatable: bool) -> Self:
        """A request that carries `body` as JSON."""
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        return cls(action, method, path, body=text.encode(), repeatable=repeatable)

    @property
    def target(self) -> str:
        """Path and query as they go over the wire."""
        path = "/".join((BASE_PATH, *map(escape, self.path)))
        return f"{path}?{encode_query(self.query)}" if self.query else path


@dataclass(frozen=True, slots=True)
class Response:
    """A successful answer, its envelope opened.

    Attributes:
        action: the action that it answers.
        status_code: the HTTP status.
        request_id: the service's name for the call.
        data: what was in the envelope; None when there was nothing.
        size: bytes that it takes in memory, about.
        garbled: whether it could be read only at the second try, so that characters of its texts may be lost.
    """

    action: str
    status_code: int
    request_id: str
    data: JsonValue
    size: int = field(default=0, compare=False)
    garbled: bool = field(default=False, compare=False)

    def read(self, model: type[ModelT]) -> ModelT:
        """The data as a `model`. What of it makes no sense reads as absent, and is told of by `odd.oddity_of`.

        Raises:
            ServiceUnavailableError: there is no data, or it is no object.
        """
        data = self._object()
        try:
            if not self.garbled:
                return model.model_validate(data)
        except ValidationError:
            pass  # and the error, which holds on to the whole answer, with it
        return read_oddly(model, data, self.request_id, garbled=self.garbled)

    def read_page(self, page: type[Page[ItemT]]) -> Page[ItemT]:
        """The data as a page of a list. An item that makes no sense is there all the same, as far as it does.

        Raises:
            ServiceUnavailableError: there is no data, or nobody knows what is on the page.
        """
        data = self._object()
        try:
            if not self.garbled:
                return page.model_validate(data)
        except ValidationError:
            pass
        found = read_page_oddly(page, data, self.request_id, garbled=self.garbled)
        if found is None:
            raise self.malformed("data: it is no page of a list")
        return found

    def _object(self) -> dict[str, JsonValue]:
        if not self.data:
            raise self.malformed("it tells nothing")
        if not isinstance(self.data, dict):
            raise self.malformed("data: it is no object")
        return self.data

    def malformed(self, what: str) -> ServiceUnavailableError:
        """The error for an answer that succeeded but makes no sense."""
        what = f"the answer is malformed: {what}"
        error = ServiceUnavailableError(self.status_code, "MalformedAnswer", what, self.request_id, self.action)
        error.done = True
        return error


@dataclass(frozen=True, slots=True)
class Pause:
    """A wish to wait.

    Attributes:
        seconds: how long.
    """

    seconds: float


Operation: TypeAlias = Generator[Request, Response, T]
"""A call, or several: yields requests, is sent responses or thrown an HTTPError, returns the result."""

Process: TypeAlias = Generator[Request | Pause, Response, T]
"""An operation that also waits: a pause is answered by nothing."""


def _is_id(segment: object) -> bool:
    return isinstance(segment, str) and segment not in {"", ".", ".."}

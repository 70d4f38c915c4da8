"""How a request to the API server fails, in one form. Makes no request."""

from __future__ import annotations

from dataclasses import dataclass

from agentrun_operator.controller.kube.session import UNAUTHORIZED

TAKEN, FORBIDDEN, NOT_FOUND, CONFLICT, TOO_SLOW, BUSY = 200, 403, 404, 409, 408, 429

OUT_OF_SERVICE = frozenset({0, 503, 504})
"""No answer, or that of a server that does not serve."""

PASSING = frozenset({UNAUTHORIZED, TOO_SLOW, BUSY})
"""Answers that tell nothing of the request: it fares better once the credential is renewed, or the server has time."""


class TooLargeError(Exception):
    """An answer is larger than what is read of it."""


@dataclass(slots=True)
class KubeError(Exception):
    """The API server refused, or did not answer.

    Args:
        status: the HTTP status; 0 when there was no answer.
        message: what it said.
        asked: method and path of the request.
    """

    status: int
    message: str
    asked: str

    @property
    def refused(self) -> bool:
        """Whether it said no, or took less than it was asked, so that the same request will fare no better."""
        said_no = TAKEN <= self.status < 500  # noqa: PLR2004 - from there on it is the server's fault
        return said_no and self.status not in PASSING

    @property
    def unanswered(self) -> bool:
        """Whether nobody decided about the request: whatever else is asked now fares no better."""
        return self.status in PASSING | OUT_OF_SERVICE

    def __str__(self) -> str:
        told = f"answered {self.status}" if self.status else "did not answer"
        return f"The Kubernetes API server {told} to {self.asked}: {self.message}"

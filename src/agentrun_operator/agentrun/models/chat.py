"""What the data plane answered to one message, as far as it is judged. Its text is in nobody's repr."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Failure(StrEnum):
    """Why there is no answer to judge."""

    NO_CONNECTION = "NoConnection"
    TIMED_OUT = "TimedOut"
    REFUSED = "Refused"  # by its status
    TOO_LARGE = "TooLarge"
    MALFORMED = "Malformed"


@dataclass(frozen=True, slots=True)
class ChatReply:
    """An answer, or the lack of one.

    Attributes:
        seconds: from the request to the answer's last byte, or to its end.
        failure: why there is nothing to judge; None if there is.
        status: the HTTP status; None without an answer.
        text: what was said.
        tools: the names of the tools that were called for.
        tokens: the tokens of the answer, as its usage tells; None if it does not.
    """

    seconds: float
    failure: Failure | None = None
    status: int | None = None
    text: str = field(default="", repr=False)
    tools: frozenset[str] = field(default=frozenset(), repr=False)
    tokens: int | None = None

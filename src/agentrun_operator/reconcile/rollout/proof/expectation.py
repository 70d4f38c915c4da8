"""Judges one answer to a golden prompt. The answer's text comes in here, and nothing of it goes out.

Texts are compared whatever their case and width, by plain search: a tenant's regular expression could take for ever.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple
from unicodedata import combining, normalize

from agentrun_operator.agentrun.models.chat import Failure
from agentrun_operator.resources.rollout.fields import seconds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agentrun_operator.agentrun.models.chat import ChatReply
    from agentrun_operator.resources.rollout.analysis import Expect

NOT_OURS_TO_ASK = frozenset({401, 403, 429})
"""Statuses that tell of who asks, and how often: nothing of the version that was asked."""

LONGEST_RUN = 30
"""Marks on one character that are put in order, as Unicode's stream-safe form has it: sorting longer runs takes a time
that grows with their square."""

PIECE = 1024
"""Characters that are folded at once: one of them may become eighteen, and nobody else goes on meanwhile."""

JOINER = "\u034f"
"""Divides a run without a trace."""


class Outcome(StrEnum):
    """What an answer is."""

    RIGHT = "right"
    WRONG = "wrong"
    BROKEN = "broken"
    """It failed by transport: whose fault that is, tells the control."""
    UNAVAILABLE = "unavailable"
    """Whoever asks may not, or not now."""
    UNTOLD = "untold"
    """It tells no usage, and that was asked for."""


class Judged(NamedTuple):
    """An answer without its text.

    Args:
        outcome: what it is.
        seconds: how long it took.
        tokens: as its usage tells; None if it does not.
        status: the HTTP status; None without an answer.
    """

    outcome: Outcome
    seconds: float = 0.0
    tokens: int | None = None
    status: int | None = None

    @property
    def answered(self) -> bool:
        """Whether there was something to judge."""
        return self.outcome in {Outcome.RIGHT, Outcome.WRONG, Outcome.UNTOLD}


def judged(reply: ChatReply, expect: Expect) -> Judged:
    """What an answer is, by what it has to be like."""
    return Judged(_outcome(reply, expect), reply.seconds, reply.tokens, reply.status)


def folded(text: str) -> str:
    """A text without differences of case and width."""
    return text.lower() if text.isascii() else "".join(map(_folded, _pieces(text)))


def _folded(piece: str) -> str:
    return normalize("NFKC", normalize("NFKC", "".join(_stream_safe(piece))).casefold())


def _pieces(text: str) -> Iterator[str]:
    """The text in pieces, each up to a character that belongs to no other before it, if there is one soon."""
    start = 0
    while start < len(text):
        end = start + PIECE
        while end < min(len(text), start + 2 * PIECE) and not text[end].isascii():
            end += 1
        yield text[start:end]
        start = end


def _outcome(reply: ChatReply, expect: Expect) -> Outcome:
    if reply.failure is Failure.REFUSED and reply.status in NOT_OURS_TO_ASK:
        return Outcome.UNAVAILABLE
    if reply.failure:
        return Outcome.BROKEN
    if not _says(reply, expect) or not set(expect.tool_calls) <= reply.tools:
        return Outcome.WRONG
    if expect.max_latency and reply.seconds > seconds(expect.max_latency):
        return Outcome.WRONG
    return _by_tokens(reply.tokens, expect.max_tokens)


def _says(reply: ChatReply, expect: Expect) -> bool:
    if not expect.contains and not expect.not_contains:
        return True
    said = folded(reply.text)
    return all(folded(words) in said for words in expect.contains) and not any(
        folded(words) in said for words in expect.not_contains
    )


def _by_tokens(tokens: int | None, most: int | None) -> Outcome:
    if most is None:
        return Outcome.RIGHT
    if tokens is None:
        return Outcome.UNTOLD
    return Outcome.RIGHT if tokens <= most else Outcome.WRONG


def _stream_safe(text: str) -> Iterator[str]:
    """The text's characters, and a joiner in each run of marks that is too long."""
    run = 0
    for character in text:
        for part in normalize("NFKD", character):
            run = run + 1 if combining(part) else 0
        if run > LONGEST_RUN:
            yield JOINER
            run = 0
        yield character

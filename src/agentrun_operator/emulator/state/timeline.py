"""What will have happened by a given time. Nothing runs in the background: whoever looks first makes it so."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count


@dataclass(frozen=True, slots=True)
class Ending:
    """How a change ends.

    Attributes:
        after: seconds it takes.
        status: the status it ends in, any word; None: the endpoint is gone.
        reason: shown with the status.
    """

    after: float
    status: str | None
    reason: str | None = None


class Timeline:
    """The endings to come, at most one for each subject: a new one takes the place of the one before."""

    def __init__(self) -> None:
        self._queue: list[tuple[float, int, str, Ending]] = []
        self._valid: dict[str, int] = {}
        self._tickets = count()

    def schedule(self, now: float, subject: str, ending: Ending) -> None:
        """Let `ending` come over `subject`, instead of what would have."""
        ticket = next(self._tickets)
        self._valid[subject] = ticket
        heapq.heappush(self._queue, (now + ending.after, ticket, subject, ending))

    def cancel(self, subject: str) -> None:
        """Let nothing come over `subject`."""
        self._valid.pop(subject, None)

    def elapsed(self, now: float) -> Iterator[tuple[float, str, Ending]]:
        """Take what is due at `now`, in order: the time it was due, its subject, and the ending."""
        while self._queue and self._queue[0][0] <= now:
            at, ticket, subject, ending = heapq.heappop(self._queue)
            if self._valid.get(subject) == ticket:
                del self._valid[subject]
                yield at, subject, ending

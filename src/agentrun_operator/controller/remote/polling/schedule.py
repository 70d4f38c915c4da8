"""How often to look at a runtime: pure, so that each pause can be shown in a table.

While something is under way the pause is a share of how long nothing has moved, so that a change shows soon after it
happens and one stuck endpoint does not keep a big runtime on short intervals for ever. Following is never more than a
share of the account's calls, and while changes are sent, of those changes.
"""

from __future__ import annotations

from dataclasses import dataclass

from agentrun_operator.backoff import backoff

PATIENCE = 0.03
"""The pause while something is under way, as a share of how long nothing has moved."""

SHARE = 0.25
"""The part of the account's calls that following one runtime takes at most."""

WRITES_PER_CALL = 8
"""While changes are sent to the runtime, so many allow a call of a look: a bulk goes as fast as it can, and following
it adds less than a tenth to its calls."""

CALL_PAUSE = 0.2
"""Seconds after which a call is allowed though fewer changes were sent."""

DEAR = 75
"""Pages of a list of which a page costs twice as much: the longer the list, the less a page tells."""


@dataclass(frozen=True, slots=True)
class Step:
    """A look at what is under way, whatever takes the fewest calls.

    Args:
        endpoint_ids: the endpoints to get; none means all of them, by the list.
        parts: in how many steps a look at all of them is made.
    """

    endpoint_ids: tuple[str, ...] = ()
    parts: int = 1

    @property
    def calls(self) -> int:
        """How many it takes."""
        return len(self.endpoint_ids) or 1

    @property
    def price(self) -> float:
        """How many calls it costs while changes are sent."""
        return self.calls * (1 + self.parts / DEAR)


@dataclass(frozen=True, slots=True)
class PollSchedule:
    """How often to look.

    Args:
        interval: seconds between two looks at rest.
        fast: seconds between two looks at what is under way.
        rate: the most calls a second to the account. What throttling leaves of it is shared out by urgency.
    """

    interval: float
    fast: float
    rate: float

    def at_rest(self, jitter: float) -> float:
        """The pause while nothing is under way.

        Args:
            jitter: a random number from 0 to 1; it spreads the looks by a tenth either way.
        """
        return self.resting + self.interval * jitter / 5

    def following(self, step: Step, still: float, *, quiet: float, writes: int) -> float:
        """The pause before a look at what is under way.

        Args:
            step: the look.
            still: seconds since something last moved.
            quiet: seconds since a change was last sent to the runtime.
            writes: changes that were sent since the last look.
        """
        # A reading of all pages is the regular look, and has to be in time.
        longest = self.interval / min(step.parts, 2)
        wanted = min(longest, max(self.fast, PATIENCE * still)) / step.parts
        paid = quiet >= self.fast or writes >= WRITES_PER_CALL * step.price
        allowed = max(step.calls / (SHARE * self.rate), 0.0 if paid else CALL_PAUSE * step.price)
        return min(self.interval, max(wanted, allowed))

    def failing(self, failures: int) -> float:
        """The pause after so many failures in a row, one at least."""
        return backoff(failures, first=self.fast, at_most=self.interval)

    @property
    def resting(self) -> float:
        """The shortest pause while nothing is under way."""
        return self.interval * 0.9

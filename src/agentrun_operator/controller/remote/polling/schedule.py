"""How long to wait before a runtime is looked at again. Pure, so that each pause can be shown in a table.

At rest that is the poll interval. While an endpoint is in transition (CREATING, say) it is the fast interval, growing
with the time for which nothing has changed: after 60 s without news a look comes each 1.8 s, so that an endpoint that
is stuck does not keep its runtime on short intervals for ever. Looks at the transitions of one runtime take at most a
quarter of the account's calls.
"""

from __future__ import annotations

from dataclasses import dataclass

from agentrun_operator.backoff import backoff

PATIENCE = 0.03
"""The pause while something is in transition, as a share of the time for which nothing has changed."""

SHARE = 0.25
"""The part of the account's calls that looks at the transitions of one runtime take at most."""

DEAR = 48
"""Pages of a list from which on a page counts as two calls: the longer the list, the less news a page has. Ten pages
are nearly as cheap as one, so that of a thousand endpoints each is seen within 1.5 seconds."""


@dataclass(frozen=True, slots=True)
class Step:
    """One look at what is in transition: at single endpoints or at a page of the list, whatever takes fewer calls.

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
        return self.calls * (1 + (self.parts / DEAR) ** 2)


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

    def following(self, step: Step, still: float) -> float:
        """The pause before a look at what is under way, if something last moved `still` seconds ago."""
        # A pass over all pages stands for the full refresh, and has to be in time.
        longest = self.interval / min(step.parts, 2)
        wanted = min(longest, max(self.fast, PATIENCE * still)) / step.parts
        return min(self.interval, max(wanted, step.calls / (SHARE * self.rate)))

    def failing(self, failures: int) -> float:
        """The pause after so many failures in a row, one at least."""
        return backoff(failures, first=self.fast, at_most=self.interval)

    @property
    def resting(self) -> float:
        """The shortest pause while nothing is under way."""
        return self.interval * 0.9

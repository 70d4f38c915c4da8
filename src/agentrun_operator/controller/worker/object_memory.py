"""What the running operator remembers of one object between passes. Losing it in a restart costs a look, never an
endpoint.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from agentrun_operator.reconcile.attempts import Attempts

if TYPE_CHECKING:
    from agentrun_operator.reconcile.desired import Desired

LIST_LAG = 15.0
"""Seconds for which a list may lack an endpoint whose creation nobody knows to have failed. How long lists lag is not
documented; this is many times what was seen."""

CREATE_LAG = 5.0
"""Seconds for which no further create is sent after one of which nobody knows whether it was done."""

NEVER = float("-inf")


@dataclass(slots=True)
class ObjectMemory:
    """One object's track.

    Args:
        uid: the object; one that was made anew under the name has a track of its own.
        attempts: what was tried.
        since: a list that began before this moment says nothing about the endpoint.
        doubt: since when an endpoint may exist of which no id is known; None if there is no such doubt.
        unrecorded: whether an endpoint was made or seen that is not the recorded one.
        started: when the first look was made; None before it.
    """

    uid: str
    attempts: Attempts = field(default_factory=Attempts)
    since: float = NEVER
    doubt: float | None = None
    unrecorded: bool = False
    started: float | None = None

    def begin(self, desired: Desired, moment: float) -> None:
        """At the first look: a claim without an id, from before this process, may stand for an endpoint."""
        self.attempts = self.attempts.of(desired.generation)
        if self.started is not None:
            return
        self.started = moment
        if desired.current_claim and not desired.recorded.managed_id:
            self.doubt = moment

    def sends_create(self, moment: float) -> None:
        """A create is about to be sent: until it is answered, an endpoint may exist."""
        self.doubt = self.since = moment
        self.attempts = replace(self.attempts, claim_unused=False)

    def create_was_refused(self) -> None:
        """The create was certainly refused, and so was every one before it under this claim."""
        self.doubt = None
        self.attempts = replace(self.attempts, claim_unused=True)

    def created(self) -> None:
        """Its creation was accepted; the id is yet to be recorded."""
        self.doubt, self.unrecorded = None, True

    def saw(self, endpoint_id: str | None, desired: Desired) -> None:
        """An endpoint was seen: ours, or another one of the name."""
        self.unrecorded = endpoint_id != desired.recorded.endpoint_id

    def sure(self) -> None:
        """The endpoint was seen."""
        self.doubt = None

    def doubtful(self, moment: float, lag: float = LIST_LAG) -> bool:
        """Whether an endpoint may exist that lists do not show yet."""
        return self.doubt is not None and moment - self.doubt < lag

    def shown_by(self, moment: float) -> float:
        """From when on a list shows whatever was made for this object, by this process or one before it; `moment` at
        the latest, which is now.
        """
        if self.doubt is not None or self.unrecorded or self.started is None:
            return moment
        return min(moment, max(self.since, self.started) + LIST_LAG)

"""What the process remembers of one object from one reconcile to the next. Values: each method gives the next one.

Losing it in a restart costs a look, never an endpoint. Nothing is asked or written here.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from agentrun_operator.backoff import backoff
from agentrun_operator.reconcile.actions import Create
from agentrun_operator.reconcile.attempts import Attempts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from agentrun_operator.controller.keys import Body
    from agentrun_operator.reconcile.actions import Write
    from agentrun_operator.reconcile.after_write import WriteResult
    from agentrun_operator.reconcile.desired import Desired
    from agentrun_operator.reconcile.rollout.memory import ProbeEndpoint
    from agentrun_operator.reconcile.state.claim import Claim
    from agentrun_operator.reconcile.state.observed import EndpointSeen

LIST_LAG = 15.0
"""Seconds for which a list may lack an endpoint whose creation nobody knows to have failed. How long lists lag is not
documented; this is many times what was seen."""

CREATE_LAG = 5.0
"""Seconds for which no further create is sent after one of which nobody knows whether it was done."""

CONFLICT_PAUSE = 0.5
"""Seconds before an object is read again that changed while it was written."""

FIRST_TRY_PAUSE, LONGEST_TRY_PAUSE = 1.0, 300.0
"""Seconds between two writes about a probe endpoint that stays where it is not to be; each pause is twice the last."""

NEVER = float("-inf")


class Moment(NamedTuple):
    """One moment on two clocks: people and other processes go by the time of day, lists by the process's own seconds.

    Args:
        time: the time of day, as it was at the start and with what has passed since.
        clock: seconds, never set back.
    """

    time: datetime
    clock: float


class Tries(NamedTuple):
    """The writes about a probe endpoint that did not bring it to where it is to be.

    Args:
        made: how many there were.
        not_before: when the next may be sent.
    """

    made: int = 0
    not_before: float = NEVER

    def after(self, now: float) -> Tries:
        """One more was sent: whatever comes of it, they grow fewer. The first is most often all that it takes."""
        return Tries(self.made + 1, now + backoff(self.made, first=FIRST_TRY_PAUSE, at_most=LONGEST_TRY_PAUSE))


class ProbesMemory(NamedTuple):
    """The probe endpoints of an object, as this process remembers them.

    Args:
        tries: the writes that were sent in vain so far, by role.
        noted: the roles that this process recorded, and sent no create for yet.
        sent: when a create was sent for a role.
        ready: those that may be asked.
        trouble: what keeps them from being ready, for people; empty if nothing does.
    """

    tries: Mapping[str, Tries] = {}
    noted: frozenset[str] = frozenset()
    sent: Mapping[str, float] = {}
    ready: tuple[ProbeEndpoint, ...] = ()
    trouble: str = ""


class ObjectMemory(NamedTuple):
    """One object, as this process remembers it. Times are in seconds of the clock.

    Args:
        uid: the object; one that was made anew under its name is another.
        attempts: what was tried.
        begun_at: when it was first worked on; None before that.
        changed_at: when a write was last sent of which no answer told how the endpoint is now: an older list says
            nothing about it.
        created_at: when a create was sent of whose endpoint no id is known, if there is one at all (the answer was
            lost, for one); None if there is no such doubt.
        unrecorded: whether an endpoint was made or seen that is not the one recorded in the status.
        unwritten: the status that the API server did not take; None when it took the last one. Decisions go by it.
        conflicts: how many writes in a row were answered that the object has changed.
        claim: the claim that the API server was seen to hold, at the first look or by an answer to a write of ours.
            Whoever takes it out of the status, or puts another there, changes nothing.
        made_id: the endpoint that was made, until the status has it: it is this object's from the answer on.
        pending: the object as it was when a create was sent that may have made an endpoint of which its status does not
            tell; None if there is none. If the object is torn away, that endpoint is left behind.
        latest_id: the endpoint that was last seen, at rest, with the word LATEST; empty if none was.
        ignored: the request about a rollout of which it was told that it does not fit.
        probes: its probe endpoints.
    """

    uid: str
    attempts: Attempts = Attempts()
    begun_at: float | None = None
    changed_at: float = NEVER
    created_at: float | None = None
    unrecorded: bool = False
    unwritten: Mapping[str, Any] | None = None
    conflicts: int = 0
    claim: Claim | None = None
    made_id: str = ""
    pending: Body | None = None
    latest_id: str = ""
    ignored: str = ""
    probes: ProbesMemory = ProbesMemory()

    def begin(self, desired: Desired, now: float) -> ObjectMemory:
        """Before a look. At the first one, a claim without an id may stand for an endpoint: an earlier process may have
        sent a create.
        """
        attempts = self.attempts.of(desired.generation)
        if self.begun_at is not None:
            return self._replace(attempts=attempts) if attempts is not self.attempts else self
        claim = desired.current_claim
        created_at = now if claim and not desired.managed_id else self.created_at
        return self._replace(attempts=attempts, begun_at=now, created_at=created_at, claim=claim)

    def saw(self, endpoint: EndpointSeen | None, desired: Desired) -> ObjectMemory:
        """After a look: it showed ours, or another endpoint of the name, or none."""
        if endpoint is None:
            return self
        unrecorded = endpoint.wire.agent_runtime_endpoint_id != desired.recorded.endpoint_id
        latest_id = endpoint.id if endpoint.shows_latest else self.latest_id
        if (unrecorded, latest_id) == (self.unrecorded, self.latest_id):
            return self
        return self._replace(unrecorded=unrecorded, latest_id=latest_id)

    def claiming(self) -> ObjectMemory:
        """This process is about to write a claim, under which no create was sent yet."""
        return self._replace(attempts=replace(self.attempts, claim_unused=True))

    def replanned(self, generation: int) -> ObjectMemory:
        """Another split of the traffic is recorded: no try for the one before counts."""
        return self._replace(attempts=Attempts(generation, claim_unused=self.attempts.claim_unused))

    def holding(self, claim: Claim | None) -> ObjectMemory:
        """The API server holds this claim; none: it is to go with the next write of the status."""
        return self._replace(claim=claim, pending=self.pending if claim else None)

    def before(self, write: Write, now: Moment, body: Body | None = None) -> ObjectMemory:
        """A write is about to be sent for an object: until a create is answered, an endpoint may exist."""
        if not isinstance(write, Create):
            return self
        attempts = replace(self.attempts, claim_unused=False, create_refused=False)
        return self._replace(attempts=attempts, changed_at=now.clock, created_at=now.clock, pending=body)

    def after(
        self, write: Write, result: WriteResult, now: Moment, *, claim_unused: bool, retry_max: float, jitter: float
    ) -> ObjectMemory:
        """A write was answered, or its answer was lost.

        Args:
            write: what was sent.
            result: how it went.
            now: the present.
            claim_unused: whether no create had been sent under the claim before this write.
            retry_max: the longest pause in seconds after a failed state.
            jitter: a random number from 0 to 1.
        """
        if result.problem is not None:
            return self._after_problem(write, result, now, claim_unused=claim_unused)
        memory = self._replace(attempts=self.attempts.after(write, now.time, retry_max, jitter))
        if result.endpoint is None:
            memory = memory._replace(changed_at=now.clock)
        if not isinstance(write, Create) or not result.endpoint_id:
            return memory
        return memory._replace(created_at=None, unrecorded=True, made_id=result.endpoint_id)

    def _after_problem(self, write: Write, result: WriteResult, now: Moment, *, claim_unused: bool) -> ObjectMemory:
        if not result.certain:
            return self._replace(changed_at=now.clock)
        if isinstance(write, Create) and claim_unused:  # and so was every create before it under this claim
            attempts = replace(self.attempts, claim_unused=True, create_refused=True)
            return self._replace(created_at=None, attempts=attempts, pending=None)
        return self

    def status(self, body: Body) -> Mapping[str, Any]:
        """The status that an object would have: what decisions go by, whatever the API server took, with the claim that
        stood, whatever somebody wrote since, and with the endpoint that was made.
        """
        known: Mapping[str, Any] = body["status"] if self.unwritten is None else self.unwritten
        ours: dict[str, Any] = {"claim": self.claim.document()} if self.claim else {}
        if self.claim and self.made_id and not known.get("endpointId"):
            ours |= {"endpointId": self.made_id, "agentRuntimeId": self.claim.runtime_id}
        if self.begun_at is None or (known.get("claim") == ours.get("claim") and len(ours) < 2):  # noqa: PLR2004 - as it is
            return known
        return {name: value for name, value in known.items() if name != "claim"} | ours

    def overwritten(self, status: Mapping[str, Any] | None) -> ObjectMemory:
        """Somebody wrote over this status, which stays the truth, unless a later one is known; None: nobody did."""
        return self if status is None or self.unwritten is not None else self._replace(unwritten=status)

    def untold(self, status: Mapping[str, Any]) -> ObjectMemory:
        """The API server did not take this status, or did not say: it is the truth all the same."""
        return self._replace(unwritten=status, made_id="")

    def told(self, status: Mapping[str, Any]) -> ObjectMemory:
        """The API server took this status."""
        pending = None if status.get("endpointId") else self.pending
        return self._replace(unwritten=None, conflicts=0, made_id="", pending=pending)

    def conflicted(self) -> ObjectMemory:
        """A write was answered that the object has changed."""
        return self._replace(conflicts=self.conflicts + 1)

    def conflict_pause(self, at_most: float, chance: float) -> float:
        """Seconds after a conflict: the watch is about to tell. Where somebody only says so, the pauses grow."""
        return backoff(self.conflicts - 1, first=CONFLICT_PAUSE, at_most=at_most, chance=chance, spread=0.2)

    def settled(self) -> ObjectMemory:
        """Spec and endpoint were seen to agree: no try counts any more, and no endpoint is in doubt."""
        return self._replace(attempts=self.attempts.settled(), created_at=None)

    def doubtful(self, now: float, lag: float = LIST_LAG) -> bool:
        """Whether an endpoint may exist that lists do not show yet."""
        return self.created_at is not None and now - self.created_at < lag

    def conclusive_from(self, now: float) -> float:
        """How new a list has to be to show whatever was made for this object, by this process or one before it: begun
        after the result. That is `now` at the latest.
        """
        if self.created_at is not None or self.unrecorded or self.begun_at is None:
            return now
        return min(now, max(self.changed_at, self.begun_at) + LIST_LAG)

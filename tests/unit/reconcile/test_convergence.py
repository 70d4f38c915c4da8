"""Decisions one after the other, against a service of a few fields: whatever goes wrong, they arrive, and then rest.

An event happens in each pass: a write is refused, or ends in a failed state; the operator crashes right after a write
or is restarted; somebody changes or deletes the endpoint. When no event is left, the object has to come to rest.
"""

from dataclasses import dataclass, field
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from agentrun_operator.reconcile.actions import (
    AddClaim,
    Confirm,
    Create,
    Delete,
    Release,
    RemoveClaim,
    Rest,
    Retry,
    Update,
)
from agentrun_operator.reconcile.after_write import accepted, failed
from agentrun_operator.reconcile.attempts import Attempts
from agentrun_operator.reconcile.decide import decide
from agentrun_operator.reconcile.decision import Decision
from agentrun_operator.reconcile.state.observed import EndpointSeen, Problem
from agentrun_operator.resources.names import FINALIZER
from agentrun_operator.resources.reasons import Reason
from support.objects import NOW, Case, Object, a_look, a_new_object, an_endpoint, conditions, time_text

EVENTS = st.lists(
    st.sampled_from(["", "refused", "fails", "crash", "restart", "changed outside", "deleted outside"]), max_size=12
)
PASSES = 25
"""Several times what any of these events costs."""

Write = Create | Update | Delete


@dataclass
class Service:
    """Holds one endpoint, and takes its time."""

    seen: EndpointSeen | None = None
    becomes: EndpointSeen | None = None
    created: int = 0

    def obey(self, write: Write, description: str, *, fails: bool) -> None:
        """Begins what is asked for."""
        match write:
            case Create():
                assert self.seen is None, "created twice"
                self.created += 1
                self._begins("CREATING", description, "CREATE_FAILED" if fails else "READY", description)
            case Update():
                assert self.seen is not None, "updated what is not there"
                before = self.seen.comparable.description
                self._begins("UPDATING", before, *(("UPDATE_FAILED", before) if fails else ("READY", description)))
            case Delete():
                assert self.seen is not None, "deleted what is not there"
                self._begins("DELETING", description, "DELETE_FAILED", description)
                self.becomes = self.becomes if fails else None

    def time_passes(self) -> None:
        """What was begun ends."""
        self.seen = self.becomes

    def hand(self, event: str) -> None:
        """Somebody does something."""
        if self.seen is not None and event == "changed outside":
            self.seen = self.becomes = self._one(self.seen.state, "theirs")
        if event == "deleted outside":
            self.seen = self.becomes = None

    def _begins(self, state: str, description: str, later: str, then: str) -> None:
        self.seen, self.becomes = self._one(state, description), self._one(later, then)

    def _one(self, state: str, description: str) -> EndpointSeen:
        return an_endpoint(state, f"ep-{self.created}", description=description)


@dataclass
class Run:
    """One object and the operator that looks after it."""

    body: Object
    service: Service = field(default_factory=Service)
    attempts: Attempts = field(default_factory=Attempts)
    seconds: float = 0.0
    writes: int = 0
    released: bool = False

    def go_on(self, event: str = "") -> None:
        """One pass."""
        self.service.time_passes()
        self.service.hand(event)
        if event == "restart":
            self.attempts = Attempts()
        case = self._case(confirmed=False)
        decision = decide(case.given)
        while not isinstance(decision.action, Rest | Retry):
            match decision.action:
                case Confirm():
                    case = self._case(confirmed=True)
                case AddClaim(claim):
                    self._mark(claim.document(), [FINALIZER])
                    case = self._case(confirmed=case.look.confirmed)
                case RemoveClaim() | Release():
                    self._mark(None, [])
                    self.released = True
                    return
                case Create() | Update() | Delete() as write:
                    self._write(case, decision, write, event)
                    return
            decision = decide(case.given)
        self._conclude(case, decision)

    def _case(self, *, confirmed: bool) -> Case:
        self.attempts = self.attempts.of(self.body["metadata"]["generation"])
        now = NOW + timedelta(seconds=self.seconds)
        return Case(self.body, a_look(self.service.seen, listed=not confirmed), self.attempts, now)

    def _mark(self, claim: Object | None, finalizers: list[str]) -> None:
        status = {name: value for name, value in self.body["status"].items() if name != "claim"}
        marked = {"metadata": self.body["metadata"] | {"finalizers": finalizers}}
        self.body = self.body | marked | {"status": status | ({"claim": claim} if claim else {})}

    def _write(self, case: Case, decision: Decision, write: Write, event: str) -> None:
        if event == "refused":
            self._conclude(case, failed(case.given, decision, Problem(Reason.THROTTLED, "slow down")))
            return
        self.writes += 1
        self.service.obey(write, self.body["spec"]["description"], fails=event == "fails")
        if event == "crash":
            self.attempts = Attempts()
            return
        if isinstance(write, Update):
            self.attempts = self.attempts.updated(write.delta, case.now)
        if not isinstance(write, Create) and write.recovery:
            self.attempts = self.attempts.failed(case.now, 300.0, 0.0)
        self._conclude(case, accepted(case.given, write))

    def _conclude(self, case: Case, decision: Decision) -> None:
        self.body = self.body | {"status": case.status(decision)}
        if decision.settled:
            self.attempts = self.attempts.settled()
        planned = decision.action.after if isinstance(decision.action, Rest) else None
        self.seconds += planned or 60.0

    def edit(self, description: str) -> None:
        metadata = self.body["metadata"]
        spec = self.body["spec"] | {"description": description}
        self.body = self.body | {"spec": spec, "metadata": metadata | {"generation": metadata["generation"] + 1}}

    def delete(self) -> None:
        metadata = self.body["metadata"]
        gone = {"deletionTimestamp": time_text(NOW + timedelta(seconds=self.seconds))}
        self.body = self.body | {"metadata": metadata | gone | {"generation": metadata["generation"] + 1}}

    def says(self) -> str:
        return conditions(self.body["status"])


def after(run: Run, events: list[str]) -> Run:
    """The run after these events, and after as many passes as it takes to rest."""
    for event in events:
        run.go_on(event)
    for _ in range(PASSES):
        run.go_on()
    return run


def in_order(run: Run, generation: int) -> bool:
    endpoint = run.service.seen
    serves = endpoint is not None and endpoint.state == "READY"
    agrees = endpoint is not None and endpoint.comparable.description == run.body["spec"]["description"]
    return serves and agrees and run.says() == f"Ready=True Available, Synced=True InSync@{generation}"


@given(EVENTS)
def test_an_object_gets_its_endpoint_whatever_happens_meanwhile(events):
    run = after(Run(a_new_object()), events)
    assert in_order(run, 1), run.says()


@given(EVENTS, EVENTS)
def test_an_edit_reaches_the_endpoint_whatever_happens_meanwhile(before, meanwhile):
    run = Run(a_new_object())
    for event in before:
        run.go_on(event)
    run.edit("new")
    assert in_order(after(run, meanwhile), 2), run.says()


@given(EVENTS, EVENTS)
def test_an_edit_that_is_taken_back_leaves_nothing_behind(before, between):
    run = Run(a_new_object())
    for event in before:
        run.go_on(event)
    run.edit("new")
    for event in between:
        run.go_on(event)
    run.edit("ours")
    assert in_order(after(run, []), 3), run.says()


@given(EVENTS, EVENTS)
def test_a_deleted_object_goes_after_its_endpoint_whatever_happens_meanwhile(before, meanwhile):
    run = Run(a_new_object())
    for event in before:
        run.go_on(event)
    run.delete()
    for event in [*meanwhile, *[""] * PASSES]:
        if run.released or not run.body["metadata"]["finalizers"]:
            break
        run.go_on(event)
    assert FINALIZER not in run.body["metadata"]["finalizers"]
    assert run.service.seen is None


@given(EVENTS)
def test_at_rest_nothing_is_written(events):
    run = after(Run(a_new_object()), events)
    writes, body = run.writes, run.body
    for event in ("", "restart", ""):
        run.go_on(event)
    assert (run.writes, run.body) == (writes, body)


def test_without_events_three_passes_and_one_write_are_enough():
    run = Run(a_new_object())
    for _ in range(3):
        run.go_on()
    assert in_order(run, 1)
    assert run.writes == 1

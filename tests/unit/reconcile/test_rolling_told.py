"""Objects whose versions earn their traffic step by step: what is recorded, sent and said of each situation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from agentrun_operator.reconcile.actions import AddClaim, Record, Rest, Update
from agentrun_operator.reconcile.after_write import accepted, failed, refused_by_kubernetes
from agentrun_operator.reconcile.attempts import Attempts
from agentrun_operator.reconcile.decide import decide
from agentrun_operator.reconcile.rollout.memory import Cause
from agentrun_operator.reconcile.state.observed import Problem
from agentrun_operator.reconcile.status.status import recorded_status, status_of
from agentrun_operator.resources.names import ROLLOUT
from agentrun_operator.resources.reasons import Reason
from support.decisions import shown
from support.objects import (
    COPIED,
    EARLIER,
    NOW,
    RUNTIME,
    UNTRIED,
    Case,
    Object,
    a_look,
    a_status,
    an_endpoint,
    an_object,
    conditions,
    message,
    no_look,
    time_text,
)

if TYPE_CHECKING:
    from agentrun_operator.reconcile.decision import Decision
    from agentrun_operator.reconcile.state.observed import EndpointSeen, Observed

PLAN: Object = {
    "steps": [{"weight": 25, "bake": "1h"}, {"weight": 60, "bake": "1h", "approval": True}],
    "deadline": "5h",
}
AT_REST: Object = {"number": 1, "stableVersion": "3"}
PUBLISHED = replace(RUNTIME, versions=frozenset("1234"), newest_version="4")
SERVES = "Ready=True Available"


def a_record(**fields: Any) -> Object:
    """Version 4 is in the first step of rollout 1, which is settled; None takes a field away."""
    rolling = {
        "number": 1,
        "phase": "Progressing",
        "stableVersion": "3",
        "canaryVersion": "4",
        "step": 1,
        "weight": 25,
        "settledAt": time_text(EARLIER),
        "proofLeft": 18000,
    }
    return {name: value for name, value in (rolling | fields).items() if value is not None}


@dataclass(frozen=True)
class Rolling(Case):
    """An object with a rollout that was decided about."""

    @classmethod
    def of(
        cls,
        record: Object | None,
        look: Observed,
        *,
        goal: str = "4",
        request: str = "",
        attempts: Attempts = UNTRIED,
        status: Object | None = None,
        **body: Any,
    ) -> Rolling:
        """An object with this record; the plan's own id is in it while it rolls."""
        told = a_status() if status is None else status
        found = an_object(
            status=told | ({"rollout": record} if record else {}), targetVersion=goal, rollout=PLAN, **body
        )
        found["metadata"]["annotations"] |= {ROLLOUT: request} if request else {}
        case = cls(found, look, attempts)
        plan = case.given.desired.plan
        if record and plan and record.get("canaryVersion"):
            record["plan"] = plan.id(record["canaryVersion"])
        return case

    def after(self, decision: Decision) -> Object:
        """The status after a decision, a record included."""
        before: Object = self.body["status"]
        if isinstance(decision.action, Record):
            return recorded_status(self.given, decision.action.rollout, decision.verdict, before)
        return before if decision.verdict is None else status_of(self.given, decision.verdict, before)

    def recorded(self) -> Rolling:
        """The same once it is recorded what is to be recorded, and nothing was sent yet."""
        decision = decide(self.given)
        assert isinstance(decision.action, Record), shown(decision.action)
        return replace(self, body=self.body | {"status": self.after(decision)})


def looks(endpoint: EndpointSeen | None = None) -> Observed:
    return a_look(endpoint or an_endpoint(), runtime=PUBLISHED)


def split(weight: float = 0.25, target: str = "3", canary: str = "4", state: str = "READY") -> EndpointSeen:
    """The endpoint with one canary."""
    weights = {"versionWeights": [{"version": canary, "weight": weight}]}
    return an_endpoint(state, target_version=target, routing_configuration=weights)


TOLD = [
    pytest.param(
        AT_REST, "3", "", f"{SERVES}, Synced=True InSync@1, RolledOut=True RolledOut", id="the goal has all traffic"
    ),
    pytest.param(
        a_record(),
        "4",
        "",
        f"{SERVES}, Synced=True InSync@1, RolledOut=False RollingOut, Reconciling=True RollingOut",
        id="a step bakes",
    ),
    pytest.param(
        a_record(phase="Held", cause="Requested", held=True),
        "4",
        "",
        f"{SERVES}, Synced=True InSync@1, RolledOut=False RolloutHeld, Reconciling=True RolloutHeld",
        id="a person holds it",
    ),
    pytest.param(
        a_record(step=2, weight=60, settledAt=time_text(NOW - timedelta(hours=2))),
        "4",
        "",
        f"{SERVES}, Synced=True InSync@1, RolledOut=False AwaitingApproval, Reconciling=True AwaitingApproval",
        id="a step waits for a person",
    ),
    pytest.param(
        a_record(),
        "4",
        "abort 1",
        f"{SERVES}, Synced=False Updating@0, RolledOut=False RolledBack, Reconciling=True RolledBack,"
        " Stalled=True RolledBack",
        id="a person has it taken back",
    ),
]
"""Record, goal and request, and what the conditions say then."""


@pytest.mark.parametrize(("record", "goal", "request_", "says"), TOLD)
def test_the_conditions_tell_how_a_rollout_stands(record: Object, goal: str, request_: str, says: str):
    seen = split(record["weight"] / 100) if "weight" in record else an_endpoint()
    case = Rolling.of(dict(record), looks(seen), goal=goal, request=request_)
    assert conditions(case.after(decide(case.given))) == says


WANTED = Rolling.of(AT_REST, looks(), status=a_status(applied=1))
"""Another version is wanted since an edit that the status tells of: a step is due."""


def test_a_step_is_recorded_first_and_then_sent():
    step = WANTED.recorded()
    assert step.body["status"]["rollout"]["weight"] == 25
    assert conditions(step.body["status"]).split(", ")[:2] == [SERVES, "Synced=False Updating@0"]
    assert shown(decide(step.given).action) == "update routing.versionWeights"


@pytest.mark.parametrize(
    ("reason", "stalled"),
    [
        pytest.param(Reason.THROTTLED, "", id="throttled"),
        pytest.param(Reason.REMOTE_UNAVAILABLE, "", id="not answered"),
        pytest.param(Reason.REJECTED, ", Stalled=True Rejected", id="rejected"),
    ],
)
def test_dependents_are_not_cut_off_when_a_step_cannot_be_sent(reason: Reason, stalled: str):
    step = WANTED.recorded()
    decision = failed(step.given, decide(step.given), Problem(reason, "for a reason"))
    told = f"{SERVES}, Synced=False {reason}@0, RolledOut=False RollingOut, Reconciling=True RollingOut{stalled}"
    assert conditions(step.after(decision)) == told


def test_an_edit_that_comes_with_a_step_and_cannot_be_sent_is_told_as_ever():
    step = Rolling.of(AT_REST, looks(), description="edited", generation=2).recorded()
    decision = failed(step.given, decide(step.given), Problem(Reason.REJECTED, "for a reason"))
    assert conditions(step.after(decision)).startswith("Ready=False Rejected, Synced=False Rejected@0")


def test_a_step_that_was_accepted_without_a_state_is_told_like_any_other():
    step = WANTED.recorded()
    decision = accepted(step.given, Update(()))
    told = "RolledOut=False RollingOut, Reconciling=True RollingOut"
    assert conditions(step.after(decision)) == f"{SERVES}, Synced=True Updating@1, {told}"


def test_a_record_that_is_refused_leaves_what_is_told_of_the_rollout():
    case = Rolling.of(a_record(), looks(split()), request="abort 1")
    told = conditions(case.after(refused_by_kubernetes(case.given, "no status today")))
    assert told.startswith(f"{SERVES}, Synced=False WriteRefused@1, RolledOut=False RollingOut")


def test_dependents_are_not_cut_off_when_agentrun_is_away_while_a_step_waits_to_be_sent():
    step = WANTED.recorded()
    away = replace(step, look=no_look(Reason.REMOTE_UNAVAILABLE, blind_for=10))
    told = conditions(away.after(decide(away.given)))
    assert told.startswith(f"{SERVES}, Synced=False ")
    gone = replace(step, look=no_look(Reason.REMOTE_UNAVAILABLE, blind_for=301))
    assert conditions(gone.after(decide(gone.given))).startswith("Ready=Unknown Stale")


def test_a_claim_is_put_back_before_a_step_is_recorded():
    """Else the step would pass for sent: the claim is written without a verdict."""
    case = Rolling.of(AT_REST, looks(), finalized=False)
    decision = decide(case.given)
    assert decision.action == AddClaim(case.given.wanted_claim)


def test_a_first_sight_is_recorded_with_the_claim():
    case = Rolling.of(None, looks(), status={}, claim=None, finalized=False, adoptionPolicy="Adopt")
    action = decide(case.given).action
    assert isinstance(action, AddClaim)
    assert action.rollout is not None
    assert (action.rollout.stable, action.rollout.canary) == ("3", "4")


@pytest.mark.parametrize("claim", [None, COPIED], ids=["none", "another object's"])
def test_what_was_recorded_for_an_endpoint_to_be_made_does_not_count_for_one_that_is_taken_over(claim: Object | None):
    """A list may lack the endpoint at first: then the goal is recorded, to be made without steps."""
    record = {"number": 2, "stableVersion": "4"}
    case = Rolling.of(record, looks(), status=a_status(applied=0), claim=claim, adoptionPolicy="Adopt")
    action = decide(case.given).action
    assert isinstance(action, AddClaim)
    assert action.rollout is not None
    found = action.rollout
    assert (found.number, found.stable, found.canary, found.weight) == (3, "3", "4", 25)


def test_a_step_that_agentrun_accepts_and_does_not_keep_is_held():
    step = WANTED.recorded()
    tried = Attempts(1).updated(step.given.delta, NOW - timedelta(seconds=60))
    vain = replace(step, attempts=tried)
    decision = decide(vain.given)
    vain = replace(vain, body=vain.body | {"status": vain.after(decision)})
    assert "Synced=False NotConverging@0" in conditions(vain.body["status"])
    decision = decide(vain.given)
    assert isinstance(decision.action, Record)
    assert decision.action.rollout.cause is Cause.NOT_CONVERGING


def test_a_split_that_was_changed_at_rest_and_is_only_reported_is_not_on_its_way():
    drift = [{"path": "routing.versionWeights", "desired": "", "observed": "4=90"}]
    case = Rolling.of(AT_REST, looks(split(0.9)), goal="3", driftPolicy="Report", status=a_status(drift=drift))
    decision = decide(case.given)
    assert isinstance(decision.action, Rest)
    told = conditions(case.after(decision))
    assert told == f"{SERVES}, Synced=False Drifted@1, RolledOut=False RolloutHeld, Drifted=True Drifted"


def test_latest_may_be_answered_by_a_number_until_the_new_version_has_all_traffic():
    record = a_record(stableVersion="LATEST", step=2, weight=100, settledAt=None, proofLeft=None)
    status = a_status(resolvedVersion="4", targetVersion="4")
    case = Rolling.of(record, looks(an_endpoint(target_version="4")), goal="LATEST", status=status)
    decision = decide(case.given)
    assert isinstance(decision.action, Record)
    assert decision.action.rollout.settled_at == NOW


def test_a_refused_revert_names_the_versions_to_go_to():
    record = {"number": 1, "stableVersion": "3", "history": ["2", "1"], "phase": "RolledBack", "cause": "Aborted"}
    look = a_look(split(), runtime=replace(PUBLISHED, versions=frozenset("14")))
    unsent = a_status(applied=0, synced="False Updating")
    case = Rolling.of(record, look, status=unsent)
    plan = case.given.desired.plan
    assert plan is not None
    case.body["status"]["rollout"]["failedPlan"] = plan.id("4")
    decision = failed(case.given, decide(case.given), Problem(Reason.REJECTED, "no version 3"))
    status = case.after(decision)
    assert conditions(status) == (
        f"{SERVES}, Synced=False Rejected@0, RolledOut=False RolledBack, Stalled=True Rejected"
    )
    assert "version 1" in message(status, "Synced")
    assert "Immediate" in message(status, "Synced")


def test_nothing_is_written_at_rest():
    settled = Rolling.of(AT_REST, looks(), goal="3")
    status = settled.after(decide(settled.given))
    again = replace(settled, body=settled.body | {"status": status})
    assert again.after(decide(again.given)) == status

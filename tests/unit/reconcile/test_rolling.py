"""What is done for an object with a rollout: its record comes first, and what is sent follows from that alone."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from agentrun_operator.reconcile.actions import AddClaim, Record, Rest
from agentrun_operator.reconcile.attempts import Attempts
from agentrun_operator.reconcile.decide import decide
from agentrun_operator.reconcile.rollout.memory import Cause
from agentrun_operator.reconcile.rollout.plan import plan_of
from agentrun_operator.reconcile.rollout.proof.evidence import Evidence
from agentrun_operator.reconcile.state.delta import Difference
from agentrun_operator.reconcile.status.rolled_out import with_rollout
from agentrun_operator.reconcile.verdict import Verdict, good
from agentrun_operator.resources.reasons import Reason
from agentrun_operator.resources.rollout.plan import Rollout
from support.decisions import Row, decided, each, row
from support.objects import (
    NOW,
    RUNTIME,
    Case,
    Object,
    a_claim,
    a_look,
    a_new_object,
    a_status,
    an_edited_object,
    an_endpoint,
    an_object,
    message,
    no_look,
    time_text,
)

PLAN: Object = {"steps": [{"weight": 10, "bake": "10m"}, {"weight": 50, "bake": "10m"}]}
GATED: Object = {"steps": [PLAN["steps"][0] | {"approval": True}, PLAN["steps"][1]]}
PUBLISHED = replace(RUNTIME, versions=frozenset("1234"), newest_version="4")
PLAN_ID = plan_of(Rollout.model_validate(PLAN), "").id("4")

AT_REST: Object = {"stableVersion": "3"}
REVERTED: Object = {"number": 1, "stableVersion": "3", "phase": "RolledBack", "failedPlan": PLAN_ID}
UNSENT: Object = {"applied": 0, "synced": "False Updating"}
"""What the record of another split leaves in the conditions."""

REFUSED = "AgentRun's data plane answers 403 to the probes: check what the access key may invoke"

IN_SYNC = "Ready=True Available, Synced=True InSync"
ROLLED_OUT = "RolledOut=True RolledOut"
ROLLING = "RolledOut=False RollingOut, Reconciling=True RollingOut"


def under_way(**fields: Any) -> Object:
    """The record of a rollout in its first step, as it is being set."""
    record: Object = {
        "number": 1,
        "phase": "Progressing",
        "stableVersion": "3",
        "canaryVersion": "4",
        "step": 1,
        "weight": 10,
        "plan": PLAN_ID,
        "provedBy": time_text(NOW + timedelta(hours=1)),
    }
    return record | fields


def baking(since: float = 60, **fields: Any) -> Object:
    """The same, held by AgentRun for so many seconds."""
    settled: Object = {"settledAt": time_text(NOW - timedelta(seconds=since)), "provedBy": None, "proofLeft": 3600}
    return under_way(**(settled | fields))


def rolled(
    record: Object | None, *, goal: str = "4", applied: int = 2, synced: str = "True InSync", **more: Any
) -> Object:
    """An object whose target version was edited, with what is recorded of its rollout."""
    status = a_status(applied=applied, synced=synced, rollout=record, observedGeneration=2)
    return an_edited_object(**({"status": status, "targetVersion": goal, "rollout": PLAN} | more))


def split(canary: float = 0.0, target: str = "3", state: str = "READY", **wire: Any) -> Any:
    """The endpoint as AgentRun holds it: a share of version 4 beside the target."""
    weights = {"version_weights": [{"version": "4", "weight": canary}]} if canary else {}
    return an_endpoint(state, target_version=target, routing_configuration=weights or None, **wire)


def seen(endpoint: Any = None, **more: Any) -> Any:
    return a_look(endpoint, runtime=PUBLISHED, **more)


BEGINNING = [
    row(
        "first sight",
        an_object(rollout=PLAN),
        seen(split()),
        does="record 3",
        says=f"{IN_SYNC}@1, {ROLLED_OUT}",
        because="what is there is the stable version, and nothing is sent",
    ),
    row(
        "at rest",
        an_object(status=a_status(rollout=AT_REST), rollout=PLAN),
        seen(split()),
        does="rest",
        says=f"{IN_SYNC}@1, {ROLLED_OUT}",
        because="the goal is the stable version",
    ),
    row(
        "a new goal",
        rolled(AT_REST, applied=1),
        seen(split()),
        does="record 3→4 10% (1/2)",
        says=f"Ready=True Available, Synced=False Updating@0, {ROLLING}",
        because="the record comes before anything is sent, and tells that it was not",
    ),
    row(
        "a goal that is not published",
        rolled(AT_REST, goal="9"),
        seen(split()),
        does="record 3 Held",
        says=f"{IN_SYNC}@2, RolledOut=False RolloutHeld",
        because="nobody is sent to a version that may not exist",
    ),
    row(
        "a canary made by hand",
        rolled(None),
        seen(split(0.3)),
        does="record 3→4 50% (2/2)",
        says=f"Ready=True Available, Synced=False Updating@0, {ROLLING}",
        because="a share that a version has is not taken away",
    ),
]

SENDING = [
    row(
        "recorded, and not sent",
        rolled(under_way(), **UNSENT),
        seen(split()),
        does="update routing.versionWeights",
        says=f"Ready=True Available, Synced=False Updating@0, {ROLLING}",
        because="what is sent follows from the record, after a crash too",
    ),
    row(
        "being set",
        rolled(under_way(), **UNSENT),
        seen(split(state="UPDATING")),
        does="rest 3600.5 s, soon",
        says=f"Ready=True Available, Synced=False Updating@0, {ROLLING}",
        because="its record told of it half an hour ago, and it takes long",
    ),
    row(
        "set",
        rolled(under_way(), **UNSENT),
        seen(split(0.1)),
        does="record 3→4 10% (1/2)",
        says=f"{IN_SYNC}@2, {ROLLING}",
        because="since when it is settled is what the bake is counted from",
    ),
    row(
        "a split that AgentRun accepted and does not show",
        rolled(under_way(), **UNSENT),
        seen(split()),
        attempts=Attempts(
            2, updates=1, updated_at=NOW, remaining=(Difference("routing.versionWeights", "4: 10%", "none"),)
        ),
        does="rest 5 s, soon",
        says=f"Ready=True Available, Synced=False Updating@0, {ROLLING}",
        because="what was accepted is not sent again at once",
    ),
    row(
        "promoted, and not sent",
        rolled({"number": 1, "stableVersion": "4", "history": ["3"]}, **UNSENT),
        seen(split(0.5)),
        does="update targetVersion, routing.versionWeights",
        says=f"Ready=True Available, Synced=False Updating@0, {ROLLING}",
        because="it has not all traffic yet",
    ),
]

GOING_ON = [
    row(
        "baking",
        rolled(baking(60)),
        seen(split(0.1)),
        does="rest 540.5 s",
        says=f"{IN_SYNC}@2, {ROLLING}",
        because="ten minutes are not over, and then it is looked at again",
    ),
    row(
        "baked",
        rolled(baking(600)),
        seen(split(0.1)),
        does="record 3→4 50% (2/2)",
        says=f"Ready=True Available, Synced=False Updating@0, {ROLLING}",
        because="by time alone that is enough",
    ),
    row(
        "waiting for a person",
        rolled(baking(600, phase="AwaitingApproval"), asked="approve 1 50", rollout=GATED),
        seen(split(0.1)),
        does="rest",
        says=f"{IN_SYNC}@2, RolledOut=False AwaitingApproval, Reconciling=True AwaitingApproval",
        because="the approval is for another share",
    ),
    row(
        "approved",
        rolled(baking(600, phase="AwaitingApproval"), asked="approve 1 10", rollout=GATED),
        seen(split(0.1)),
        does="record 3→4 50% (2/2)",
        says=f"Ready=True Available, Synced=False Updating@0, {ROLLING}",
        because="it names the rollout and the share, and was set once that was asked for",
    ),
    row(
        "changed outside",
        rolled(baking(60)),
        seen(split(0.9)),
        does="record 3→4 10% (1/2)",
        says=f"Ready=True Available, Synced=True Updating@2, {ROLLING}",
        because="what was proved at the share before proves nothing",
    ),
    row(
        "changed outside, and proof begun anew",
        rolled(under_way()),
        seen(split(0.9)),
        does="update routing.versionWeights as drift",
        says=f"Ready=True Available, Synced=True Updating@2, {ROLLING}",
        because="driftPolicy Correct",
    ),
    row(
        "changed outside under Report",
        rolled(baking(60), driftPolicy="Report"),
        seen(split(0.9)),
        does="record 3→4 10% (1/2)",
        says="Ready=True Available, Synced=False Drifted@2, RolledOut=False RolloutHeld, "
        "Reconciling=True RolloutHeld, Drifted=True Drifted",
        because="it is left, and the rollout is held",
    ),
    row(
        "held for its drift, and aborted",
        rolled(under_way(phase="Held", cause="Drifted"), driftPolicy="Report", asked="abort 1"),
        seen(split(0.9)),
        does="record 3 RolledBack",
        says="Ready=True Available, Synced=False Updating@0, RolledOut=False RolledBack, "
        "Reconciling=True RolledBack, Stalled=True RolledBack",
        because="an abort comes before every gate",
    ),
    row(
        "reverted under Report, and not sent",
        rolled(
            {"number": 1, "stableVersion": "3", "phase": "RolledBack", "failedPlan": PLAN_ID},
            driftPolicy="Report",
            **UNSENT,
        ),
        seen(split(0.9)),
        does="update routing.versionWeights",
        says="Ready=True Available, Synced=False Updating@0, RolledOut=False RolledBack, "
        "Reconciling=True RolledBack, Stalled=True RolledBack",
        because="the split is the operator's own, not drift",
    ),
    row(
        "reverted",
        rolled(REVERTED),
        seen(split()),
        does="rest",
        says=f"{IN_SYNC}@2, RolledOut=False RolledBack, Stalled=True RolledBack",
        because="a person has to act, and dependents are served",
    ),
    row(
        "a step that AgentRun could not apply",
        rolled(under_way(), **UNSENT),
        seen(split(state="UPDATE_FAILED")),
        does="update routing.versionWeights as recovery",
        says="Ready=False UpdateFailed, Synced=False UpdateFailed@0, RolledOut=False RollingOut, "
        "Reconciling=True UpdateFailed",
        because="it is sent again with pauses",
    ),
]

OUTSIDE = [
    row(
        "observed",
        an_object(status=a_status(rollout=AT_REST), rollout=PLAN, managementPolicy="Observe", targetVersion="4"),
        seen(split()),
        does="rest",
        says="Ready=True Available, Synced=True InSync@1",
        because="nothing is written, so nothing rolls out",
    ),
    row(
        "somebody else's endpoint",
        a_new_object(rollout=PLAN),
        seen(split()),
        does="rest",
        says="Ready=False AlreadyExists, Synced=False AlreadyExists@0, Stalled=True AlreadyExists",
        because="nothing is recorded of what is not ours",
    ),
    row(
        "AgentRun cannot be read",
        rolled(baking(60)),
        no_look(Reason.REMOTE_UNAVAILABLE),
        does="retry RemoteUnavailable within 300 s",
        says=None,
        because="no step and no revert while nothing is seen",
    ),
    row(
        "without its plan",
        an_edited_object(status=a_status(rollout=under_way()), targetVersion="4"),
        seen(split(0.1)),
        does="update targetVersion, routing.versionWeights",
        says="Ready=False Updating, Synced=False Updating@1, Reconciling=True Updating",
        because="the spec is literal again, in the same generation",
    ),
]

ROWS = [*BEGINNING, *SENDING, *GOING_ON, *OUTSIDE]


@each(ROWS)
def test_the_record_comes_before_what_follows_from_it(row: Row):
    assert decided(row.case) == (row.does, row.says), row.because


def test_a_new_object_is_claimed_together_with_the_version_that_it_begins_with():
    decision = decide(Case(a_new_object(rollout=PLAN, targetVersion="4"), seen()).given)
    assert isinstance(decision.action, AddClaim)
    assert decision.action.rollout is not None
    assert (decision.action.rollout.stable, decision.action.rollout.running) == ("4", False)


def test_an_adopted_endpoint_keeps_what_it_serves_until_the_goal_is_proved():
    adopting = a_new_object(rollout=PLAN, targetVersion="4", adoptionPolicy="Adopt")
    decision = decide(Case(adopting, seen(split())).given)
    assert isinstance(decision.action, AddClaim)
    assert decision.action.rollout is not None
    assert (decision.action.rollout.stable, decision.action.rollout.canary) == ("3", "4")


def test_a_pause_tells_that_nothing_is_taken_back():
    case = Case(rolled(baking(60), paused=True), seen(split(0.1)))
    decision = decide(case.given)
    assert isinstance(decision.action, Record | Rest)
    assert decision.verdict is not None
    assert "Version 4 stays at 10%, unprotected" in message(case.status(decision), "Synced")


@pytest.mark.parametrize(
    ("step", "cause", "told"),
    [
        pytest.param(1, Cause.PROBE_UNAVAILABLE, REFUSED, id="what the last round of this step told"),
        pytest.param(2, Cause.PROBE_UNAVAILABLE, "the probes cannot be made", id="not what one of another step told"),
        pytest.param(1, Cause.NO_DATA, "there is no data to judge it by", id="not what was told of another cause"),
    ],
)
def test_what_is_held_for_want_of_proof_tells_its_owner_why(step: int, cause: Cause, told: str):
    since = NOW - timedelta(seconds=60)
    evidence = Evidence(1, step, since, inconclusive=Cause.PROBE_UNAVAILABLE, told=REFUSED)
    body = rolled(baking(60, phase="Held", cause=cause.value), synced="True InSync")
    case = Case(body, seen(split(0.1)), evidence=evidence)
    verdict = with_rollout(case.given, Verdict(good(Reason.AVAILABLE, ""), good(Reason.IN_SYNC, ""), applied=True))
    assert verdict.rolled_out is not None
    assert f"is held, since {told}" in verdict.rolled_out.message


def test_nothing_of_the_spec_but_the_split_follows_from_the_record():
    body = rolled(under_way(), description="other", **UNSENT)
    does, _ = decided(Case(body, seen(split())))
    assert does == "update description, routing.versionWeights"


def test_a_claim_of_another_object_stops_a_rollout():
    body = rolled(baking(600), claim=a_claim(uid="somebody"))
    does, says = decided(Case(body, seen(split(0.1))))
    assert "record" not in does
    assert "RolledOut" not in (says or "")


@pytest.mark.parametrize("goal", ["3", "4"])
def test_the_same_input_leads_to_the_same_record_and_then_to_rest(goal: str):
    given = Case(rolled(baking(60), goal=goal), seen(split(0.1))).given
    for _ in range(4):
        decision = decide(given)
        if not isinstance(decision.action, Record):
            return
        given = given._replace(desired=given.desired.with_rollout(decision.action.rollout))
    pytest.fail("it never comes to rest")

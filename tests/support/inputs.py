"""Hypothesis strategies for cases: any object, whatever was done to it, and any look at AgentRun."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from agentrun_operator.reconcile.attempts import Attempts
from agentrun_operator.reconcile.state.delta import Difference
from agentrun_operator.reconcile.state.observed import Observed
from agentrun_operator.resources.reasons import Reason
from support.objects import (
    ADOPTED,
    COPIED,
    ENDPOINT_ID,
    MOVED,
    NEW,
    NOW,
    OTHER_ID,
    OWN,
    RUNTIME,
    RUNTIME_ID,
    UNREADY,
    Case,
    Object,
    a_look,
    a_status,
    an_endpoint,
    an_object,
    no_look,
)

if TYPE_CHECKING:
    from agentrun_operator.reconcile.state.observed import EndpointSeen

STATES = (
    "READY",
    "ACTIVE",
    "CREATING",
    "UPDATING",
    "DELETING",
    "CREATE_FAILED",
    "UPDATE_FAILED",
    "DELETE_FAILED",
    "FAILED",
    "HIBERNATING",
    "",
)
PROBLEMS = (
    Reason.CREDENTIALS_NOT_FOUND,
    Reason.CREDENTIALS_REJECTED,
    Reason.CREDENTIALS_NOT_ALLOWED,
    Reason.RUNTIME_NOT_FOUND,
    Reason.RUNTIME_AMBIGUOUS,
    Reason.THROTTLED,
    Reason.REMOTE_UNAVAILABLE,
)
DESCRIPTIONS = st.sampled_from(["ours", "theirs", "new"])
DELTAS = st.sampled_from([(), (Difference("description", "ours", "theirs"),), (Difference("targetVersion", "3", "2"),)])
SECONDS = st.floats(-10, 7200)


@st.composite
def statuses(draw: st.DrawFn) -> Object:
    """What earlier passes, or other people, left."""
    if draw(st.booleans()):
        return {}
    return a_status(
        applied=draw(st.integers(0, 2)),
        ready=draw(st.sampled_from(["True Available", "False CreateFailed", "Unknown Stale"])),
        synced=draw(st.sampled_from(["True InSync", "False NotConverging", "False AlreadyExists"])),
        observedGeneration=draw(st.integers(1, 2)),
        agentRuntimeId=draw(st.sampled_from([None, RUNTIME_ID, "rt-that-is-gone"])),
        endpointId=draw(st.sampled_from([None, ENDPOINT_ID])),
        state=draw(st.sampled_from(STATES)),
        drift=[each._asdict() for each in draw(DELTAS)],
        lastHandledReconcileAt=draw(st.sampled_from([None, "then", "now"])),
    )


@st.composite
def bodies(draw: st.DrawFn) -> Object:
    """Any object."""
    return an_object(
        status=draw(statuses()),
        claim=draw(st.sampled_from([None, OWN, NEW, ADOPTED, COPIED, MOVED])),
        finalized=draw(st.booleans()),
        generation=draw(st.integers(1, 2)),
        paused=draw(st.sampled_from([False, False, False, True])),
        requested=draw(st.sampled_from(["", "now"])),
        deleted_for=draw(st.none() | st.floats(0, 100)),
        description=draw(DESCRIPTIONS),
        targetVersion=draw(st.sampled_from(["3", "LATEST"])),
        managementPolicy=draw(st.sampled_from(["Manage", "Manage", "Manage", "Observe"])),
        adoptionPolicy=draw(st.sampled_from(["Refuse", "Adopt"])),
        deletionPolicy=draw(st.sampled_from(["Delete", "Orphan"])),
        driftPolicy=draw(st.sampled_from(["Correct", "Report"])),
    )


@st.composite
def endpoints(draw: st.DrawFn) -> EndpointSeen:
    """Any endpoint."""
    return an_endpoint(
        draw(st.sampled_from(STATES)),
        draw(st.sampled_from([ENDPOINT_ID, OTHER_ID, ""])),
        description=draw(DESCRIPTIONS),
        target_version=draw(st.sampled_from(["3", "LATEST", "2", ""])),
    )


@st.composite
def looks(draw: st.DrawFn) -> Observed:
    """Any look at AgentRun: a problem, or the runtime and perhaps an endpoint."""
    if draw(st.sampled_from([False, False, True])):
        return no_look(
            draw(st.sampled_from(PROBLEMS)),
            definite=draw(st.booleans()),
            blind_for=draw(st.floats(0, 600)),
            retry_after=draw(st.sampled_from([0.0, 7.0])),
        )
    return a_look(
        draw(st.none() | endpoints()),
        runtime=draw(st.sampled_from([RUNTIME, RUNTIME, UNREADY])),
        listed=draw(st.booleans()),
        rival=draw(st.sampled_from(["", "", "", "team-a/older"])),
        doubtful=draw(st.sampled_from([False, False, False, True])),
    )


@st.composite
def tries(draw: st.DrawFn) -> Attempts:
    """Anything tried before."""
    updates = draw(st.integers(0, 6))
    return Attempts(
        generation=draw(st.integers(1, 2)),
        failures=draw(st.integers(0, 5)),
        not_before=draw(st.none() | SECONDS.map(lambda seconds: NOW + timedelta(seconds=seconds))),
        updates=updates,
        updated_at=NOW - timedelta(seconds=draw(st.floats(0, 7200))) if updates else None,
        remaining=draw(DELTAS) if updates else (),
        claim_unused=draw(st.booleans()),
    )


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Any case. One of an object for which AgentRun need not be looked at may come without a look."""
    case = Case(draw(bodies()), draw(looks()), draw(tries()))
    if case.given.desired.remote_matters or draw(st.booleans()):
        return case
    return Case(case.body, Observed(), case.attempts)

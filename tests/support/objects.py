"""Custom resources as the API server holds them, looks at AgentRun, and the inputs that follow from both.

What is not said is in order: the object was reconciled, its endpoint serves and agrees with the spec.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from agentrun_operator.agentrun.models import Endpoint
from agentrun_operator.reconcile.attempts import Attempts
from agentrun_operator.reconcile.decide import decide
from agentrun_operator.reconcile.desired import desired_of
from agentrun_operator.reconcile.input import Input, Timing
from agentrun_operator.reconcile.rollout.proof.evidence import Evidence
from agentrun_operator.reconcile.state.claim import Claim
from agentrun_operator.reconcile.state.observed import EndpointSeen, Observed, Problem, RuntimeSeen
from agentrun_operator.reconcile.status.status import status_of
from agentrun_operator.resources.names import ENDPOINT_LABEL, FINALIZER, PAUSED, RECONCILE_REQUESTED_AT, ROLLOUT

if TYPE_CHECKING:
    from agentrun_operator.reconcile.decision import Decision
    from agentrun_operator.resources.reasons import Reason

Object = dict[str, Any]

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
EARLIER = NOW - timedelta(minutes=30)

NAME = "chat"
UID = "uid-1"
RUNTIME_ID = "rt-1"
ENDPOINT_ID = "ep-1"
OTHER_ID = "ep-of-somebody-else"

ACCOUNT, REGION = "1234567890", "cn-hangzhou"

RUNTIME = RuntimeSeen(
    RUNTIME_ID, "support-bot", ready=True, state="READY", newest_version="3", account=ACCOUNT, region=REGION
)
UNREADY = RuntimeSeen(RUNTIME_ID, "support-bot", ready=False, state="UPDATING", account=ACCOUNT, region=REGION)

SPEC: Object = {"agentRuntimeRef": {"name": "support-bot"}, "description": "ours", "targetVersion": "3"}
UNTRIED = Attempts()
UNPROVED = Evidence()
LIMITS = Timing(stale_after=300.0, retry_max=300.0)


def time_text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def a_claim(
    *, uid: str = UID, runtime_id: str = RUNTIME_ID, adopted: bool = False, since: datetime = EARLIER, name: str = NAME
) -> Object:
    """A claim as the status holds it."""
    return Claim(uid, ACCOUNT, REGION, runtime_id, name, adopted, time_text(since)).document()


OWN = a_claim()
NEW = a_claim(since=NOW)
ADOPTED = a_claim(adopted=True)
COPIED = a_claim(uid="uid-of-the-original")
MOVED = a_claim(runtime_id="rt-that-is-gone")


def a_condition(kind: str, said: str, generation: int = 1, since: datetime = EARLIER) -> Object:
    """A condition; `said` is its status and its reason."""
    status, reason = said.split()
    stamp = {"observedGeneration": generation} if generation else {}
    message = {"message": f"{kind} was {status}", "lastTransitionTime": time_text(since)}
    return {"type": kind, "status": status, "reason": reason} | message | stamp


def a_status(*, applied: int = 1, ready: str = "True Available", synced: str = "True InSync", **fields: Any) -> Object:
    """What an earlier pass left; None takes a field away.

    Args:
        applied: the last generation that reached AgentRun.
        ready: status and reason of Ready.
        synced: status and reason of Synced.
        fields: any others.
    """
    conditions = [a_condition("Ready", ready), a_condition("Synced", synced, applied)]
    status: Object = {
        "observedGeneration": 1,
        "agentRuntimeId": RUNTIME_ID,
        "agentRuntimeName": "support-bot",
        "endpointId": ENDPOINT_ID,
        "endpointName": NAME,
        "state": "READY",
        "targetVersion": "3",
        "conditions": conditions,
    }
    return {name: value for name, value in (status | fields).items() if value is not None}


def an_object(
    *,
    status: Object | None = None,
    claim: Object | None = OWN,
    finalized: bool = True,
    generation: int = 1,
    paused: bool = False,
    requested: str = "",
    asked: str = "",
    deleted_for: float | None = None,
    name: str = NAME,
    label: str = "",
    **spec: Any,
) -> Object:
    """An object that was reconciled.

    Args:
        status: its status; `{}` if it has none yet.
        claim: the claim in its status; None if it has none.
        finalized: whether our finalizer is on it.
        generation: the spec's generation; the usual status knows the first.
        paused: the annotation.
        requested: the annotation.
        asked: the annotation about a rollout.
        deleted_for: seconds since it was deleted; None if it is alive.
        name: metadata.name.
        label: the endpoint's label; empty if it has none.
        spec: fields of the spec that differ from the usual ones; None takes one away.
    """
    annotations = {PAUSED: "true" if paused else "", RECONCILE_REQUESTED_AT: requested, ROLLOUT: asked}
    metadata: Object = {
        "namespace": "team-a",
        "name": name,
        "uid": UID,
        "generation": generation,
        "creationTimestamp": time_text(EARLIER),
        "annotations": {key: value for key, value in annotations.items() if value},
        "finalizers": ["example.test/another", *([FINALIZER] if finalized else [])],
    }
    if label:
        metadata["labels"] = {ENDPOINT_LABEL: label}
    if deleted_for is not None:
        metadata["deletionTimestamp"] = time_text(NOW - timedelta(seconds=deleted_for))
    wanted = {key: value for key, value in (SPEC | spec).items() if value is not None}
    told = a_status() if status is None else status
    return {"metadata": metadata, "spec": wanted, "status": told | ({"claim": claim} if claim else {})}


def a_new_object(**changed: Any) -> Object:
    """An object that was just created: nothing was done for it yet."""
    new: Object = {"status": {}, "claim": None, "finalized": False}
    return an_object(**(new | changed))


def an_edited_object(**changed: Any) -> Object:
    """An object whose spec changed since it last reached AgentRun."""
    edited: Object = {"generation": 2}
    return an_object(**(edited | changed))


def an_endpoint(state: str = "READY", endpoint_id: str = ENDPOINT_ID, **wire: Any) -> EndpointSeen:
    """The endpoint that agrees with the usual spec; `wire` changes fields, in snake_case."""
    fields = {
        "agent_runtime_endpoint_id": endpoint_id,
        "agent_runtime_endpoint_name": NAME,
        "agent_runtime_id": RUNTIME_ID,
        "description": "ours",
        "target_version": "3",
        "status": state,
    }
    return EndpointSeen.of(Endpoint.model_validate(fields | wire))


def a_look(
    endpoint: EndpointSeen | None = None, *, runtime: RuntimeSeen = RUNTIME, listed: bool = False, **found: Any
) -> Observed:
    """A look that saw what there is: this endpoint, or none; `listed` if only in a list that may lag."""
    return Observed(runtime=runtime, endpoint=endpoint, confirmed=not listed, **found)


def no_look(reason: Reason, *, definite: bool = False, blind_for: float = 0.0, retry_after: float = 0.0) -> Observed:
    """A look that saw nothing."""
    return Observed(problem=Problem(reason, f"{reason.value} for a reason", definite, blind_for, retry_after))


@dataclass(frozen=True)
class Case:
    """An object and a look at AgentRun: the input of a decision, and of the status after it."""

    body: Object
    look: Observed
    attempts: Attempts = UNTRIED
    now: datetime = NOW
    evidence: Evidence = UNPROVED
    timing: Timing = LIMITS

    @property
    def given(self) -> Input:
        desired = desired_of(self.body)
        return Input(desired, self.look, self.attempts, self.now, self.timing, evidence=self.evidence)

    def decided(self) -> Object:
        """The whole status that the decision about it leads to."""
        return self.status(decide(self.given))

    def status(self, decision: Decision) -> Object:
        """The whole status that a decision leads to."""
        before: Object = self.body["status"]
        return before if decision.verdict is None else status_of(self.given, decision.verdict, before)


def conditions(status: Object) -> str:
    """The conditions as `Ready=True Available, Synced=True InSync@1`; the number is what last reached AgentRun."""
    return ", ".join(
        f"{each['type']}={each['status']} {each['reason']}"
        + (f"@{each.get('observedGeneration', 0)}" if each["type"] == "Synced" else "")
        for each in status.get("conditions", [])
    )


def message(status: Object, kind: str) -> str:
    """A condition's message."""
    (found,) = (str(each["message"]) for each in status["conditions"] if each["type"] == kind)
    return found


def kstatus(body: Object, status: Object) -> str:
    """What kstatus, and so Flux, Argo CD and Helm, make of an object: its generic rules in their order."""
    found = {each["type"]: each["status"] for each in status.get("conditions", [])}
    if body["metadata"].get("deletionTimestamp"):
        return "Terminating"
    if status.get("observedGeneration") != body["metadata"]["generation"] or found.get("Reconciling") == "True":
        return "InProgress"
    if found.get("Stalled") == "True":
        return "Failed"
    return "Current" if found.get("Ready") == "True" else "InProgress"

"""The health that Argo CD shows, by its own kind of Lua, of objects whose conditions the operator's own code made."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from agentrun_operator.reconcile.after_write import failed, refused_by_kubernetes
from agentrun_operator.reconcile.decide import decide
from agentrun_operator.reconcile.desired import desired_of
from agentrun_operator.reconcile.rollout.memory import Cause, Memory, Phase
from agentrun_operator.reconcile.state.observed import Observed, Problem
from agentrun_operator.reconcile.verdict import Statement
from agentrun_operator.resources.reasons import Reason
from support.argocd import script
from support.objects import (
    EARLIER,
    NOW,
    OTHER_ID,
    UNREADY,
    Case,
    Object,
    a_condition,
    a_look,
    a_new_object,
    a_status,
    an_edited_object,
    an_endpoint,
    an_object,
    no_look,
)

Health = Callable[[Object], tuple[str, str]]


@pytest.fixture(scope="module")
def health() -> Health:
    run = script("health.lua")

    def told(body: Object) -> tuple[str, str]:
        found = run(body)
        return found.status, found.message

    return told


def reconciled(body: Object, look: Observed) -> Object:
    """The object after its decision, as Argo CD sees it."""
    return body | {"status": Case(body, look).decided()}


def refused() -> Object:
    """An object whose change AgentRun refused."""
    case = Case(an_edited_object(description="new"), a_look(an_endpoint()))
    outcome = failed(case.given, decide(case.given), Problem(Reason.REJECTED, "No such version"))
    return case.body | {"status": case.status(outcome)}


def exporting(reason: Reason) -> Object:
    """An object that serves, whatever becomes of what tells apps of its endpoint."""
    case = Case(an_object(connection={"configMap": {"name": "chat"}}), SERVING)
    decision = decide(case.given)
    verdict = decision.verdict and replace(decision.verdict, exported=Statement("False", reason, "as it is"))
    return case.body | {"status": case.status(replace(decision, verdict=verdict))}


def without_finalizer() -> Object:
    """An object that may not have our finalizer."""
    case = Case(a_new_object(), a_look())
    return case.body | {"status": case.status(refused_by_kubernetes(case.given, "no finalizers today"))}


ROLLOUT: Object = {"targetVersion": "4", "rollout": {"steps": [{"weight": 25, "bake": "5m", "approval": True}]}}
STABLE = Memory(number=7, stable="3")
BAKING = STABLE._replace(canary="4", step=1, weight=25, settled_at=NOW, phase=Phase.PROGRESSING)
PROVED = BAKING._replace(settled_at=EARLIER)


def rolling(memory: Memory, share: float = 0.25, **spec: Any) -> Object:
    """An object in a rollout of its own plan, whose endpoint gives version 4 a share of the traffic."""
    body = an_object(**(ROLLOUT | spec))
    plan = desired_of(body).plan
    assert plan is not None
    planned = memory._replace(plan=plan.id("4")) if memory.running else memory._replace(failed_plan=plan.id("4"))
    canary: Object = {"routing_configuration": {"versionWeights": [{"version": "4", "weight": share}]}}
    known = body | {"status": body["status"] | {"rollout": planned.document(1)}}
    return reconciled(known, a_look(an_endpoint(**(canary if memory.running else {}))))


SERVING = a_look(an_endpoint())
CHANGED = a_look(an_endpoint(description="theirs"))
DIFFERENCE = {"path": "description", "desired": "ours", "observed": "theirs"}
FRUITLESS = a_status(drift=[DIFFERENCE], synced="False NotConverging")
OBSERVE: Object = {"managementPolicy": "Observe"}
REPORT: Object = {"driftPolicy": "Report"}

OBJECTS = {
    Reason.AVAILABLE: ("Healthy", reconciled(an_object(), SERVING)),
    Reason.IN_SYNC: ("Healthy", reconciled(an_object(**OBSERVE), SERVING)),
    Reason.CREATING: ("Progressing", reconciled(an_object(), a_look(an_endpoint("CREATING")))),
    Reason.UPDATING: ("Progressing", reconciled(an_edited_object(description="new"), SERVING)),
    Reason.DELETING: ("Progressing", reconciled(an_object(), a_look(an_endpoint("DELETING")))),
    Reason.PAUSED: ("Suspended", reconciled(an_object(paused=True), SERVING)),
    Reason.RUNTIME_NOT_READY: ("Progressing", reconciled(a_new_object(), a_look(runtime=UNREADY))),
    Reason.CONFLICT: ("Degraded", reconciled(an_object(), a_look(an_endpoint(), rival="team-a/older"))),
    Reason.ALREADY_EXISTS: ("Degraded", reconciled(a_new_object(), a_look(an_endpoint(endpoint_id=OTHER_ID)))),
    Reason.NOT_FOUND: ("Degraded", reconciled(a_new_object(**OBSERVE), a_look())),
    Reason.DELETED_OUTSIDE: ("Degraded", reconciled(an_object(**REPORT), a_look())),
    Reason.CREATE_FAILED: ("Degraded", reconciled(an_object(), a_look(an_endpoint("CREATE_FAILED")))),
    Reason.UPDATE_FAILED: ("Degraded", reconciled(an_object(), a_look(an_endpoint("UPDATE_FAILED")))),
    Reason.DELETE_FAILED: ("Degraded", reconciled(an_object(), a_look(an_endpoint("DELETE_FAILED")))),
    Reason.REJECTED: ("Degraded", refused()),
    Reason.WRITE_REFUSED: ("Degraded", without_finalizer()),
    Reason.THROTTLED: ("Progressing", reconciled(an_edited_object(), no_look(Reason.THROTTLED))),
    Reason.REMOTE_UNAVAILABLE: ("Progressing", reconciled(an_edited_object(), no_look(Reason.REMOTE_UNAVAILABLE))),
    Reason.UNKNOWN_STATE: ("Degraded", reconciled(an_object(), a_look(an_endpoint("HIBERNATING")))),
    Reason.STALE: ("Degraded", reconciled(an_object(), no_look(Reason.REMOTE_UNAVAILABLE, blind_for=301))),
    Reason.NOT_CONVERGING: ("Healthy", reconciled(an_object(status=FRUITLESS), CHANGED)),
    Reason.DRIFTED: ("Healthy", reconciled(an_object(**REPORT), CHANGED)),
    Reason.ROLLED_OUT: (
        "Healthy",
        reconciled(an_object(rollout={}, status=a_status(rollout={"stableVersion": "3"})), SERVING),
    ),
    Reason.ROLLING_OUT: ("Progressing", rolling(BAKING)),
    Reason.AWAITING_APPROVAL: ("Suspended", rolling(PROVED._replace(phase=Phase.AWAITING_APPROVAL))),
    Reason.ROLLOUT_HELD: ("Suspended", rolling(PROVED._replace(held=True, phase=Phase.HELD, cause=Cause.REQUESTED))),
    Reason.ROLLED_BACK: ("Degraded", rolling(STABLE._replace(phase=Phase.ROLLED_BACK, cause=Cause.ANALYSIS_FAILED))),
    **{reason: ("Healthy", exporting(reason)) for reason in Reason if reason.startswith("Export")},
} | {
    reason: ("Degraded", reconciled(an_object(), no_look(reason, definite=True)))
    for reason in (
        Reason.CREDENTIALS_NOT_FOUND,
        Reason.CREDENTIALS_REJECTED,
        Reason.CREDENTIALS_NOT_ALLOWED,
        Reason.REGION_NOT_SERVED,
        Reason.RUNTIME_NOT_FOUND,
        Reason.RUNTIME_AMBIGUOUS,
    )
}


@pytest.mark.parametrize("reason", Reason, ids=str)
def test_each_reason_has_its_health_and_its_message_is_shown(health: Health, reason: Reason):
    expected, body = OBJECTS[reason]
    told = {each["reason"]: each["message"] for each in body["status"]["conditions"]}

    status, message = health(body)

    assert status == expected
    assert reason in told, "the object is not what the table says"
    assert message.removeprefix(f"{reason}: ") in told.values()


def test_a_rollout_that_is_held_and_not_by_a_person_is_under_way(health: Health):
    drifted = rolling(BAKING, share=0.5, **REPORT)

    status, message = health(drifted)

    assert status == "Progressing"
    assert "somebody changed the split outside" in message


def test_a_version_that_failed_and_is_left_where_it_is_is_degraded(health: Health):
    failing = PROVED._replace(failures=1)

    status, message = health(rolling(failing, rollout=ROLLOUT["rollout"] | {"onFailure": "Hold"}))

    assert status == "Degraded"
    assert message.startswith("RolloutHeld: ")


def test_a_rollout_whose_endpoint_does_not_serve_is_as_bad_as_that(health: Health):
    body = rolling(BAKING)
    down = a_status(ready="False UpdateFailed", rollout=BAKING.document(1))
    down["conditions"].append(a_condition("RolledOut", "False RollingOut"))

    assert health(body | {"status": down}) == ("Degraded", "UpdateFailed: Ready was False")


@pytest.mark.parametrize("reason", [Reason.NOT_CONVERGING, Reason.DRIFTED], ids=str)
def test_a_difference_that_is_left_is_told_of_a_healthy_endpoint(health: Health, reason: Reason):
    assert reason.meaning in health(OBJECTS[reason][1])[1]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param(a_new_object(), "Waiting for the operator's first look", id="no status yet"),
        pytest.param({"metadata": {"generation": 1}}, "Waiting for the operator's first look", id="no status at all"),
        pytest.param(an_edited_object(), "Waiting for the operator to see the latest change", id="an older generation"),
        pytest.param(an_object(deleted_for=1), "Being deleted", id="deleted while it serves"),
        pytest.param(
            an_object(deleted_for=9, status=a_status(ready="False Deleting")), "Ready was False", id="being deleted"
        ),
        pytest.param(
            an_object(deleted_for=9, paused=True, status=a_status(ready="False Paused", synced="False Paused")),
            "Ready was False",
            id="deleted while paused",
        ),
    ],
)
def test_what_is_not_looked_at_yet_or_goes_away_is_under_way(health: Health, body: Object, message: str):
    assert health(body) == ("Progressing", message)


def test_what_is_stuck_is_degraded_even_if_its_reason_usually_passes(health: Health):
    stuck = a_status(ready="False Throttled")
    stuck["conditions"].append(a_condition("Stalled", "True Rejected"))

    assert health(an_object(status=stuck)) == ("Degraded", "Rejected: Stalled was True")

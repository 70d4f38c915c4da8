"""The health that Argo CD shows, by its own kind of Lua, of objects whose conditions the operator's own code made."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from lupa import lua51

from agentrun_operator.reconcile.after_write import failed, refused_by_kubernetes
from agentrun_operator.reconcile.decide import decide
from agentrun_operator.reconcile.observed import Observed, Problem
from agentrun_operator.resources.names import GROUP, KIND
from agentrun_operator.resources.reasons import Reason
from support.objects import (
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

ARGO_CD = Path(__file__).parents[3] / "deploy" / "argocd"
WITHOUT = ("string", "io", "debug", "coroutine", "math")
"""Lua's libraries that Argo CD leaves out."""

Health = Callable[[Object], tuple[str, str]]


@pytest.fixture(scope="module")
def health() -> Health:
    lua: Any = lua51.LuaRuntime(unpack_returned_tuples=True)
    for library in WITHOUT:
        lua.globals()[library] = None
    script = lua.eval("function(source) return assert(loadstring(source, 'health.lua')) end")(
        (ARGO_CD / "health.lua").read_text()
    )

    def run(body: Object) -> tuple[str, str]:
        lua.globals().obj = lua.table_from(body, recursive=True)
        found = script()
        return found.status, found.message

    return run


def reconciled(body: Object, look: Observed) -> Object:
    """The object after its decision, as Argo CD sees it."""
    return body | {"status": Case(body, look).decided()}


def refused() -> Object:
    """An object whose change AgentRun refused."""
    case = Case(an_edited_object(description="new"), a_look(an_endpoint()))
    outcome = failed(case.given, decide(case.given), Problem(Reason.REJECTED, "No such version"))
    return case.body | {"status": case.status(outcome)}


def without_finalizer() -> Object:
    """An object that may not have our finalizer."""
    case = Case(a_new_object(), a_look())
    return case.body | {"status": case.status(refused_by_kubernetes(case.given, "no finalizers today"))}


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


def test_the_patch_for_argo_cd_holds_the_very_script():
    (patch,) = yaml.safe_load_all((ARGO_CD / "argocd-cm.yaml").read_text())

    assert patch["data"] == {f"resource.customizations.health.{GROUP}_{KIND}": (ARGO_CD / "health.lua").read_text()}

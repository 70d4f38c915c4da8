"""What `diff` foresees is what the operator's decisions lead to, for any object and any look."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentrun_operator.plugin.commands.diff.change import Action, Field
from agentrun_operator.plugin.commands.diff.predict import Look, predicted, pruned
from agentrun_operator.reconcile.actions import (
    AddClaim,
    Confirm,
    Create,
    Delete,
    Record,
    Release,
    RemoveClaim,
    Update,
)
from agentrun_operator.reconcile.decide import decide
from agentrun_operator.reconcile.state.observed import Observed
from agentrun_operator.resources.names import PAUSED
from agentrun_operator.resources.reasons import Reason
from support.inputs import bodies, looks
from support.objects import (
    NOW,
    UNREADY,
    Case,
    Object,
    a_look,
    a_new_object,
    an_edited_object,
    an_endpoint,
    an_object,
    no_look,
)
from unit.reconcile.test_rolling import AT_REST, baking, rolled, seen, split

STEPS: Object = {"rollout": {"steps": [{"weight": 5}, {"weight": 50}]}}
PROBED = {
    "steps": [{"weight": 0, "bake": "10m"}, {"weight": 50}],
    "analysis": {"probes": {"prompts": [{"name": "refund", "messages": [{"content": "How long?"}]}]}},
}
OTHERS = an_endpoint(description="theirs")
PROBLEM = no_look(Reason.RUNTIME_NOT_FOUND, definite=True)

TABLE = {
    "a new object is created": (a_new_object(), a_look(), "create description targetVersion"),
    "a new object is created again after an accident": (an_object(), a_look(), "create description targetVersion"),
    "an endpoint that was deleted outside is left so": (
        an_object(driftPolicy="Report"),
        a_look(),
        "blocked DeletedOutside",
    ),
    "an edit is sent": (an_edited_object(description="new"), a_look(an_endpoint()), "update description"),
    "an edit without a difference is none": (an_edited_object(), a_look(an_endpoint()), "none"),
    "what agrees is left alone": (an_object(), a_look(an_endpoint()), "none"),
    "drift is corrected": (an_object(), a_look(OTHERS), "update description Drifted"),
    "drift is reported": (an_object(driftPolicy="Report"), a_look(OTHERS), "blocked description Drifted"),
    "another's endpoint is refused": (a_new_object(), a_look(OTHERS), "blocked AlreadyExists"),
    "another's endpoint is adopted": (
        a_new_object(adoptionPolicy="Adopt"),
        a_look(OTHERS),
        "adopt description",
    ),
    "another's endpoint that agrees is adopted": (
        a_new_object(adoptionPolicy="Adopt"),
        a_look(an_endpoint()),
        "adopt",
    ),
    "one that observes writes nothing": (an_edited_object(managementPolicy="Observe"), a_look(OTHERS), "none"),
    "one that observes misses its endpoint": (
        a_new_object(managementPolicy="Observe"),
        a_look(),
        "blocked NotFound",
    ),
    "an edit while paused is blocked": (
        an_edited_object(paused=True, description="new"),
        a_look(an_endpoint()),
        "blocked description Paused",
    ),
    "a pause alone is none": (an_object(paused=True), a_look(an_endpoint()), "none"),
    "a rival has it": (a_new_object(), a_look(rival="team-a/older"), "blocked Conflict"),
    "a runtime that is not ready": (a_new_object(), a_look(runtime=UNREADY), "blocked RuntimeNotReady"),
    "a runtime that is not there": (a_new_object(), PROBLEM, "blocked RuntimeNotFound"),
    "a change under way is waited for": (
        an_edited_object(description="new"),
        a_look(an_endpoint("UPDATING")),
        "update description",
    ),
    "a change under way of no edit is left": (an_object(), a_look(an_endpoint("UPDATING")), "none"),
    "a deletion under way is waited for": (
        a_new_object(),
        a_look(an_endpoint("DELETING")),
        "create description targetVersion",
    ),
    "one that failed to be made is made anew": (
        an_object(),
        a_look(an_endpoint("CREATE_FAILED")),
        "create description targetVersion",
    ),
    "one that failed to change is tried again": (
        an_object(),
        a_look(an_endpoint("UPDATE_FAILED")),
        "update UpdateFailed",
    ),
    "a running rollout has its next step in sight": (rolled(baking(60)), seen(split(0.1)), "none"),
    "a running rollout goes on when its time has come": (rolled(baking(600)), seen(split(0.1)), "none"),
    "a running rollout, changed outside": (
        rolled(baking(60)),
        seen(split(0.9)),
        "update routing.versionWeights Drifted",
    ),
    "a running rollout whose goal is taken back": (
        rolled(baking(60), generation=3, goal="3"),
        seen(split(0.1)),
        "update routing.versionWeights",
    ),
    "a running rollout that is asked to go all the way": (
        rolled(baking(60), asked="promote 1"),
        seen(split(0.1)),
        "update targetVersion routing.versionWeights",
    ),
    "a new version, at once": (
        rolled(AT_REST, rollout={"strategy": "Immediate"}),
        seen(split()),
        "update targetVersion",
    ),
    "a new version, whose first step has no share": (
        rolled(AT_REST, rollout=PROBED),
        seen(split()),
        "update",
    ),
    "an object that is being deleted": (an_object(deleted_for=5), a_look(an_endpoint()), "blocked Deleting"),
}


def told(body: Object, look: Observed) -> str:
    change = predicted(body, Look(look), NOW)
    return " ".join(filter(None, (change.action, *(each.path for each in change.fields), change.reason)))


@pytest.mark.parametrize(("body", "look", "says"), TABLE.values(), ids=TABLE)
def test_a_situation_leads_to(body, look, says):
    assert told(body, look) == says


def test_a_create_tells_what_is_asked_for_and_nothing_before():
    change = predicted(a_new_object(scaling={"minInstances": 2}), Look(a_look()), NOW)
    assert change.fields == (
        Field("description", None, "ours"),
        Field("targetVersion", None, "3"),
        Field("scaling.minInstances", None, "2"),
    )


def test_an_update_tells_both_values():
    change = predicted(an_edited_object(description="new"), Look(a_look(an_endpoint())), NOW)
    assert change.fields == (Field("description", "ours", "new"),)


def test_a_look_that_failed_tells_nothing_of_the_object():
    assert predicted(a_new_object(), Look(no_look(Reason.REMOTE_UNAVAILABLE), untold=True), NOW).untold


@pytest.mark.parametrize(
    ("body", "words"),
    [
        pytest.param(an_object(), "is deleted", id="deleted"),
        pytest.param(an_object(deletionPolicy="Orphan"), "stays in AgentRun", id="orphaned"),
        pytest.param(an_object(paused=True), "stops the deletion too", id="paused"),
        pytest.param(a_new_object(), "no endpoint of its own", id="without one"),
    ],
)
def test_what_is_pruned_tells_what_becomes_of_its_endpoint(body, words):
    change = pruned(body, Look(a_look(an_endpoint())), NOW)
    assert change.action is Action.PRUNE
    assert words in change.message


EFFECTS = {Create: Action.CREATE, Update: Action.UPDATE}


@settings(max_examples=400, deadline=None)
@given(bodies(), looks())
def test_the_first_effect_that_a_decision_has_is_the_one_that_is_foreseen(body, look):
    case = Case(body, look)
    action = decide(case.given).action
    change = predicted(body, Look(look), NOW)
    assert change.message or change.action in (Action.NONE, Action.CREATE), change
    if case.given.desired.deleting:
        assert change.action is Action.BLOCKED
    elif type(action) in EFFECTS:
        assert change.action is EFFECTS[type(action)]
    elif not isinstance(action, Confirm | AddClaim | RemoveClaim | Record | Delete | Release):
        moving = look.endpoint is not None and look.endpoint.state.endswith("ING")
        failed = look.endpoint is not None and look.endpoint.state == "CREATE_FAILED"
        assert moving or failed or change.action in (Action.BLOCKED, Action.NONE)


@settings(max_examples=200, deadline=None)
@given(bodies(), looks())
def test_nothing_is_foreseen_of_what_is_paused_but_that_it_is_blocked(body, look):
    annotations = body["metadata"]["annotations"] | {PAUSED: "true"}
    paused = body | {"metadata": body["metadata"] | {"annotations": annotations}}
    assert predicted(paused, Look(look), NOW).action in (Action.BLOCKED, Action.NONE)


@settings(max_examples=200, deadline=None)
@given(bodies(), looks(), st.booleans())
def test_what_is_foreseen_depends_on_nothing_but_the_object_and_the_look(body, look, untold):
    first = predicted(body, Look(look, untold), NOW)
    assert predicted(body, Look(look, untold), NOW) == first


HISTORY = [
    {
        "generation": 1,
        "appliedAt": "2026-01-01T00:00:00Z",
        "readyAt": "2026-01-01T00:00:05Z",
        "result": "Ready",
        "spec": {"targetVersion": "1", "description": "", "disablePublicNetworkAccess": False},
    }
]


@pytest.mark.parametrize(
    ("body", "look", "says"),
    [
        *TABLE.values(),
        pytest.param(
            an_object(**STEPS), a_look(an_endpoint("CREATE_FAILED")), "create description targetVersion", id="rolls"
        ),
    ],
)
def test_a_history_changes_nothing_of_what_is_foreseen(body: Object, look: Observed, says: str):
    had = {**body, "status": {**body["status"], "history": HISTORY}} if body.get("status") else body
    assert told(had, look) == says

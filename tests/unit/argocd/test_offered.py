"""What Argo CD offers to ask of an endpoint: just what the operator would answer."""

from typing import Any

import pytest

from agentrun_operator.reconcile.rollout.memory import Memory, Phase
from support.argocd import ACTIONS, ARGO_CD, offered
from support.objects import NOW, Object, a_new_object, a_status, an_object
from unit.argocd.test_health import OBJECTS

STABLE = Memory(number=7, stable="3")
BAKING = STABLE._replace(canary="4", plan="1:0", step=1, weight=25, settled_at=NOW, phase=Phase.PROGRESSING)
AWAITING = BAKING._replace(phase=Phase.AWAITING_APPROVAL)
HELD = BAKING._replace(phase=Phase.HELD, held=True)
FAILED = STABLE._replace(phase=Phase.ROLLED_BACK, failed_plan="1:0")

ALWAYS = {"reconcile", "pause"}


def rolling(memory: Memory, **changed: Any) -> Object:
    """An object whose status records this of a rollout."""
    return an_object(**({"rollout": {}, "status": a_status(rollout=memory.document(4))} | changed))


def test_the_folder_has_a_script_for_each_action():
    assert {each.parent.name for each in (ARGO_CD / "actions").glob("*/action.lua")} == set(ACTIONS)


@pytest.mark.parametrize(
    ("body", "actions"),
    [
        pytest.param(an_object(), ALWAYS, id="no rollout asked for"),
        pytest.param(a_new_object(), ALWAYS, id="not looked at yet"),
        pytest.param({"metadata": {}, "spec": {"rollout": {}}}, ALWAYS, id="no status"),
        pytest.param({}, ALWAYS, id="nothing at all"),
        pytest.param(an_object(paused=True), {"resume"}, id="paused"),
        pytest.param(an_object(managementPolicy="Observe"), ALWAYS, id="observed"),
        pytest.param(an_object(deleted_for=1), ALWAYS | {"orphan"}, id="being deleted"),
        pytest.param(an_object(deleted_for=1, paused=True), {"resume", "orphan"}, id="being deleted, paused"),
        pytest.param(an_object(deleted_for=1, deletionPolicy="Orphan"), ALWAYS, id="being let go"),
        pytest.param(an_object(deleted_for=1, finalized=False), ALWAYS, id="held by others alone"),
        pytest.param(an_object(deletionPolicy="Orphan"), ALWAYS, id="not deleted, to be let go"),
    ],
)
def test_just_what_fits_the_object_is_offered(body: Object, actions: set[str]):
    assert offered(body) == actions


@pytest.mark.parametrize(
    ("body", "verbs"),
    [
        pytest.param(rolling(BAKING, rollout=None), set(), id="its rollout removed"),
        pytest.param(rolling(Memory(stable="3")), set(), id="none so far"),
        pytest.param(rolling(STABLE), set(), id="at rest"),
        pytest.param(rolling(BAKING), {"promote", "abort", "hold"}, id="baking"),
        pytest.param(rolling(AWAITING), {"approve", "promote", "abort", "hold"}, id="waiting for approval"),
        pytest.param(rolling(HELD), {"promote", "abort", "resume"}, id="held by a person"),
        pytest.param(rolling(BAKING._replace(phase=Phase.HELD)), {"promote", "abort", "hold"}, id="held by a cause"),
        pytest.param(rolling(FAILED), {"promote", "retry"}, id="taken back"),
    ],
)
def test_just_what_fits_the_rollout_is_offered(body: Object, verbs: set[str]):
    assert offered(body) - ALWAYS == verbs


@pytest.mark.parametrize("memory", [AWAITING, HELD, FAILED], ids=["waiting", "held", "taken back"])
def test_a_rollout_that_would_not_answer_is_asked_nothing(memory: Memory):
    assert offered(rolling(memory, paused=True)) == {"resume"}
    assert offered(rolling(memory, deleted_for=1)) == ALWAYS | {"orphan"}
    assert offered(rolling(memory, managementPolicy="Observe")) == ALWAYS


def test_an_approval_is_offered_of_all_states_in_the_one_that_waits():
    assert [reason for reason, (_, body) in OBJECTS.items() if "approve" in offered(body)] == ["AwaitingApproval"]

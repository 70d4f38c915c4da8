"""What Argo CD lets people ask of a rollout, by its own kind of Lua; each is the annotation that the operator reads."""

from typing import Any

import pytest

from agentrun_operator.reconcile.rollout.memory import Memory, Phase
from agentrun_operator.reconcile.rollout.request import Request, Verb
from agentrun_operator.resources.names import ROLLOUT
from support.argocd import script
from support.objects import NOW, Object, a_status, an_object

STABLE = Memory(number=7, stable="3")
BAKING = STABLE._replace(canary="4", plan="1:0", step=1, weight=25, settled_at=NOW, phase=Phase.PROGRESSING)
DARK = BAKING._replace(weight=0)
AWAITING = BAKING._replace(phase=Phase.AWAITING_APPROVAL)
HELD = BAKING._replace(phase=Phase.HELD, held=True)
FAILED = STABLE._replace(phase=Phase.ROLLED_BACK, failed_plan="1:0")


def rolling(memory: Memory, **changed: Any) -> Object:
    """An object whose status records this of a rollout."""
    return an_object(**({"rollout": {}, "status": a_status(rollout=memory.document(4))} | changed))


def offered(body: Object) -> set[str]:
    """The actions that are not disabled."""
    found = script("actions/discovery.lua")(body)
    assert set(found) == set(Verb)
    return {verb for verb in found if not found[verb].disabled}


@pytest.mark.parametrize(
    ("body", "verbs"),
    [
        pytest.param(an_object(), set(), id="no rollout asked for"),
        pytest.param(rolling(BAKING, rollout=None), set(), id="its rollout removed"),
        pytest.param({"metadata": {}, "spec": {"rollout": {}}}, set(), id="not looked at yet"),
        pytest.param(rolling(Memory(stable="3")), set(), id="none so far"),
        pytest.param(rolling(STABLE), set(), id="at rest"),
        pytest.param(rolling(BAKING), {"promote", "abort", "hold"}, id="baking"),
        pytest.param(rolling(AWAITING), {"approve", "promote", "abort", "hold"}, id="waiting for approval"),
        pytest.param(rolling(HELD), {"promote", "abort", "resume"}, id="held by a person"),
        pytest.param(rolling(BAKING._replace(phase=Phase.HELD)), {"promote", "abort", "hold"}, id="held by a cause"),
        pytest.param(rolling(FAILED), {"promote", "retry"}, id="taken back"),
        pytest.param(rolling(BAKING, deleted_for=1), set(), id="being deleted"),
    ],
)
def test_just_what_fits_the_rollout_is_offered(body: Object, verbs: set[str]):
    assert offered(body) == verbs


@pytest.mark.parametrize(
    ("memory", "text"),
    [
        pytest.param(AWAITING, "approve 7 25", id="approve"),
        pytest.param(DARK._replace(phase=Phase.AWAITING_APPROVAL), "approve 7 0", id="approve a dark step"),
        pytest.param(AWAITING._replace(number=999999999), "approve 999999999 25", id="approve one of many"),
        pytest.param(BAKING, "promote 7", id="promote"),
        pytest.param(BAKING, "abort 7", id="abort"),
        pytest.param(FAILED, "retry 7", id="retry"),
        pytest.param(BAKING, "hold 7", id="hold"),
        pytest.param(HELD, "resume 7", id="resume"),
    ],
)
@pytest.mark.parametrize("annotations", [None, {"theirs": "stays"}, {ROLLOUT: "abort 6"}])
def test_an_action_writes_the_request_that_the_operator_heeds(memory: Memory, text: str, annotations: Object | None):
    body = rolling(memory)
    body["metadata"]["annotations"] = annotations
    verb = text.split(maxsplit=1)[0]
    assert verb in offered(body)

    changed = script(f"actions/{verb}/action.lua")(body)

    assert dict(changed.metadata.annotations) == (annotations or {}) | {ROLLOUT: text}
    asked = Request.of(text)
    assert asked is not None
    assert asked.misfit(memory) == ""


@pytest.mark.parametrize("verb", Verb)
def test_an_action_changes_nothing_else(verb: str):
    body = rolling(AWAITING, description="ours")

    changed = script(f"actions/{verb}/action.lua")(body)

    assert changed.spec.description == "ours"
    assert changed.status.rollout.number == 7
    assert changed.metadata.name == body["metadata"]["name"]

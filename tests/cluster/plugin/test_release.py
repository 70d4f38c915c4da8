"""`release`, the way out of a deletion that is stuck, on a real control plane with the operator."""

from collections.abc import Iterator

import pytest

from agentrun_operator.controlplane import ControlPlane
from agentrun_operator.controlplane.access import NOBODY
from support.cluster import Kubectl, eventually
from support.emulator import Emulator
from support.endpoints import GROUP, KIND, Endpoints
from support.guarded import told
from support.operator import Operator
from support.plugin import Plugin, Result
from support.policies import policies_in


@pytest.fixture
def stuck(operator: Operator, endpoints: Endpoints, emulator: Emulator) -> Endpoints:
    """An object `chat` whose endpoint AgentRun does not delete."""
    endpoints.apply("chat", targetVersion="3")
    endpoints.wait_ready("chat")
    emulator.fault("DeleteAgentRuntimeEndpoint", status=500, body={"code": "InternalError", "message": "no"})
    endpoints.delete("chat")
    return endpoints


def test_a_yes_lets_the_object_go_and_leaves_the_endpoint(plugin: Plugin, stuck: Endpoints, emulator: Emulator):
    told = plugin("release", "chat", input="y\n")
    assert told.code == 0
    assert told.out.endswith("chat: it is gone\n")
    assert "The endpoint chat (" in told.err
    assert stuck.kubectl.get(KIND, "chat") is None
    assert (emulator.endpoint("chat") or {})["targetVersion"] == "3"


@pytest.mark.parametrize("answer", ["", "\n", "n\n", "no\n"])
def test_without_a_yes_nothing_is_changed(plugin: Plugin, stuck: Endpoints, answer: str):
    told = plugin("release", "chat", input=answer)
    assert (told.code, told.err.splitlines()[-1].partition("Error: ")[2]) == (1, "nothing was changed")
    assert stuck.get("chat")["spec"]["deletionPolicy"] == "Delete"


def test_a_pause_holds_that_too_and_is_left_to_its_owner(plugin: Plugin, stuck: Endpoints):
    stuck.annotate("chat", paused="true")
    told = plugin("release", "chat", "--yes")
    assert (told.code, "It goes by: kubectl agentrun resume chat" in told.err) == (1, True)
    assert plugin("resume", "chat").code == 0
    assert stuck.kubectl.get(KIND, "chat") is None


def test_an_object_that_is_not_being_deleted_is_left_alone(plugin: Plugin, endpoints: Endpoints):
    endpoints.apply("chat")
    told = plugin("release", "chat", "--yes")
    assert (told.code, "is not being deleted" in told.err) == (1, True)
    assert endpoints.get("chat")["spec"]["deletionPolicy"] == "Delete"
    assert plugin("release", "nope", "--yes").code == 1
    assert plugin("release").code == 2


def test_where_no_operator_answers_the_time_ends_and_says_so(plugin: Plugin, endpoints: Endpoints, kubectl: Kubectl):
    endpoints.apply("chat")
    kubectl.patch(KIND, "chat", {"metadata": {"finalizers": [f"{GROUP}/endpoint"]}})
    endpoints.delete("chat")
    told = plugin("release", "chat", "--yes", "--timeout=0s")
    assert (told.code, "Is one running? kubectl agentrun check" in told.err) == (3, True)


def test_what_others_hold_is_said(plugin: Plugin, endpoints: Endpoints, kubectl: Kubectl):
    endpoints.apply("chat")
    kubectl.patch(KIND, "chat", {"metadata": {"finalizers": ["example.com/theirs"]}})
    endpoints.delete("chat")
    told = plugin("release", "chat", "--yes")
    assert (told.code, "its finalizers: example.com/theirs" in told.err) == (1, True)
    kubectl.patch(KIND, "chat", {"metadata": {"finalizers": None}})


@pytest.fixture
def guarded(control_plane: ControlPlane, endpoints: Endpoints, kubectl: Kubectl) -> Iterator[Kubectl]:
    """Two objects that are being deleted, of which `stuck` says why it is not done, in a namespace under guardrails."""
    for name in ("chat", "stuck"):
        endpoints.apply(name)
        kubectl.patch(KIND, name, {"metadata": {"finalizers": [f"{GROUP}/endpoint"]}})
        endpoints.delete(name)
    kubectl.patch(KIND, "stuck", {"status": {"conditions": [told("DeleteFailed")]}}, subresource="status")
    kubectl("create", "role", "user", "--verb=*", f"--resource={KIND}")
    kubectl("create", "rolebinding", "user", "--role=user", f"--user={NOBODY}")
    with policies_in(control_plane, kubectl.namespace):
        yield kubectl


def test_a_guardrails_words_are_shown_with_what_would_do_and_what_is_stuck_goes(plugin: Plugin, guarded: Kubectl):
    def answer() -> Result:
        guarded.patch(KIND, "chat", {"spec": {"deletionPolicy": "Delete"}})
        return plugin("release", "chat", "--yes", "--timeout=0s", f"--as={NOBODY}")

    eventually(lambda: "denied request" in answer().err, what="the policy at work")

    code, out, err = answer()
    assert (code, out) == (3, "")
    assert "deletionPolicy Orphan leaves the endpoint at AgentRun" in err  # the API server's words
    assert f"Orphan needs the label {GROUP}/orphan=allowed on the Namespace, or one of these reasons" in err
    assert (
        plugin("release", "stuck", "--yes", "--timeout=0s", f"--as={NOBODY}").code == 3
    )  # nobody is there to let it go
    assert (guarded.get(KIND, "stuck") or {})["spec"]["deletionPolicy"] == "Orphan"

"""Argo CD's actions on a real control plane: what a script changes, sent as Argo CD sends it, and what comes of it."""

import json

import pytest

from support.argocd import offered, patch
from support.cluster import eventually
from support.emulator import Emulator
from support.endpoints import GROUP, KIND, Endpoints, Object, manifest
from support.rollouts import rollout_of

pytestmark = pytest.mark.usefixtures("operator")

IN_GIT = manifest("chat", targetVersion="3", description="ours")


def click(endpoints: Endpoints, action: str) -> Object:
    """Run an action that is offered, on the object as it is now; the object after it."""
    body = endpoints.get("chat")
    assert action in offered(body)
    return endpoints.kubectl.patch(KIND, "chat", patch(action, body))


def asked(endpoints: Endpoints, request: str) -> None:
    """Run the action that sends this request, once it is offered, and wait for the operator's answer."""
    verb = request.partition(" ")[0]
    eventually(lambda: verb in offered(endpoints.get("chat")), 20)
    click(endpoints, verb)
    eventually(lambda: rollout_of(endpoints.get("chat")).get("lastRequest") == request, 20)


def heal(endpoints: Endpoints, manifest: Object) -> None:
    """What Argo CD does to an object that it takes to be out of sync, in either of its two ways to apply."""
    endpoints.kubectl.apply(manifest)
    server_side = ("--server-side", "--force-conflicts", "--field-manager=argocd-controller")
    endpoints.kubectl("apply", "--filename=-", *server_side, input=json.dumps(manifest))


def test_what_the_annotations_ask_for_is_done_and_outlives_self_heal(endpoints: Endpoints, emulator: Emulator):
    heal(endpoints, IN_GIT)
    endpoints.wait_ready("chat")
    generation = endpoints.get("chat")["metadata"]["generation"]

    asked = click(endpoints, "reconcile")["metadata"]["annotations"][f"{GROUP}/reconcile-requested-at"]
    endpoints.wait_status("chat", lastHandledReconcileAt=asked)

    click(endpoints, "pause")
    heal(endpoints, IN_GIT)
    emulator.patch_endpoint(endpoints.get("chat")["status"]["endpointId"], description="theirs")
    endpoints.wait_reason("chat", "Paused", kind="Synced")
    assert offered(endpoints.get("chat")) == {"resume"}

    click(endpoints, "resume")
    heal(endpoints, IN_GIT)
    eventually(lambda: (emulator.endpoint("chat") or {})["description"] == "ours", 20)
    assert endpoints.wait_ready("chat")["metadata"]["generation"] == generation


def test_a_rollout_is_held_goes_on_and_is_promoted_by_the_same_button(endpoints: Endpoints, emulator: Emulator):
    steps = [{"weight": 10, "bake": "1s", "approval": True}, {"weight": 60, "bake": "1h"}]
    in_git = manifest("chat", targetVersion="3", rollout={"steps": steps})
    heal(endpoints, in_git)
    endpoints.wait_reason("chat", "RolledOut", kind="RolledOut")
    in_git["spec"]["targetVersion"] = "4"
    heal(endpoints, in_git)
    endpoints.wait_reason("chat", "AwaitingApproval", kind="RolledOut", within=40)

    for request in ("hold 1", "resume 1", "approve 1 10", "abort 1", "promote 1"):
        asked(endpoints, request)
        heal(endpoints, in_git)

    eventually(lambda: (emulator.endpoint("chat") or {})["targetVersion"] == "4", 20)


def test_the_way_out_lets_an_object_go_whose_deletion_is_stuck(endpoints: Endpoints, emulator: Emulator):
    heal(endpoints, IN_GIT)
    endpoints.wait_ready("chat")
    assert "orphan" not in offered(endpoints.get("chat"))
    emulator.fault("DeleteAgentRuntimeEndpoint", status=500, body={"code": "InternalError", "message": "no"})
    endpoints.delete("chat")

    click(endpoints, "orphan")

    endpoints.wait_gone("chat")
    assert (emulator.endpoint("chat") or {})["description"] == "ours"

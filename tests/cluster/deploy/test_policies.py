"""The chart's guardrails hold people, and not the operator: with `policies.enabled` a release does all of its work."""

from collections.abc import Callable

import pytest

from agentrun_operator.controlplane import KubectlError
from agentrun_operator.controlplane.access import NOBODY
from support.chart_release import Release, ReleasedOperator
from support.cluster import Kubectl, condition, eventually
from support.emulator import Emulator
from support.endpoints import GROUP, KIND, Endpoints

Start = Callable[[Release], ReleasedOperator]
Upgrade = Callable[..., None]

NOTHING_ALLOWED = {
    "labels": {f"{GROUP}/environment": "production"},
    "annotations": dict.fromkeys((f"{GROUP}/allowed-{what}" for what in ("regions", "runtimes", "secrets")), ""),
}


@pytest.fixture
def tenant(kubectl: Kubectl) -> Kubectl:
    """Somebody with every right on objects."""
    kubectl("create", "role", NOBODY, "--verb=*", f"--resource={KIND},{KIND}/status")
    kubectl("create", "rolebinding", NOBODY, f"--role={NOBODY}", f"--user={NOBODY}")
    return kubectl.as_user(NOBODY)


def refusal(kubectl: Kubectl) -> str:
    """What is said to somebody who takes the finalizer off."""
    try:
        kubectl.patch(KIND, "chat", {"metadata": {"finalizers": None}})
    except KubectlError as error:
        return str(error)
    return ""


@pytest.fixture
def operator(release: Release, upgrade: Upgrade, pod: Start, namespace: str) -> ReleasedOperator:
    """An operator of a release with guardrails; those of the namespace allow nothing."""
    upgrade(policies={"enabled": True})
    Kubectl(release.plane).patch("namespace", namespace, {"metadata": NOTHING_ALLOWED})
    return pod(release).start()


@pytest.mark.usefixtures("operator")
def test_an_endpoint_is_made_rolled_out_and_deleted_where_every_guardrail_holds_its_users(
    endpoints: Endpoints, emulator: Emulator, runtime: str, tenant: Kubectl
):
    steps = [{"weight": 10, "bake": "1s"}, {"weight": 50, "bake": "1s"}]
    endpoints.apply("chat", runtime=runtime, targetVersion="3", rollout={"steps": steps})
    endpoints.wait_ready("chat")
    eventually(lambda: "only the operator writes the finalizer" in refusal(tenant), what="the policies at work")

    endpoints.change("chat", targetVersion="4")

    endpoints.wait_reason("chat", "RolledOut", "RolledOut", within=30)
    assert (emulator.endpoint("chat") or {})["targetVersion"] == "4"
    assert (condition(endpoints.get("chat"), "Ready") or {})["status"] == "True"
    with pytest.raises(KubectlError, match=r"needs spec\.rollout"):
        tenant.patch(KIND, "chat", {"spec": {"rollout": None}})
    endpoints.delete("chat")
    endpoints.wait_gone("chat")
    assert emulator.endpoint("chat") is None

"""The Pods are made where the Pod Security Standard `restricted` holds, and the API server knows every field."""

import pytest

from agentrun_operator.controlplane import ControlPlane
from support.chart import CHART
from support.cluster import Kubectl, eventually
from support.helm import Helm

RESTRICTED = {"pod-security.kubernetes.io/enforce": "restricted"}
RRSA = {
    "roleArn": "acs:ram::1000000000000001:role/agentrun",
    "oidcProviderArn": "acs:ram::1000000000000001:oidc-provider/ack",
}
NOTHING_SHARED = {"crds": {"enabled": False}, "rbac": {"aggregate": False}, "statusPolicy": {"enabled": False}}
"""The rest of the folder has a release that looks at every namespace: a policy of another one would lock it out."""


@pytest.fixture
def restricted(control_plane: ControlPlane, namespace: str) -> str:
    Kubectl(control_plane).patch("namespace", namespace, {"metadata": {"labels": RESTRICTED}})
    return namespace


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({}, id="the defaults"),
        pytest.param({"credentials": {"rrsa": RRSA}}, id="with a token of RRSA"),
        pytest.param({"credentials": {"rrsa": {"roleName": "agentrun"}}}, id="with RRSA by the webhook"),
        pytest.param({"replicas": 1, "leaderElect": False}, id="alone"),
    ],
)
def test_pods_are_made_in_a_restricted_namespace(
    helm: Helm, kubectl: Kubectl, restricted: str, values: dict[str, object]
):
    helm.apply(CHART, "mine", restricted, NOTHING_SHARED | values)

    wanted = values.get("replicas", 2)
    eventually(lambda: len(kubectl.list("pods")) == wanted, what="the Pods")
    assert kubectl.list("events") == [] or not [
        event for event in kubectl.list("events") if event["reason"] == "FailedCreate"
    ]


def test_pods_that_are_not_restricted_would_not_be_made(helm: Helm, kubectl: Kubectl, restricted: str):
    helm.apply(
        CHART, "mine", restricted, NOTHING_SHARED | {"securityContext": {"capabilities": {"add": ["NET_ADMIN"]}}}
    )

    def refused() -> list[str]:
        return [event["message"] for event in kubectl.list("events") if event["reason"] == "FailedCreate"]

    assert "violates PodSecurity" in eventually(refused, what="a refused Pod")[0]


def test_the_api_server_knows_every_field_of_every_object(helm: Helm, kubectl: Kubectl, namespace: str):
    everything = {
        "credentials": {"rrsa": RRSA},
        "networkPolicy": {"from": [{"podSelector": {}}], "egress": [{"ports": [{"port": 443, "protocol": "TCP"}]}]},
        "dashboard": {"enabled": True},
        "service": {"annotations": {"a": "b"}},
        "statusPolicy": {"enabled": True},
    }
    rendered = helm("template", "mine", str(CHART), f"--namespace={namespace}", values=NOTHING_SHARED | everything)

    said = kubectl("apply", "--dry-run=server", "--validate=strict", "--filename=-", input=rendered)

    assert "networkpolicy.networking.k8s.io/mine-agentrun-operator created" in said

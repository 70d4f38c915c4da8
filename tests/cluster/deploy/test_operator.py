"""The operator works with what the chart gives it, and with nothing else: command, environment, permissions."""

import time
from collections.abc import Callable

import pytest

from agentrun_operator.controlplane import ControlPlane
from support.chart import CHART, SECRET
from support.chart_release import Release, ReleasedOperator
from support.cluster import Kubectl, condition, eventually
from support.emulator import Emulator
from support.endpoints import KIND, Endpoints
from support.helm import Helm

Start = Callable[[Release], ReleasedOperator]
Upgrade = Callable[..., None]

TENANT = ("tenant-ak", "tenant-sk", "2000000000000002")


@pytest.fixture
def narrow(release: Release, helm: Helm, namespace: str, values: dict[str, object], upgrade: Upgrade) -> Release:
    """A release for the test's namespace alone, with its Lease and its Pods there too; the other one lets it write."""
    upgrade(statusPolicy={"writers": [f"system:serviceaccount:{namespace}:narrow-agentrun-operator"]})
    metadata = {"name": SECRET, "namespace": namespace}
    found = release.kubectl.get("secret", SECRET) or {}
    release.kubectl.in_namespace(namespace).apply(
        {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": found["data"]}
    )
    only = {"namespaces": [namespace], "crds": {"enabled": False}, "rbac": {"aggregate": False}}
    helm.apply(CHART, "narrow", namespace, values | only)
    return Release(release.plane, namespace, "narrow-agentrun-operator")


@pytest.fixture(params=["release", "narrow"], ids=["for every namespace", "for named namespaces"])
def either(request: pytest.FixtureRequest) -> Release:
    """A release of each kind, in turn."""
    found: Release = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def operator(either: Release, pod: Start, emulator: Emulator) -> ReleasedOperator:
    return pod(either).start()


@pytest.mark.usefixtures("operator")
def test_an_object_is_created_updated_and_deleted_and_tells_of_it(
    endpoints: Endpoints, emulator: Emulator, runtime: str
):
    endpoints.apply("chat", runtime=runtime, description="one")
    endpoints.wait_ready("chat")
    endpoints.change("chat", description="two")
    endpoints.wait_ready("chat")
    assert (emulator.endpoint("chat") or {})["description"] == "two"
    eventually(lambda: endpoints.events("chat")[:2] == ["Created", "Updated"], what="the events")

    endpoints.delete("chat")

    endpoints.wait_gone("chat")
    assert emulator.endpoint("chat") is None
    eventually(lambda: endpoints.events("chat")[-1] == "Deleted", what="the last event")


@pytest.mark.usefixtures("operator")
def test_an_objects_own_secret_is_read(endpoints: Endpoints, emulator: Emulator, kubectl: Kubectl):
    emulator.add_account(*TENANT)
    emulator.add_runtime(kubectl.namespace, account_id=TENANT[2])
    keys = {"accessKeyId": TENANT[0], "accessKeySecret": TENANT[1]}
    kubectl.apply({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "own"}, "stringData": keys})

    endpoints.apply("chat", runtime=kubectl.namespace, credentialsSecretRef={"name": "own"})
    endpoints.wait_ready("chat")

    assert {call.access_key_id for call in emulator.effects()} == {TENANT[0]}
    endpoints.delete("chat")
    endpoints.wait_gone("chat")


@pytest.mark.alone
def test_two_replicas_elect_one_and_the_other_takes_over(
    either: Release, pod: Start, endpoints: Endpoints, runtime: str
):
    first, second = pod(either), pod(either)
    first.start().wait_leading()
    second.start()
    assert second.metrics()["agentrun_leader"] == 0

    began = time.monotonic()
    first.terminate()
    second.wait_leading()

    assert time.monotonic() - began < 12  # a Lease that was not given back is waited for longer
    endpoints.apply("chat", runtime=runtime)
    endpoints.wait_ready("chat")
    endpoints.delete("chat")
    endpoints.wait_gone("chat")


def test_a_release_for_named_namespaces_leaves_the_others_alone_without_a_word(
    narrow: Release, pod: Start, endpoints: Endpoints, runtime: str, control_plane: ControlPlane
):
    operator = pod(narrow).start()
    elsewhere = Endpoints(Kubectl(control_plane, "default"))
    elsewhere.apply("left-alone", runtime=runtime)

    endpoints.apply("chat", runtime=runtime)
    endpoints.wait_ready("chat")
    endpoints.delete("chat")
    endpoints.wait_gone("chat")

    assert "conditions" not in elsewhere.get("left-alone").get("status", {})
    assert [record for record in operator.records() if record["level"] not in ("INFO", "DEBUG")] == []
    elsewhere.kubectl("delete", KIND, "left-alone")


@pytest.mark.usefixtures("narrow")
def test_a_release_for_named_namespaces_has_nothing_cluster_wide(control_plane: ControlPlane, namespace: str):
    kubectl = Kubectl(control_plane)

    names = kubectl(
        "get", "clusterroles,clusterrolebindings", "--output=name", "--selector=app.kubernetes.io/instance=narrow"
    )

    assert names == ""


def test_a_release_that_may_not_read_secrets_says_so_where_one_is_asked_for(
    release: Release, pod: Start, upgrade: Upgrade, endpoints: Endpoints, runtime: str
):
    upgrade(rbac={"secrets": False})
    pod(release).start()

    endpoints.apply("chat", runtime=runtime, credentialsSecretRef={"name": "own"})

    found = endpoints.wait_reason("chat", "CredentialsNotFound")
    assert "grant it `get` on Secrets" in (condition(found, "Ready") or {})["message"]
    endpoints.change("chat", deletionPolicy="Orphan")
    endpoints.delete("chat")
    endpoints.wait_gone("chat")

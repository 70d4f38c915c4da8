"""A release through its life: waited for, upgraded, rolled back, uninstalled. Objects and endpoints outlive it."""

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from agentrun_operator.controlplane import ControlPlane, KubectlError
from support.chart import CHART, CHART_CRD, NAMESPACE
from support.chart_release import Release, ReleasedOperator, container_of
from support.cluster import Kubectl, eventually
from support.emulator import Emulator
from support.endpoints import KIND, Endpoints, manifest
from support.helm import Helm, HelmError
from support.patience import stretched

Start = Callable[[Release], ReleasedOperator]
Upgrade = Callable[..., None]
Identity = tuple[str, str, str]


@pytest.fixture
def chat(release: Release, pod: Start, endpoints: Endpoints, emulator: Emulator, runtime: str) -> Iterator[Endpoints]:
    """An object `chat` that a Pod made Ready; the Pod is gone. Afterwards both the object and its endpoint go."""
    operator = pod(release).start()
    endpoints.apply("chat", runtime=runtime)
    endpoints.wait_ready("chat")
    operator.terminate()
    yield endpoints
    endpoints.kubectl.patch(KIND, "chat", {"metadata": {"finalizers": None}})
    endpoints.delete("chat")
    emulator.remove_endpoint((emulator.endpoint("chat") or {})["agentRuntimeEndpointId"])


def identity(endpoints: Endpoints, emulator: Emulator) -> Identity:
    """What must stay the same: the object, its spec, and its endpoint."""
    found = endpoints.get("chat")["metadata"]
    return found["uid"], found["generation"], (emulator.endpoint("chat") or {})["agentRuntimeEndpointId"]


def test_an_upgrade_changes_the_pods_and_nothing_else(
    chat: Endpoints, release: Release, upgrade: Upgrade, pod: Start, emulator: Emulator
):
    before = identity(chat, emulator)
    emulator.forget_requests()

    upgrade(workers=7, logLevel="debug")
    operator = pod(release).start()
    eventually(lambda: "ListAgentRuntimeEndpoints" in emulator.counts(), what="a look at AgentRun")
    operator.terminate()

    assert operator.environment["AGENTRUN_OPERATOR_WORKERS"] == "7"
    assert operator.environment["AGENTRUN_OPERATOR_LOG_LEVEL"] == "debug"
    assert identity(chat, emulator) == before
    assert emulator.effects() == []


@pytest.fixture
def previous_chart(tmp_path: Path) -> Path:
    """The chart as an earlier version may have been: another version, and a resource with a column less."""
    chart = tmp_path / "previous"
    shutil.copytree(CHART, chart)
    metadata = yaml.safe_load((chart / "Chart.yaml").read_text())
    (chart / "Chart.yaml").write_text(yaml.safe_dump(metadata | {"version": "0.0.9", "appVersion": "0.0.9"}))
    crd = yaml.safe_load(CHART_CRD.read_text())
    crd["spec"]["versions"][0]["additionalPrinterColumns"].pop()
    (chart / "files" / CHART_CRD.name).write_text(yaml.safe_dump(crd))
    return chart


def columns(kubectl: Kubectl) -> int:
    crd = kubectl.get("crd", KIND) or {}
    return len(crd["spec"]["versions"][0]["additionalPrinterColumns"])


def test_an_upgrade_from_an_earlier_chart_brings_the_new_resource_and_keeps_objects_and_endpoints(
    chat: Endpoints, release: Release, upgrade: Upgrade, emulator: Emulator, previous_chart: Path
):
    now = columns(release.kubectl)
    upgrade(previous_chart)
    before = identity(chat, emulator)
    assert columns(release.kubectl) == now - 1

    upgrade()

    assert columns(release.kubectl) == now
    assert identity(chat, emulator) == before
    assert container_of(release.pod)["image"].endswith(":0.1.0")


def test_a_rollback_brings_the_earlier_values_back(release: Release, helm: Helm, upgrade: Upgrade):
    upgrade(workers=7)

    helm("rollback", NAMESPACE, f"--namespace={NAMESPACE}")

    assert release.environment()["AGENTRUN_OPERATOR_WORKERS"] == "32"


def test_an_uninstall_keeps_the_resource_the_objects_and_their_endpoints(
    upgrade: Upgrade, chat: Endpoints, release: Release, helm: Helm, emulator: Emulator
):
    before = identity(chat, emulator)

    helm("uninstall", NAMESPACE, f"--namespace={NAMESPACE}")

    assert release.kubectl.get("deployment", NAMESPACE) is None
    assert release.kubectl.get("clusterrole", NAMESPACE) is None
    assert identity(chat, emulator) == before
    upgrade()
    assert identity(chat, emulator) == before


def test_without_keep_an_uninstall_takes_the_resource_too(release: Release, helm: Helm, upgrade: Upgrade):
    upgrade(crds={"keep": False})

    helm("uninstall", NAMESPACE, f"--namespace={NAMESPACE}")

    eventually(lambda: release.kubectl.get("crd", KIND) is None, what="the resource gone")


@pytest.fixture
def chart_of_an_endpoint(tmp_path: Path, runtime: str) -> Path:
    """Somebody's chart that holds an AgentRuntimeEndpoint; the value `version` is its targetVersion."""
    chart = tmp_path / "agent"
    (chart / "templates").mkdir(parents=True)
    (chart / "Chart.yaml").write_text("apiVersion: v2\nname: agent\nversion: 1.0.0\n")
    found = manifest("chat", runtime, targetVersion="{{ .Values.version }}")
    (chart / "templates" / "endpoint.yaml").write_text(yaml.safe_dump(found))
    return chart


@pytest.fixture
def at_work(release: Release, pod: Start) -> ReleasedOperator:
    return pod(release).start()


@pytest.mark.usefixtures("at_work")
def test_helm_waits_for_an_endpoint_until_it_is_ready_and_for_its_end(
    helm: Helm, chart_of_an_endpoint: Path, kubectl: Kubectl, namespace: str, emulator: Emulator
):
    emulator.behave(transitions={"create": 2, "delete": 2})
    where = (f"--namespace={namespace}", "--wait", "--timeout=100s")

    helm("install", "agent", str(chart_of_an_endpoint), *where, values={"version": "3"})

    assert (emulator.endpoint("chat") or {})["status"] == "READY"
    kubectl("wait", "--for=condition=Ready", "agentruntimeendpoint/chat", "--timeout=0")

    helm("uninstall", "agent", *where)

    assert kubectl.get(KIND, "chat") is None
    assert emulator.endpoint("chat") is None


@pytest.mark.usefixtures("at_work")
def test_helm_fails_at_once_on_an_endpoint_that_is_stalled(
    helm: Helm, chart_of_an_endpoint: Path, endpoints: Endpoints, namespace: str
):
    began = time.monotonic()
    with pytest.raises(HelmError, match="chat"):
        helm(
            "install",
            "agent",
            str(chart_of_an_endpoint),
            f"--namespace={namespace}",
            "--wait",
            f"--timeout={stretched(60):g}s",
            values={"version": "77"},
        )

    assert time.monotonic() - began < stretched(30)
    endpoints.wait_reason("chat", "Rejected")
    endpoints.delete("chat")
    endpoints.wait_gone("chat")


def test_an_endpoint_may_be_an_extra_object_once_the_resource_is_there(
    release: Release, helm: Helm, control_plane: ControlPlane, namespace: str, runtime: str
):
    extra = manifest("extra", runtime)
    extra["metadata"]["namespace"] = namespace
    only = {"crds": {"enabled": False}, "rbac": {"create": False, "aggregate": False}, "extraObjects": [extra]}

    helm.apply(CHART, "extra", namespace, only)

    assert Kubectl(control_plane, namespace).get(KIND, "extra") is not None
    helm("uninstall", "extra", f"--namespace={namespace}")


def test_a_second_release_with_the_resource_is_refused_and_told(release: Release, helm: Helm, namespace: str):
    with pytest.raises(HelmError, match="CustomResourceDefinition"):
        helm.apply(CHART, "second", namespace, {"rbac": {"create": False, "aggregate": False}})
    with pytest.raises(KubectlError):
        release.kubectl.in_namespace(namespace)("get", "deployment", "second-agentrun-operator")

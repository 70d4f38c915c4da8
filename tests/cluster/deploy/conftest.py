"""One bare control plane and one emulator for the folder, helm, and a release that looks at every namespace."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from agentrun_operator.controlplane import Binaries, ControlPlane, progress_on
from agentrun_operator.controlplane.finding.helm import find_helm
from agentrun_operator.emulator import Behaviour, Transitions
from support.chart import CHART, NAMESPACE, SECRET
from support.chart_release import Release, ReleasedOperator
from support.cluster import Kubectl
from support.emulator import ACCESS_KEY_ID, ACCESS_KEY_SECRET, ACCOUNT_ID, Emulator, running_emulator
from support.endpoints import KIND, Endpoints
from support.helm import Helm

RESTRICTED = {"pod-security.kubernetes.io/enforce": "restricted"}

Values = dict[str, Any]
Start = Callable[[Release], ReleasedOperator]
Upgrade = Callable[..., None]


@pytest.fixture(scope="session")
def helm_program(request: pytest.FixtureRequest) -> Path:
    """Found, or built for minutes: pytest's capturing is lifted, so that the progress is seen."""
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled(), progress_on(Console(stderr=True)) as progress:
        return find_helm(os.environ, progress)


@pytest.fixture(scope="session")
def templates(helm_program: Path, tmp_path_factory: pytest.TempPathFactory) -> Helm:
    """Helm without a cluster."""
    return Helm(helm_program, tmp_path_factory.mktemp("helm"))


@pytest.fixture(scope="session")
def control_plane(binaries: Binaries) -> Iterator[ControlPlane]:
    """Knows nothing of us yet: the custom resource comes with the chart."""
    with ControlPlane(binaries) as plane:
        yield plane


@pytest.fixture(scope="session")
def helm(helm_program: Path, control_plane: ControlPlane, tmp_path_factory: pytest.TempPathFactory) -> Helm:
    """Helm in the control plane, as the administrator."""
    return Helm(helm_program, tmp_path_factory.mktemp("helm"), control_plane.kubeconfig)


@pytest.fixture(scope="session")
def service() -> Iterator[Emulator]:
    """AgentRun for all releases of the folder."""
    with running_emulator(Behaviour(transitions=Transitions(create=0.3, update=0.3, delete=0.3))) as (_, emulator):
        yield emulator


@pytest.fixture
def emulator(service: Emulator) -> Emulator:
    service.reset_behaviour()
    service.behave(transitions={"create": 0.3, "update": 0.3, "delete": 0.3})
    service.forget_requests()
    return service


@pytest.fixture
def runtime(emulator: Emulator, namespace: str) -> str:
    """The name of a runtime of the test's own, with versions 1 to 4."""
    emulator.add_runtime(namespace, versions=4)
    return namespace


@pytest.fixture(scope="session")
def values(service: Emulator) -> Values:
    """Values that lead to the emulator, with credentials in a Secret; nobody waits a minute for a poll."""
    return {
        "pollInterval": "2s",
        "fastPollInterval": "200ms",
        "agentrun": {"controlEndpoint": service.url},
        "credentials": {"existingSecret": SECRET},
    }


def prepare(kubectl: Kubectl, namespace: str) -> None:
    """A namespace for a release: restricted, with a Secret that holds the operator's credentials."""
    kubectl.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace, "labels": RESTRICTED}})
    data = {"accessKeyId": ACCESS_KEY_ID, "accessKeySecret": ACCESS_KEY_SECRET, "accountId": ACCOUNT_ID}
    metadata = {"name": SECRET, "namespace": namespace}
    kubectl.apply({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": data})


@pytest.fixture(scope="session")
def release(helm: Helm, control_plane: ControlPlane, values: Values) -> Release:
    """The release that looks at every namespace and owns the CustomResourceDefinition, as it is by default."""
    kubectl = Kubectl(control_plane)
    prepare(kubectl, NAMESPACE)
    helm.apply(CHART, NAMESPACE, NAMESPACE, values)
    kubectl("wait", "--for=condition=Established", "--timeout=120s", f"crd/{KIND}")
    return Release(control_plane, NAMESPACE)


@pytest.fixture
def upgrade(release: Release, helm: Helm, values: Values) -> Iterator[Upgrade]:
    """Changes that release: other values, or another chart. Afterwards it is as it was."""

    def upgrade(chart: Path = CHART, **changed: object) -> None:
        helm.apply(chart, NAMESPACE, NAMESPACE, values | changed)

    yield upgrade
    upgrade()


@pytest.fixture
def pod(tmp_path: Path) -> Iterator[Start]:
    """Makes processes that stand for Pods of a release; none may tell of a defect of its own."""
    made: list[ReleasedOperator] = []

    def make(release: Release) -> ReleasedOperator:
        made.append(ReleasedOperator(tmp_path / f"pod-{len(made)}", release))
        return made[-1]

    yield make
    for each in made:
        each.close()
    assert [line for each in made for line in each.defects()] == []


@pytest.fixture
def endpoints(release: Release, kubectl: Kubectl) -> Endpoints:
    return Endpoints(kubectl)

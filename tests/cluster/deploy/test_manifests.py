"""The plain manifests and policies are what the chart makes; the manifests work with kubectl alone: -f and -k."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from agentrun_operator.controlplane import Binaries, ControlPlane
from support.chart import INSTALL, NAMESPACE, POLICIES, SECRET, install_manifest, policy_manifests
from support.chart_release import Release, ReleasedOperator
from support.cluster import Kubectl
from support.emulator import ACCESS_KEY_ID, ACCESS_KEY_SECRET, Emulator
from support.endpoints import KIND, Endpoints
from support.helm import Helm

Start = Callable[[Release], ReleasedOperator]


@pytest.fixture
def bare_plane(binaries: Binaries) -> Iterator[ControlPlane]:
    """A cluster of the test's own, as the manifests have the names of the folder's release."""
    with ControlPlane(binaries) as plane:
        yield plane


@pytest.fixture
def overlay(tmp_path: Path, service: Emulator) -> Path:
    """Somebody's overlay of the manifests: the Secret that they ask for, and the address of AgentRun."""
    shutil.copytree(INSTALL.parent, tmp_path / "base")
    folder = tmp_path / "overlay"
    folder.mkdir()
    keys = [f"accessKeyId={ACCESS_KEY_ID}", f"accessKeySecret={ACCESS_KEY_SECRET}"]
    address = {"name": "AGENTRUN_CONTROL_ENDPOINT", "value": service.url}
    kustomization = {
        "resources": ["../base"],
        "namespace": NAMESPACE,
        "generatorOptions": {"disableNameSuffixHash": True},
        "secretGenerator": [{"name": SECRET, "literals": keys}],
        "patches": [
            {
                "target": {"kind": "Deployment"},
                "patch": yaml.safe_dump(
                    [{"op": "add", "path": "/spec/template/spec/containers/0/env/-", "value": address}]
                ),
            }
        ],
    }
    (folder / "kustomization.yaml").write_text(yaml.safe_dump(kustomization))
    return folder


def test_the_manifest_is_what_the_chart_makes(templates: Helm):
    assert INSTALL.read_text() == install_manifest(templates), "run `make generate`"


def test_the_policies_are_what_the_chart_makes(templates: Helm):
    files = {path.name: path.read_text() for path in POLICIES.iterdir() if path.name != "kustomization.yaml"}

    assert files == policy_manifests(templates), "run `make generate`"


def test_the_manifest_applies_and_an_overlay_of_it_makes_objects_ready(
    bare_plane: ControlPlane, overlay: Path, pod: Start, emulator: Emulator
):
    kubectl = Kubectl(bare_plane)
    kubectl("apply", f"--filename={INSTALL}")
    assert kubectl("diff", f"--filename={INSTALL}") == ""  # what is applied again stays as it is

    kubectl("apply", f"--kustomize={overlay}")
    kubectl("wait", "--for=condition=Established", "--timeout=120s", f"crd/{KIND}")
    emulator.add_runtime("plain-bot")
    pod(Release(bare_plane, NAMESPACE)).start()
    endpoints = Endpoints(Kubectl(bare_plane, "default"))
    endpoints.apply("chat", runtime="plain-bot")

    endpoints.wait_ready("chat")
    endpoints.delete("chat")
    endpoints.wait_gone("chat")

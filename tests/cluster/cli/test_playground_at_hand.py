"""The playground in a cluster that is there: a control plane that nobody has prepared for it."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from agentrun_operator.controlplane import NOBODY, Binaries, ControlPlane
from agentrun_operator.resources.crd import crd
from agentrun_operator.resources.names import CRD_NAME

PROGRAM = [sys.executable, "-m", "agentrun_operator.cli", "playground"]
STRANGER = {
    "apiVersion": "agentrun.alibabacloud.com/v1alpha1",
    "kind": "AgentRuntimeEndpoint",
    "metadata": {"name": "stranger", "namespace": "default"},
    "spec": {"agentRuntimeRef": {"name": "support-bot"}, "targetVersion": "1"},
}


@pytest.fixture(scope="module")
def bare(binaries: Binaries) -> Iterator[ControlPlane]:
    """A cluster without the custom resource."""
    with ControlPlane(binaries) as plane:
        yield plane


@pytest.fixture
def environ(binaries: Binaries, tmp_path: Path) -> Mapping[str, str]:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    path = f"{binaries.kubectl.parent}:{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "TMPDIR": str(temporary)}


def run(plane: ControlPlane, *args: str, environ: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    command = [*PROGRAM, f"--kubeconfig={plane.kubeconfig}", *args]
    return subprocess.run(  # noqa: S603 - our own program
        command, env=environ, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=240
    )


def made(plane: ControlPlane) -> list[str]:
    """What playgrounds made and did not take away."""
    kinds = "namespaces,customresourcedefinitions"
    label = "--selector=agentrun.alibabacloud.com/playground"
    return plane.run_kubectl("get", kinds, label, "--output=name").split()


def create(plane: ControlPlane, *objects: Mapping[str, Any]) -> None:
    for each in objects:
        plane.run_kubectl("create", "--filename=-", input=json.dumps(each))


@pytest.fixture
def prepared(bare: ControlPlane) -> Iterator[Callable[..., None]]:
    """Puts things into the cluster for the time of a test."""
    there: list[Mapping[str, Any]] = []

    def prepare(*objects: Mapping[str, Any]) -> None:
        for each in objects:
            create(bare, each)
            there.append(each)

    yield prepare
    for each in reversed(there):
        bare.run_kubectl("delete", "--filename=-", "--ignore-not-found", input=json.dumps(each))


def test_it_goes_through_the_life_of_endpoints_and_takes_away_what_it_made(bare, environ):
    finished = run(bare, "--once", environ=environ)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert re.findall(r"✓ (\w+): ", finished.stdout) == ["Create", "Update", "Drift", "Promote", "Revert", "Delete"]
    assert "namespace agentrun-playground-" in finished.stdout
    assert made(bare) == []
    assert not bare.run_kubectl("get", "crd", CRD_NAME, "--ignore-not-found")
    assert list(Path(environ["TMPDIR"]).iterdir()) == []


def test_ctrl_c_takes_away_what_it_made_but_not_what_somebody_needs_by_now(bare, environ):
    command = [*PROGRAM, f"--kubeconfig={bare.kubeconfig}", "--context=admin"]
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) as playground:  # noqa: S603 - our own program
        assert playground.stdout
        shown = next(line for line in playground.stdout if line.startswith("  alias kubectl="))
        status = next(line for line in playground.stdout if "kubectl-agentrun" in line)
        next(line for line in playground.stdout if line.startswith("sales"))
        alias = shown.strip().removeprefix("alias kubectl=").strip("'")
        assert re.search(r"--context=admin --namespace=agentrun-playground-[0-9a-f]{6}$", alias)
        found = subprocess.check_output([*alias.split(), "get", "are", "--output=name"], text=True)  # noqa: S603 - what it says
        assert "agentruntimeendpoint.agentrun.alibabacloud.com/sales" in found.split()
        command = status.replace("status -w", "status sales --output=json").split()
        plugin = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)  # noqa: S603 - what it says
        create(bare, STRANGER)
        playground.send_signal(signal.SIGINT)
        told = playground.stdout.read()
    try:
        assert playground.returncode == 0
        assert (plugin.returncode, plugin.stderr) == (0, "")
        assert json.loads(plugin.stdout)["metadata"]["name"] == "sales"
        assert (
            f"{CRD_NAME} stays: others use it by now (agentruntimeendpoint.agentrun.alibabacloud.com/stranger)" in told
        )
        assert [name.split("/")[0] for name in made(bare)] == ["customresourcedefinition.apiextensions.k8s.io"]
        assert bare.run_kubectl("get", "are", "stranger", "--output=jsonpath={.spec.targetVersion}") == "1"
    finally:
        bare.run_kubectl("delete", "crd", CRD_NAME)


def test_what_a_run_made_that_failed_or_was_ended_goes_too(bare, environ, prepared):
    """Somebody who may make custom resources and no namespaces, of whom the cluster says so in the middle of it."""
    rules = [
        {"apiGroups": ["apiextensions.k8s.io"], "resources": ["customresourcedefinitions"], "verbs": ["*"]},
        {"apiGroups": ["agentrun.alibabacloud.com"], "resources": ["*"], "verbs": ["*"]},
        {"apiGroups": ["apps", "coordination.k8s.io"], "resources": ["deployments", "leases"], "verbs": ["list"]},
        {"apiGroups": [""], "resources": ["namespaces"], "verbs": ["get", "delete"]},
    ]
    meta = {"metadata": {"name": "maker"}}
    group = "rbac.authorization.k8s.io"
    prepared(
        {"apiVersion": f"{group}/v1", "kind": "ClusterRole", **meta, "rules": rules},
        {
            "apiVersion": f"{group}/v1",
            "kind": "ClusterRoleBinding",
            **meta,
            "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": "maker"},
            "subjects": [{"apiGroup": group, "kind": "User", "name": NOBODY}],
        },
    )
    finished = run(bare, f"--context={NOBODY}", environ=environ)
    assert finished.returncode == 1
    assert "namespaces is forbidden" in finished.stderr
    assert "Traceback" not in finished.stderr
    assert made(bare) == []
    assert not bare.run_kubectl("get", "crd", CRD_NAME, "--ignore-not-found")


def test_a_custom_resource_that_is_there_is_used_and_stays(control_plane, environ):
    before = control_plane.run_kubectl(
        "get", "crd", CRD_NAME, "--output=jsonpath={.metadata.uid} {.metadata.generation}"
    )
    command = [*PROGRAM, f"--kubeconfig={control_plane.kubeconfig}"]
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) as playground:  # noqa: S603 - our own program
        assert playground.stdout
        next(line for line in playground.stdout if "Making namespace" in line)
        playground.send_signal(signal.SIGTERM)
        playground.stdout.read()
    assert made(control_plane) == []
    after = control_plane.run_kubectl(
        "get", "crd", CRD_NAME, "--output=jsonpath={.metadata.uid} {.metadata.generation}"
    )
    assert after == before


def other_version() -> Mapping[str, Any]:
    other: dict[str, Any] = json.loads(json.dumps(crd()))
    other["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]["novelty"] = {
        "type": "string"
    }
    return other


def lease(name: str) -> Mapping[str, Any]:
    return {
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {"holderIdentity": "somebody"},
    }


@pytest.mark.parametrize(
    ("there", "told"),
    [
        pytest.param(other_version(), r"is another version than this one \(spec\..*novelty\)", id="another version"),
        pytest.param(
            lease("agentrun-operator"), r"an operator works in admin .*Lease default/agentrun", id="an operator"
        ),
    ],
)
def test_a_cluster_that_is_somebody_elses_is_left_as_it_is(bare, environ, prepared, there, told):
    prepared(there)
    finished = run(bare, "--yes", environ=environ)
    assert finished.returncode == 1
    assert re.search(told, finished.stderr), finished.stderr
    assert made(bare) == []


def test_a_cluster_that_may_be_anywhere_is_written_to_only_when_somebody_says_yes(bare, environ, tmp_path):
    config = json.loads(bare.kubeconfig.read_text())
    config["clusters"][0]["cluster"]["tls-server-name"] = "127.0.0.1"
    (tmp_path / "far").write_text(json.dumps(config))
    finished = run(bare, f"--kubeconfig={tmp_path / 'far'}", environ=environ)
    assert finished.returncode == 2
    assert "is reached by tls-server-name 127.0.0.1" in finished.stderr
    assert "Nothing was made: say --yes" in finished.stderr
    assert not bare.run_kubectl("get", "crd", CRD_NAME, "--ignore-not-found")


@pytest.mark.parametrize(
    ("args", "told"),
    [
        pytest.param(["--context=nowhere"], "names no cluster for context nowhere: .*nowhere", id="no such context"),
        pytest.param(["--kubeconfig=/dev/null"], "names no cluster for its current context", id="an empty file"),
    ],
)
def test_a_cluster_that_no_kubeconfig_names_is_told_in_one_line(bare, environ, args, told):
    finished = run(bare, *args, environ=environ)
    assert finished.returncode == 1
    assert re.fullmatch(f"Error: .*{told}.*\n", finished.stderr)

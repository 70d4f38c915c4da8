"""A release with a selector: what it may do, who may give it objects, and how its Pods follow each other."""

import json
import os
import re
import shlex
import subprocess
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from agentrun_operator.controlplane import Binaries, ControlPlane, KubectlError
from support.chart import CHART, NAMESPACE, ROOT
from support.chart_release import Release, ReleasedOperator
from support.cluster import Kubectl, condition, eventually
from support.emulator import Emulator
from support.endpoints import KIND, Endpoints, manifest
from support.helm import Helm, HelmError
from support.shards import SHARD_KEY

Values = dict[str, Any]
Start = Callable[[Release], ReleasedOperator]
Upgrade = Callable[..., None]

NAME = "blue-agentrun-operator"
DOCUMENT = (ROOT / "docs" / "shards.md").read_text()
PUBLISHED = "oci://ghcr.io/agentrun-operator/charts/agentrun-operator --version 0.1.0"


@pytest.fixture
def blue(release: Release, helm: Helm, upgrade: Upgrade, values: Values, namespace: str) -> Iterator[Release]:
    """A second release, for the objects with the key blue of one namespace."""
    upgrade(statusPolicy={"writers": [f"system:serviceaccount:{NAMESPACE}:{NAME}"]})
    once = {"crds": {"enabled": False}, "statusPolicy": {"enabled": False}, "rbac": {"aggregate": False}}
    own = {"watchLabelSelector": f"{SHARD_KEY}=blue", "namespaces": [namespace]}
    helm.apply(CHART, "blue", NAMESPACE, values | once | own | {"ambientCredentialsNamespaces": [namespace]})
    yield Release(release.plane, NAMESPACE, NAME)
    helm("uninstall", "blue", f"--namespace={NAMESPACE}")


def labelled(name: str, key: str | None, runtime: str, **spec: Any) -> dict[str, Any]:
    made = manifest(name, runtime, **spec)
    return made | {"metadata": made["metadata"] | {"labels": {SHARD_KEY: key} if key else {}}}


def label_namespace(kubectl: Kubectl, key: str) -> None:
    kubectl("label", "namespace", kubectl.namespace, f"{SHARD_KEY}={key}", "--overwrite")


def refusal(kubectl: Kubectl, made: dict[str, Any] | str) -> str:
    """What would be said to whoever applies it; empty if it would be taken. What was taken may stay, so nothing is."""
    try:
        kubectl("apply", "--dry-run=server", "--filename=-", input=made if isinstance(made, str) else json.dumps(made))
    except KubectlError as error:
        return str(error)
    return ""


def test_an_objects_shard_is_that_of_its_namespace_whoever_writes_the_object(
    blue: Release, pod: Start, kubectl: Kubectl, endpoints: Endpoints, runtime: str
):
    label_namespace(kubectl, "blue")
    eventually(lambda: 'has to be that of the Namespace, "blue"' in refusal(kubectl, labelled("no", None, runtime)))
    assert "has to be that of the Namespace" in refusal(kubectl, labelled("no", "green", runtime))
    pod(blue).start()
    kubectl.apply(labelled("chat", "blue", runtime))
    endpoints.wait_ready("chat")
    assert "has to be that of the Namespace" in refusal(kubectl, labelled("chat", "green", runtime))

    label_namespace(kubectl, "green")

    endpoints.change("chat", description="what was let in can be edited, and by its operator too")
    endpoints.wait_ready("chat")
    eventually(lambda: refusal(kubectl, labelled("chat", "green", runtime)) == "")
    kubectl("label", "namespace", kubectl.namespace, f"{SHARD_KEY}-")
    eventually(lambda: "which has none" in refusal(kubectl, labelled("another", "green", runtime)))
    kubectl.patch(KIND, "chat", {"spec": {"deletionPolicy": "Orphan"}, "metadata": {"finalizers": None}})


def test_a_shard_of_named_namespaces_adopts_with_the_right_to_list_all_and_not_without(  # noqa: PLR0917 - fixtures
    blue: Release, pod: Start, kubectl: Kubectl, endpoints: Endpoints, emulator: Emulator, runtime: str
):
    label_namespace(kubectl, "blue")
    (there,) = (each["agentRuntimeId"] for each in emulator.runtimes() if each["agentRuntimeName"] == runtime)
    for name in ("first", "second"):
        emulator.add_endpoint(there, name, description="by hand")
    pod(blue).start()
    eventually(lambda: refusal(kubectl, labelled("first", "blue", runtime)) == "")
    kubectl.apply(labelled("first", "blue", runtime, adoptionPolicy="Adopt"))
    endpoints.wait_ready("first")

    kubectl("delete", "clusterrolebinding", f"{NAMESPACE}-{NAME}-others")
    kubectl.apply(labelled("second", "blue", runtime, adoptionPolicy="Adopt"))

    found = endpoints.wait_reason("second", "Conflict")
    told = (condition(found, "Ready") or {})["message"]
    assert "cannot be seen" in told
    assert "403" in told
    assert "claim" not in found["status"]
    assert (emulator.endpoint("second") or {})["description"] == "by hand"


def strategy(release: Release) -> str:
    found = release.kubectl.get("deployment", release.name)
    return str((found or {})["spec"]["strategy"]["type"])


def test_the_next_pods_wait_for_the_former_ones_with_a_selector_and_when_it_is_taken_away(
    release: Release, upgrade: Upgrade
):
    steps = ["", "a=b", "a=c", "", ""]
    seen = []
    for selector in steps:
        upgrade(watchLabelSelector=selector)
        seen.append(strategy(release))
    assert seen == ["RollingUpdate", "Recreate", "Recreate", "Recreate", "RollingUpdate"]


def test_a_value_that_is_no_selector_is_for_the_operator_to_refuse_and_one_that_is_too_long_for_helm(templates: Helm):
    with pytest.raises(HelmError, match="watchLabelSelector"):
        templates.template(CHART, {"watchLabelSelector": "a" * 1025})


def commands() -> list[str]:
    blocks: list[str] = re.findall(r"```console\n(.*?)```", DOCUMENT, re.DOTALL)
    return [line.removeprefix("$ ") for block in blocks for line in block.splitlines()]


def test_every_command_of_the_document_works(binaries: Binaries, helm_program: Path, tmp_path: Path):
    (tmp_path / "kubectl").symlink_to(binaries.kubectl)
    (tmp_path / "helm").symlink_to(helm_program)
    with ControlPlane(binaries) as plane:
        here = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "HOME": str(tmp_path), "KUBECONFIG": str(plane.kubeconfig)}

        def run(command: str) -> str:
            """What is said where it fails; empty if it works."""
            words = shlex.split(command.replace(PUBLISHED, str(CHART)))
            ended = subprocess.run(words, env=here, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)  # noqa: S603 - ours
            return f"{command}\n{ended.stderr}" if ended.returncode else ""

        def works(command: str) -> bool:
            told = run(command)
            assert told == "", told
            return True

        for command in commands():
            eventually(partial(works, command), what=command)
        block = re.findall(r"```yaml\n(.*?)```", DOCUMENT, re.DOTALL)[0]
        assert "has to be that of the Namespace" in refusal(Kubectl(plane), block)
        Kubectl(plane).apply(block.replace("key: blue", "key: green"))

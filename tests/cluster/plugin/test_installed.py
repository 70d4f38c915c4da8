"""The plugin as kubectl itself finds and completes it, and the versions of what is installed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(sys.executable).parent


@pytest.fixture
def real(plugin, binaries):
    """kubectl, with the wheel's scripts on the PATH."""
    environment = {**plugin.environment, "PATH": f"{SCRIPTS}:{plugin.environment['PATH']}"}

    def run(*arguments: str) -> str:
        return subprocess.run(  # noqa: S603 - kubectl of the control plane
            [binaries.kubectl, *arguments], env=environment, capture_output=True, text=True, check=True
        ).stdout

    return run


def test_kubectl_lists_runs_and_completes_the_plugin(real, kubectl):
    kubectl.apply(
        {
            "apiVersion": "agentrun.alibabacloud.com/v1alpha1",
            "kind": "AgentRuntimeEndpoint",
            "metadata": {"name": "chat"},
            "spec": {"agentRuntimeRef": {"name": "bot"}},
        }
    )

    assert f"{SCRIPTS}/kubectl-agentrun" in real("plugin", "list")
    assert real("agentrun", "version", "--client").startswith("kubectl-agentrun 0.")
    command, directive = real("__complete", "agentrun", "vers").splitlines()
    assert command.startswith("version\tShow the versions of this program")
    assert directive == ":4"
    assert real("__complete", "agentrun", "invoke", "ch").splitlines() == ["chat", ":4"]


def test_versions_that_do_not_go_together_are_warned_of(plugin, kubectl):
    labels = {"app.kubernetes.io/name": "agentrun-operator"}
    pods = {
        "metadata": {"labels": labels},
        "spec": {"containers": [{"name": "x", "image": "r/agentrun-operator:9.9.9"}]},
    }
    kubectl.apply(
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "op", "labels": labels},
            "spec": {"replicas": 0, "selector": {"matchLabels": labels}, "template": pods},
        }
    )
    told = plugin("version", "-o", "json", "--operator-namespace", kubectl.namespace)

    assert (told.code, json.loads(told.out)["operator"]) == (0, "9.9.9")
    assert "Warning: the operator is of version 9.9.9, and this program of 0." in told.err


def test_a_version_that_the_caller_may_not_see_costs_its_line_alone(plugin):
    told = plugin("version", "--as=nobody")

    assert (told.code, told.out.splitlines()[0].split()[0], len(told.out.splitlines())) == (0, "kubectl-agentrun", 1)
    assert "resources: [deployments], verbs: [list]" in told.err
    assert "resources: [customresourcedefinitions], verbs: [get]" in told.err

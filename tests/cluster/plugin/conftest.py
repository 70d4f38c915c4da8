"""The plugin, run by an administrator in the test's own namespace, with credentials of the emulator."""

from pathlib import Path

import pytest

from agentrun_operator.controlplane import Binaries, ControlPlane
from agentrun_operator.emulator import EmulatorServer
from support.cluster import Kubectl
from support.emulator import Emulator
from support.operator import agentrun_environment
from support.plugin import Plugin, plugin_environment


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of all commands: what kubectl found out about the cluster is found out once."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def plugin(
    binaries: Binaries,
    control_plane: ControlPlane,
    kubectl: Kubectl,
    service: tuple[EmulatorServer, Emulator],
    home: Path,
) -> Plugin:
    agentrun = agentrun_environment(service[0].url)
    kubeconfig = home.parent / f"{kubectl.namespace}.kubeconfig"
    kubeconfig.write_text(control_plane.kubeconfig.read_text())
    environment = plugin_environment(binaries.kubectl, kubeconfig, home, agentrun)
    plugin = Plugin(environment)
    kubectl.plane.run_kubectl(
        "config", "set-context", "--current", f"--namespace={kubectl.namespace}", f"--kubeconfig={kubeconfig}"
    )
    return plugin

"""An API server that is stopped, killed or frozen; on a control plane of its own, since all connections are cut."""

import json

import pytest

from agentrun_operator.controlplane import Component, ComponentError, ControlPlane, KubectlError
from support.cluster import Kubectl

CONFIG_MAP = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "kept"}, "data": {"key": "value"}}


@pytest.fixture(scope="module")
def plane(binaries):
    with ControlPlane(binaries) as plane:
        yield plane


@pytest.mark.parametrize(
    "end",
    [
        pytest.param(Component.kill, id="killed"),
        pytest.param(lambda apiserver: apiserver.stop(timeout=1), id="stopped"),
    ],
)
def test_an_api_server_that_ended_comes_back_with_its_address_and_its_data(plane, end):
    plane.run_kubectl("apply", "--filename=-", input=json.dumps(CONFIG_MAP))
    end(plane.apiserver)
    with pytest.raises(KubectlError, match="refused"):
        plane.run_kubectl("get", "namespaces")
    plane.apiserver.start()
    assert plane.run_kubectl("get", "configmap", "kept", "--output=jsonpath={.data.key}") == "value"


def test_controllers_go_on_when_the_api_server_is_back(plane):
    if not plane.has_controllers:
        pytest.skip("KUBEBUILDER_ASSETS holds no kube-controller-manager")
    plane.apiserver.kill()
    plane.apiserver.start()
    kubectl = Kubectl(plane, namespace="after-the-fault")
    kubectl("create", "namespace", "after-the-fault")
    kubectl.wait_for("serviceaccount", "default", bool, within=30)


def test_a_paused_api_server_keeps_silent_and_then_goes_on(plane):
    plane.apiserver.pause()
    with pytest.raises(KubectlError, match=r"(?i)timeout|deadline"):
        plane.run_kubectl("get", "namespaces", "--request-timeout=1s")
    plane.apiserver.resume()
    plane.apiserver.wait_until_ready()
    assert "kube-system" in plane.run_kubectl("get", "namespaces")


def test_a_second_start_is_refused(plane):
    with pytest.raises(ComponentError, match="running already"):
        plane.apiserver.start()


def test_a_signal_to_an_api_server_that_is_down_is_refused(plane):
    plane.apiserver.kill()
    with pytest.raises(ComponentError, match="not running"):
        plane.apiserver.pause()
    plane.apiserver.start()

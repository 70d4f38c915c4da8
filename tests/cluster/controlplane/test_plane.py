"""The control plane itself: what the other cluster tests take for granted."""

import json
import os

import pytest

from agentrun_operator.controlplane import ADMIN, NOBODY, ComponentError, ControlPlane, KubectlError
from agentrun_operator.controlplane.building.module import KUBERNETES
from support.cluster import Kubectl, eventually

CONFIG_MAP = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "kept"}, "data": {"key": "value"}}
needs_controllers = pytest.mark.usefixtures("controllers")


@pytest.fixture
def controllers(control_plane):
    if not control_plane.has_controllers:
        pytest.skip("KUBEBUILDER_ASSETS holds no kube-controller-manager")


def test_server_and_kubectl_are_of_one_version(kubectl):
    version = json.loads(kubectl("version", "--output=json"))
    assert version["serverVersion"]["gitVersion"] == version["clientVersion"]["gitVersion"]


@pytest.mark.skipif("KUBEBUILDER_ASSETS" in os.environ, reason="those programs have a version of their own")
def test_what_was_built_reports_the_version_that_go_mod_names(kubectl):
    version = json.loads(kubectl("version", "--output=json"))
    assert version["serverVersion"]["gitVersion"] == KUBERNETES.version


def test_a_user_without_rights_is_refused_until_a_role_is_bound(kubectl):
    with pytest.raises(KubectlError, match="Forbidden"):
        kubectl.as_user(NOBODY).list("configmaps")
    kubectl("create", "rolebinding", "reader", "--clusterrole=view", f"--user={NOBODY}")
    eventually(lambda: _may_list(kubectl.as_user(NOBODY)), what="the right to list")


def _may_list(kubectl: Kubectl) -> bool:
    try:
        kubectl.list("configmaps")
    except KubectlError:
        return False
    return True


def test_a_wrong_token_is_not_let_in(control_plane):
    with pytest.raises(KubectlError, match=r"^kubectl get namespaces: .*(Unauthorized|must be logged in)"):
        control_plane.run_kubectl("--token=made-up", "get", "namespaces")


@needs_controllers
def test_a_service_account_gets_a_token_that_works(kubectl, namespace):
    kubectl("create", "serviceaccount", "robot")
    token = kubectl("create", "token", "robot").strip()
    whoami = kubectl("auth", "whoami", f"--token={token}", "--output=json")
    assert json.loads(whoami)["status"]["userInfo"]["username"] == f"system:serviceaccount:{namespace}:robot"


@needs_controllers
def test_a_deleted_namespace_is_gone_soon_with_all_that_is_in_it(control_plane):
    kubectl = Kubectl(control_plane)
    kubectl("create", "namespace", "leaving")
    kubectl.in_namespace("leaving").apply(CONFIG_MAP)
    kubectl.delete("namespace", "leaving")
    kubectl.wait_gone("namespace", "leaving", within=30)


@needs_controllers
def test_dependants_of_a_deleted_owner_are_collected(kubectl):
    owner = kubectl.create(CONFIG_MAP | {"metadata": {"name": "owner"}})
    reference = {"apiVersion": "v1", "kind": "ConfigMap", "name": "owner", "uid": owner["metadata"]["uid"]}
    kubectl.apply(CONFIG_MAP | {"metadata": {"name": "dependant", "ownerReferences": [reference]}})
    kubectl.delete("configmap", "owner")
    kubectl.wait_gone("configmap", "dependant", within=30)


@needs_controllers
def test_a_deployment_makes_pods_that_stay_pending(kubectl):
    kubectl("create", "deployment", "idle", "--image=none")
    pods = eventually(lambda: kubectl.list("pods"), within=30, what="a Pod")
    assert [pod["status"]["phase"] for pod in pods] == ["Pending"]


def test_the_kubeconfig_is_for_its_owner_alone(control_plane):
    assert control_plane.kubeconfig.stat().st_mode & 0o077 == 0


def test_tokens_are_not_in_what_is_shown(control_plane):
    shown = repr(control_plane) + repr(control_plane.users) + str(vars(control_plane))
    assert not any(user.token in shown for user in control_plane.users.values())
    assert control_plane.users[ADMIN].token == control_plane.token


def test_a_component_that_dies_at_its_start_shows_the_end_of_its_log(binaries):
    with pytest.raises(
        ComponentError, match=r"(?s)kube-apiserver ended with exit code 1.*unknown flag: --no-such-flag"
    ):
        ControlPlane(binaries, apiserver_flags=["--no-such-flag"])


def test_logs_stay_in_a_given_folder_and_the_rest_goes(binaries, tmp_path):
    with ControlPlane(binaries, logs=tmp_path / "logs") as plane:
        folder = plane.kubeconfig.parent
        assert folder.exists()
    assert not folder.exists()
    assert (tmp_path / "logs" / "kube-apiserver.log").stat().st_size

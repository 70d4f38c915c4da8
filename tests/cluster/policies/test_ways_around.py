"""What a tenant with every right in one namespace does to get out of the guardrails: real acts, with a real token."""

import json
from collections.abc import Iterator

import pytest

from agentrun_operator.controlplane import ControlPlane, KubectlError
from agentrun_operator.controlplane.access import NOBODY
from support import kube_api
from support.chart import NAME, NAMESPACE
from support.cluster import Kubectl, eventually, new_namespace
from support.endpoints import GROUP, KIND, manifest
from support.policies import OPERATOR, policies_in

ADOPTING = json.dumps(manifest("taken", adoptionPolicy="Adopt"))
REFUSED = "set spec.adoptionPolicy to Refuse"


def told(tenant: Kubectl, *words: str) -> str:
    """What kubectl says to somebody who wants to adopt; empty where it was taken."""
    try:
        tenant(*words, "--filename=-", input=ADOPTING)
    except KubectlError as error:
        return str(error)
    return ""


@pytest.fixture(scope="module")
def tenant(control_plane: ControlPlane) -> Iterator[Kubectl]:
    """kubectl of a user who has every right in one namespace, and the policies in force there."""
    with new_namespace(control_plane) as namespace, policies_in(control_plane, namespace):
        kubectl = Kubectl(control_plane, namespace)
        kubectl("create", "role", "all", "--verb=*", "--resource=*.*")
        kubectl("create", "rolebinding", "all", "--role=all", f"--user={NOBODY}")
        tenant = kubectl.as_user(NOBODY)
        eventually(lambda: REFUSED in told(tenant, "create", "--dry-run=server"), what="the policy at work")
        yield tenant


def test_a_right_to_override_that_a_role_binding_gives_overrides_nothing(tenant: Kubectl):
    tenant("create", "role", "overriding", "--verb=override", f"--resource={KIND}")
    tenant("create", "rolebinding", "overriding", "--role=overriding", f"--user={NOBODY}")
    assert tenant("auth", "can-i", "override", KIND) == "yes\n"

    assert REFUSED in told(tenant, "create")
    assert REFUSED in told(tenant, "apply", "--server-side")


@pytest.mark.parametrize(
    "other",
    [
        pytest.param([f"--as={OPERATOR}"], id="the operator"),
        pytest.param(["--as=admin", "--as-group=system:masters"], id="an administrator"),
    ],
)
def test_a_tenant_may_not_act_as_somebody_else(tenant: Kubectl, other: list[str]):
    look = ["get", "--raw", kube_api.path_of(KIND, tenant.namespace)]
    assert tenant(*look)

    with pytest.raises(KubectlError, match="Forbidden"):
        tenant(*look, *other)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(["create", "token", NAME, f"--namespace={NAMESPACE}"], "cannot create", id="the operator's token"),
        pytest.param(
            ["create", "clusterrolebinding", "mine", "--clusterrole=admin", f"--user={NOBODY}"],
            "cannot create",
            id="a right of the whole cluster",
        ),
        pytest.param(["delete", "validatingadmissionpolicies", "--all"], "cannot list", id="the policies away"),
        pytest.param(
            ["delete", "validatingadmissionpolicybinding", "any"], "cannot delete", id="what puts them in force away"
        ),
    ],
)
def test_a_tenant_has_no_hold_on_what_guards(tenant: Kubectl, words: list[str], said: str):
    with pytest.raises(KubectlError, match=said):
        tenant(*words)


def test_a_namesake_of_the_operator_in_the_tenants_namespace_is_nobody(tenant: Kubectl):
    tenant("create", "serviceaccount", NAME)
    account = f"{tenant.namespace}:{NAME}"
    tenant("create", "rolebinding", "namesake", "--role=all", f"--serviceaccount={account}")

    assert REFUSED in told(tenant, "create", f"--as=system:serviceaccount:{account}")


def test_who_may_edit_the_namespace_itself_by_a_role_in_it_allows_themselves_nothing(tenant: Kubectl):
    with pytest.raises(KubectlError, match="for those who may edit Namespaces cluster-wide"):
        tenant("label", "namespace", tenant.namespace, f"{GROUP}/adopt=allowed")

    assert REFUSED in told(tenant, "create")

"""The rights for `spec.connection`: off by default, each is needed, and a policy keeps them to what is our own."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from agentrun_operator.controlplane import KubectlError
from support.chart_release import Release, ReleasedOperator
from support.cluster import Kubectl, condition, eventually
from support.endpoints import Endpoints

Start = Callable[[Release], ReleasedOperator]
Upgrade = Callable[..., None]
Without = Callable[[str], Release]
Object = dict[str, Any]

RIGHTS = {"connectionConfigMaps": True, "connectionSecrets": True}
CONNECTION = {"configMap": {"name": "chat-endpoint"}, "secret": {"name": "chat-binding"}}
BOTH = ("rbac.connectionConfigMaps=true", "rbac.connectionSecrets=true")
OWN = "app.kubernetes.io/managed-by=agentrun-operator"


def said(endpoints: Endpoints) -> str:
    """The message of Exported."""
    return str((condition(endpoints.get("chat"), "Exported") or {}).get("message"))


def made(kubectl: Kubectl) -> list[str]:
    return kubectl("get", "configmaps,secrets", f"--selector={OWN}", "--output=name").split()


def test_without_the_right_it_is_told_which_value_gives_it_and_ready_is_as_it_is(
    release: Release, pod: Start, endpoints: Endpoints, runtime: str, upgrade: Upgrade
):
    pod(release).start()
    endpoints.apply("chat", runtime=runtime, connection=CONNECTION)

    endpoints.wait_ready("chat")
    endpoints.wait_reason("chat", "ExportForbidden", kind="Exported")
    assert [each for each in BOTH if each not in said(endpoints)] == []
    assert "binding" not in endpoints.get("chat")["status"]
    assert eventually(lambda: "ExportForbidden" in endpoints.events("chat"))
    assert made(endpoints.kubectl) == []

    upgrade(rbac=RIGHTS)
    endpoints.annotate("chat", reconcile_requested_at="now")
    endpoints.wait_reason("chat", "Exported", kind="Exported", within=90)
    assert len(made(endpoints.kubectl)) == 2

    upgrade()
    endpoints.delete("chat")
    endpoints.wait_gone("chat")
    eventually(lambda: made(endpoints.kubectl) == [], within=60, what="the garbage collected")


@pytest.fixture
def without(release: Release, namespace: str, upgrade: Upgrade) -> Iterator[Without]:
    """Makes the release with another service account, which has all rights but a verb on ConfigMaps and Secrets."""
    account = {"kind": "ServiceAccount", "name": namespace, "namespace": release.namespace}
    writers = [f"system:serviceaccount:{release.namespace}:{namespace}"]
    upgrade(statusPolicy={"writers": writers}, rbac=RIGHTS)
    head = {"metadata": {"name": namespace, "namespace": release.namespace}}
    rbac = {"apiVersion": "rbac.authorization.k8s.io/v1"} | head
    items: list[Object] = [{"apiVersion": "v1", "kind": "ServiceAccount"} | head]
    given: Object = {"apiVersion": "v1", "kind": "List", "items": items}

    def make(verb: str) -> Release:
        rules = (release.kubectl.get("clusterrole", release.name) or {})["rules"]
        left = [rule for rule in (lessened(each, verb) for each in rules) if rule["verbs"]]
        reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": namespace}
        binding = {"kind": "ClusterRoleBinding", "roleRef": reference, "subjects": [account]}
        lease = reference | {"kind": "Role", "name": f"{release.name}-lease"}
        items.extend([rbac | {"kind": "ClusterRole", "rules": left}, rbac | binding])
        items.append(rbac | {"kind": "RoleBinding", "roleRef": lease, "subjects": [account]})
        release.kubectl.apply(given)
        return replace(release, service_account=namespace)

    yield make
    release.kubectl("delete", "--filename=-", input=json.dumps(given))


def lessened(rule: Object, verb: str) -> Object:
    if rule["resources"] not in (["configmaps"], ["secrets"]):
        return rule
    return rule | {"verbs": [each for each in rule["verbs"] if each != verb]}


EDIT = {"keys": {"URL": "{publicUrl}"}}
RENAMED = {"configMap": {"name": "other"}, "secret": {"name": "other"}}


@pytest.mark.parametrize(
    ("verb", "edit"),
    [
        pytest.param("create", None, id="nothing is made without create"),
        pytest.param("get", EDIT, id="nothing is put right without get"),
        pytest.param("patch", EDIT, id="nothing is put right without patch"),
        pytest.param("delete", RENAMED, id="nothing is taken away without delete"),
    ],
)
def test_each_right_is_needed_and_no_deletion_hangs_on_one(
    without: Without, pod: Start, endpoints: Endpoints, runtime: str, *, verb: str, edit: Object | None
):
    pod(without(verb)).start()
    endpoints.apply("chat", runtime=runtime, connection=CONNECTION)
    endpoints.wait_ready("chat")

    if edit:
        endpoints.wait_reason("chat", "Exported", kind="Exported")
        endpoints.change("chat", connection=edit)
    endpoints.wait_reason("chat", "ExportForbidden", kind="Exported")

    assert f'cannot {verb} resource "configmaps"' in said(endpoints)
    assert f'cannot {verb} resource "secrets"' in said(endpoints)
    assert (condition(endpoints.get("chat"), "Ready") or {})["status"] == "True"
    endpoints.delete("chat")
    endpoints.wait_gone("chat")
    eventually(lambda: made(endpoints.kubectl) == [], within=60, what="the garbage collected")


def test_no_rule_is_there_that_a_value_did_not_ask_for(release: Release, upgrade: Upgrade):
    def rules() -> dict[str, list[str]]:
        found = (release.kubectl.get("clusterrole", release.name) or {})["rules"]
        return {"/".join(rule["resources"]): rule["verbs"] for rule in found if rule["apiGroups"] == [""]}

    verbs = ["get", "create", "patch", "delete"]
    binding = f"{release.name}-binding"
    assert rules() == {"events": ["create"], "secrets": ["get"]}
    assert release.kubectl.get("clusterrole", binding) is None
    upgrade(rbac={"connectionConfigMaps": True})
    assert rules() == {"events": ["create"], "secrets": ["get"], "configmaps": verbs}
    assert release.kubectl.get("clusterrole", binding) is None
    upgrade(rbac={"connectionSecrets": True, "secrets": False})
    assert rules() == {"events": ["create"], "secrets": verbs}
    found = release.kubectl.get("clusterrole", binding)
    assert found is not None
    assert found["metadata"]["labels"]["servicebinding.io/controller"] == "true"
    (rule,) = found["rules"]
    assert (rule["resources"], rule["verbs"]) == (["agentruntimeendpoints"], ["get", "list", "watch"])


def test_the_operators_account_writes_nothing_but_what_is_labelled_as_its_own(
    release: Release, kubectl: Kubectl, upgrade: Upgrade
):
    upgrade(rbac=RIGHTS)
    operator = partial(kubectl, f"--as=system:serviceaccount:{release.namespace}:{release.name}")
    for kind in ("configmap", "secret"):
        head = {"apiVersion": "v1", "kind": {"configmap": "ConfigMap", "secret": "Secret"}[kind]}
        own = {"app.kubernetes.io/managed-by": "agentrun-operator"}
        kubectl.create(head | {"metadata": {"name": "theirs"}})

        def refused(*args: str, manifest: Object | None = None) -> str:
            try:
                operator(*args, input=None if manifest is None else json.dumps(manifest))
            except KubectlError as error:
                return str(error)
            return ""

        unlabelled = head | {"metadata": {"name": "new"}}
        taking = json.dumps({"metadata": {"labels": own}})
        off = json.dumps({"metadata": {"labels": {next(iter(own)): None}}})
        data = json.dumps({"metadata": {"annotations": {"a": "b"}}})
        create = ("create", "--filename=-")
        said = partial(refused, *create, "--dry-run=server", manifest=unlabelled)
        eventually(lambda said=said: OWN in said(), what="the policy")  # type: ignore[misc]
        assert OWN in refused("patch", kind, "theirs", "--type=merge", "--patch", taking)
        assert OWN in refused("patch", kind, "theirs", "--type=merge", "--patch", data)
        assert OWN in refused("delete", kind, "theirs", "--wait=false")
        assert refused(*create, manifest=head | {"metadata": {"name": "ours", "labels": own}}) == ""
        assert refused("patch", kind, "ours", "--type=merge", "--patch", data) == ""
        assert OWN in refused("patch", kind, "ours", "--type=merge", "--patch", off)
        assert refused("delete", kind, "ours", "--wait=false") == ""
        assert kubectl.get(kind, "theirs") is not None
        kubectl("delete", kind, "theirs")  # nobody else is held to it


def test_the_crd_tells_that_it_is_a_provisioned_service(release: Release):
    found = release.kubectl.get("crd", "agentruntimeendpoints.agentrun.alibabacloud.com")
    assert found is not None
    assert found["metadata"]["labels"]["servicebinding.io/provisioned-service"] == "true"

"""Every permission that the chart gives to the operator is needed: without it, the start or a feature fails."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from support.chart_release import Release, ReleasedOperator
from support.cluster import condition, eventually
from support.emulator import Emulator
from support.endpoints import GROUP, Endpoints

Start = Callable[[Release], ReleasedOperator]
Upgrade = Callable[..., None]
Without = Callable[[str, str], Release]
Object = dict[str, Any]

AT_START = [
    ("agentruntimeendpoints", "list", "No permission to list agentruntimeendpoints"),
    ("agentruntimeendpoints", "watch", "No permission to watch agentruntimeendpoints"),
    ("agentruntimeendpoints", "patch", "No permission to patch agentruntimeendpoints"),
    ("agentruntimeendpoints/status", "patch", "No permission to patch agentruntimeendpoints/status"),
    ("leases", "get", "No permission to get leases"),
    ("leases", "list", "No permission to list leases"),
    ("leases", "create", "No permission to create leases"),
    ("leases", "update", "No permission to update leases"),
]
AT_WORK = [("events", "create"), ("secrets", "get")]


def rules(release: Release) -> dict[str, list[Object]]:
    """The rules that the operator has, by where they hold."""
    everywhere = release.kubectl.get("clusterrole", release.name) or {}
    at_home = release.kubectl.get("role", f"{release.name}-lease") or {}
    return {"ClusterRole": everywhere["rules"], "Role": at_home["rules"]}


def lessened(rule: Object, resource: str, verb: str) -> Object:
    return rule | {"verbs": [each for each in rule["verbs"] if (rule["resources"], each) != ([resource], verb)]}


@pytest.fixture
def without(release: Release, namespace: str, upgrade: Upgrade) -> Iterator[Without]:
    """Makes the release with another service account, which has all permissions but one."""
    upgrade(statusPolicy={"writers": [f"system:serviceaccount:{release.namespace}:{namespace}"]})
    head = {"metadata": {"name": namespace, "namespace": release.namespace}}
    rbac = {"apiVersion": "rbac.authorization.k8s.io/v1"} | head
    account = {"kind": "ServiceAccount", "name": namespace, "namespace": release.namespace}
    made: Object = {"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", "kind": account["kind"]} | head]}

    def make(resource: str, verb: str) -> Release:
        for kind, given in rules(release).items():
            left = [rule for rule in (lessened(each, resource, verb) for each in given) if rule["verbs"]]
            reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": namespace}
            binding = rbac | {"kind": f"{kind}Binding", "roleRef": reference, "subjects": [account]}
            made["items"] += [rbac | {"kind": kind, "rules": left}, binding]
        release.kubectl.apply(made)
        return replace(release, service_account=namespace)

    yield make
    release.kubectl("delete", "--filename=-", input=json.dumps(made))


def test_the_tables_name_every_permission_that_the_chart_gives(release: Release):
    given = {
        (resource, verb)
        for each in rules(release).values()
        for rule in each
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }

    assert given == {(resource, verb) for resource, verb, *_ in AT_START} | set(AT_WORK)


@pytest.mark.parametrize(("resource", "verb", "said"), AT_START, ids=[f"{verb} {what}" for what, verb, _ in AT_START])
def test_the_start_fails_without_a_permission_and_names_it(
    without: Without, pod: Start, resource: str, verb: str, said: str
):
    operator = pod(without(resource, verb)).start(wait=False)

    assert said in operator.ended()
    assert operator.process.poll() == 1


def test_nobody_is_told_of_anything_without_events(
    without: Without, pod: Start, endpoints: Endpoints, runtime: str, emulator: Emulator
):
    pod(without("events", "create")).start()
    endpoints.apply("chat", runtime=runtime)
    endpoints.wait_ready("chat")

    endpoints.delete("chat")
    endpoints.wait_gone("chat")

    assert endpoints.kubectl.list("events") == []


def test_an_objects_own_credentials_are_missing_without_secrets(
    without: Without, pod: Start, endpoints: Endpoints, runtime: str
):
    pod(without("secrets", "get")).start()

    endpoints.apply("chat", runtime=runtime, credentialsSecretRef={"name": "own"})

    found = endpoints.wait_reason("chat", "CredentialsNotFound")
    assert "grant it `get` on Secrets" in (condition(found, "Ready") or {})["message"]
    endpoints.change("chat", deletionPolicy="Orphan")
    endpoints.delete("chat")
    endpoints.wait_gone("chat")


WRITING = {"create", "update", "patch", "delete", "deletecollection"}
READING = {"get", "list", "watch"}


@pytest.mark.parametrize(
    ("role", "verbs"),
    [
        pytest.param("view", READING, id="who views, reads"),
        pytest.param("edit", READING | WRITING, id="who edits, reads and writes"),
        pytest.param("admin", READING | WRITING, id="who administers a namespace, reads and writes"),
    ],
)
def test_the_clusters_own_roles_cover_the_resource(release: Release, role: str, verbs: set[str]):
    def given() -> set[str]:
        rules = (release.kubectl.get("clusterrole", role) or {})["rules"]
        ours = (rule for rule in rules if GROUP in rule["apiGroups"] and "agentruntimeendpoints" in rule["resources"])
        return {verb for rule in ours for verb in rule["verbs"]}

    eventually(lambda: given() == verbs, what=f"{role} with {verbs}")

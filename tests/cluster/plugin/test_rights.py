"""What a command may be done with: exactly the rights that are documented, and what each one less costs."""

from typing import Any

import pytest

from support import kube_api
from support.cluster import Kubectl, certificate_of, eventually
from support.endpoints import GROUP, Endpoints
from support.operator import Operator
from support.plugin import Plugin

KINDS = {"events": ""}
"""The API group of a kind; ours, if it is not here."""

DOCUMENTED = [
    ("status", 0, ["list agentruntimeendpoints"], {}),
    ("status chat", 0, ["get agentruntimeendpoints", "list events"], {"list events": 0}),
    ("pause chat", 0, ["get agentruntimeendpoints", "patch agentruntimeendpoints"], {}),
    ("release gone --yes", 1, ["get agentruntimeendpoints", "patch agentruntimeendpoints"], {}),
    ("resume --all", 0, [f"{verb} agentruntimeendpoints" for verb in ("list", "get", "patch")], {}),
]
"""A command, its exit code (a pause holds what is released), the rights that it takes, and what the code is without
those that cost a part only. One of each kind: `--wait` and `-o` read like the rest, `reconcile` writes like `pause`."""

ALL = [f"{verb} agentruntimeendpoints" for verb in ("get", "list", "patch")] + ["list events"]


RBAC = "/apis/rbac.authorization.k8s.io/v1"
REVIEWS = "/apis/authorization.k8s.io/v1/subjectaccessreviews"


class Robot:
    """A ServiceAccount whose rights are given and taken.

    Args:
        kubectl: The administrator, in the account's namespace.
    """

    def __init__(self, kubectl: Kubectl) -> None:
        self._plane, self._namespace = kubectl.plane, kubectl.namespace
        self._client = kube_api.client(kubectl.plane.url, certificate_of(kubectl.plane))
        self.user = f"system:serviceaccount:{kubectl.namespace}:robot"
        kubectl("create", "serviceaccount", "robot")
        kubectl("create", "role", "robot", "--verb=get", "--resource=nodes")
        kubectl("create", "rolebinding", "robot", "--role=robot", f"--serviceaccount={kubectl.namespace}:robot")

    def may(self, rights: list[str]) -> None:
        """Have these rights and no others, once that is in force."""
        rules = [
            {"apiGroups": [KINDS.get(resource, GROUP)], "resources": [resource], "verbs": [verb]}
            for verb, resource in map(str.split, rights)
        ]
        self._ask(f"{RBAC}/namespaces/{self._namespace}/roles/robot", "PATCH", {"rules": rules})
        eventually(lambda: [each for each in ALL if self._allowed(each)] == [each for each in ALL if each in rights])

    def _allowed(self, right: str) -> bool:
        verb, resource = right.split()
        group = KINDS.get(resource, GROUP)
        asked = {"namespace": self._namespace, "verb": verb, "resource": resource, "group": group}
        spec = {"resourceAttributes": asked, "user": self.user}
        return bool((self._ask(REVIEWS, "POST", {"spec": spec}) or {})["status"]["allowed"])

    def _ask(self, path: str, method: str, body: object) -> dict[str, Any] | None:
        return kube_api.ask(self._client, path, self._plane.token, method, body)


@pytest.fixture
def robot(kubectl: Kubectl, endpoints: Endpoints, operator: Operator) -> Robot:
    """It has no rights yet, in a namespace with `chat`, which serves, and `gone`, which is being deleted and paused."""
    for name in ("chat", "gone"):
        endpoints.apply(name)
    for name in ("chat", "gone"):
        endpoints.wait_ready(name)
    endpoints.annotate("gone", paused="true")
    endpoints.delete("gone")
    return Robot(kubectl)


def test_each_command_does_with_what_is_documented_and_says_what_it_lacks(plugin: Plugin, robot: Robot):
    for line, done, rights, parts in DOCUMENTED:
        for lacking in (*rights, ""):
            robot.may([right for right in rights if right != lacking])
            told = plugin(*line.split(), "--as", robot.user)
            said = told.out + told.err
            assert told.code == (parts.get(lacking, 3) if lacking else done), (line, lacking, told)
            rule = "resources: [{1}], verbs: [{0}]".format(*lacking.split()) if lacking else ""
            assert ("to grant it:" in said, rule in said) == (bool(lacking), True), (line, lacking, told)

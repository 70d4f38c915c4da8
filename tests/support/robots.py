"""Accounts with exactly some rights, on a real control plane: one for each set of rights, made once."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any, NamedTuple

import httpx

from agentrun_operator.plugin.cluster.kubectl.rights import Right
from support import kube_api
from support.cluster import Kubectl, certificate_of, eventually

RBAC = "/apis/rbac.authorization.k8s.io/v1"
REVIEWS = "/apis/authorization.k8s.io/v1/subjectaccessreviews"
CLUSTER_WIDE = frozenset({"customresourcedefinitions", "namespaces"})
"""Kinds that are in no namespace."""


class Grant(NamedTuple):
    """A right, in the test's namespace or in all."""

    right: Right
    everywhere: bool = False

    @property
    def of_cluster(self) -> bool:
        """Whether a Role cannot give it."""
        return self.everywhere or self.right.resource in CLUSTER_WIDE


class Robots:
    """The ServiceAccounts of one namespace.

    Args:
        kubectl: The administrator, in that namespace.
    """

    def __init__(self, kubectl: Kubectl) -> None:
        self._plane, self._namespace = kubectl.plane, kubectl.namespace
        self._client = kube_api.client(kubectl.plane.url, certificate_of(kubectl.plane))
        self._users: dict[frozenset[Grant], str] = {}

    def who_may(self, grants: Iterable[Grant]) -> str:
        """The account that has these rights and no others, once that is in force; whom `--as` names."""
        wanted = frozenset(grants)
        if wanted not in self._users:
            name = f"robot-{len(self._users)}"
            self._users[wanted] = user = f"system:serviceaccount:{self._namespace}:{name}"
            self._bind("Role", name, [each.right for each in wanted if not each.of_cluster])
            self._bind("ClusterRole", name, [each.right for each in wanted if each.of_cluster])
            eventually(lambda: all(self._allowed(user, each) for each in wanted), what=f"rights of {user}")
        return self._users[wanted]

    def dismiss(self) -> None:
        """Take back what holds beyond the namespace."""
        for name in map(self._wide, (user.rpartition(":")[2] for user in self._users.values())):
            for kind in ("clusterrolebindings", "clusterroles"):
                with suppress(httpx.HTTPStatusError):  # most need none
                    self._ask(f"{RBAC}/{kind}/{name}", "DELETE")

    def _wide(self, name: str) -> str:
        return f"{self._namespace}-{name}"

    def _bind(self, kind: str, robot: str, rights: list[Right]) -> None:
        if not rights:
            return
        inside = kind == "Role"
        place = f"{RBAC}/namespaces/{self._namespace}" if inside else RBAC
        name = robot if inside else self._wide(robot)
        rules = [{"apiGroups": [right.group], "resources": [right.resource], "verbs": [right.verb]} for right in rights]
        subject = {"kind": "ServiceAccount", "name": robot, "namespace": self._namespace}
        role = {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": name}
        made = {"metadata": {"name": name}}
        self._ask(f"{place}/{kind.lower()}s", "POST", made | {"rules": rules})
        self._ask(f"{place}/{kind.lower()}bindings", "POST", made | {"roleRef": role, "subjects": [subject]})

    def _allowed(self, user: str, grant: Grant) -> bool:
        right = grant.right
        asked = {"verb": right.verb, "resource": right.resource, "group": right.group}
        where = {} if grant.of_cluster else {"namespace": self._namespace}
        review = {"spec": {"resourceAttributes": asked | where, "user": user}}
        return bool((self._ask(REVIEWS, "POST", review) or {})["status"]["allowed"])

    def _ask(self, path: str, method: str, body: object = None) -> dict[str, Any] | None:
        return kube_api.ask(self._client, path, self._plane.token, method, body)

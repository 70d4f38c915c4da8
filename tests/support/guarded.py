"""Namespaces for guardrails, people in them, objects that were there before, and what somebody asks the API server."""

import json
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

import httpx

from agentrun_operator.controlplane import ControlPlane
from support.chart import NAME
from support.cluster import Kubectl, certificate_of, new_namespace
from support.endpoints import GROUP, KIND, manifest
from support.patience import stretched
from support.policies import OPERATOR

Object = dict[str, Any]

MERGE, APPLY = "application/merge-patch+json", "application/apply-patch+yaml"
RBAC = "rbac.authorization.k8s.io"
MARK = f"{GROUP}/endpoint"

TENANT, PLATFORM, NAMESPACER = "tenant", "platform", "namespacer"
"""Who may do everything in these namespaces; who may also override; who may edit Namespaces, too."""

NAMESAKE = f"system:serviceaccount:{{namespace}}:{NAME}"
"""A service account of the operator's name, in the tenant's namespace."""

PLAN: Object = {
    "strategy": "Canary",
    "steps": [{"weight": 5, "bake": "1m"}, {"weight": 50, "bake": "1h"}],
    "analysis": {"probes": {"prompts": [{"name": "a", "messages": [{"content": "a"}], "expect": {"contains": ["b"]}}]}},
}
"""What production asks for, and not a bit more."""

FOREIGN = "foreign"
"""A namespace in which nobody has rights."""

MANY = ",".join(f"runtime-{number}" for number in range(10_000))

NAMESPACES: dict[str, Object] = {
    "bare": {},
    "listed": {
        "annotations": {
            "allowed-regions": "cn-shanghai, cn-beijing",
            "allowed-runtimes": " support-bot ,ar-1",
            "allowed-secrets": "team,other ",
        }
    },
    "no regions": {"annotations": {"allowed-regions": ""}},
    "no runtimes": {"annotations": {"allowed-runtimes": ""}},
    "no secrets": {"annotations": {"allowed-secrets": ""}},
    "home": {"annotations": {"allowed-regions": "cn-hangzhou"}},
    "endless": {"annotations": {"allowed-runtimes": MANY}},
    "trusting": {"labels": {"adopt": "allowed", "orphan": "allowed"}},
    "distrusting": {"labels": {"adopt": "no", "orphan": "true"}},
    "production": {"labels": {"environment": "production"}},
    FOREIGN: {},
}
"""By what they are for; their labels and annotations without the group."""


class Ask(NamedTuple):
    """Something that is asked of the API server.

    Args:
        method: of HTTP.
        path: below the namespace.
        body: what is sent; {namespace} in it stands for the namespace's name.
        content: what that is.
    """

    method: str
    path: str
    body: Object | None
    content: str = "application/json"


Row = tuple[str, str, Ask, str]
"""Who asks, in which namespace, for what, and which words the refusal has; without words it is done."""


def create(annotations: dict[str, str] | None = None, metadata: Object | None = None, **spec: Any) -> Ask:
    """A new object; without another wish one that nobody minds."""
    body = manifest("new", annotations=annotations, **spec)
    body["metadata"] |= metadata or {}
    return Ask("POST", "", body)


def apply(name: str, metadata: Object | None = None, **spec: Any) -> Ask:
    """The same by server-side apply, also onto an object that is there."""
    body = manifest(name, **spec)
    body["metadata"] |= metadata or {}
    return Ask("PATCH", f"/{name}?fieldManager=tenant&force=true", body, APPLY)


def edit(name: str, metadata: Object | None = None, **spec: Any) -> Ask:
    """A merge patch of an object that was there before."""
    return Ask("PATCH", f"/{name}", {"metadata": metadata or {}, "spec": spec}, MERGE)


def remove(name: str) -> Ask:
    """A deletion."""
    return Ask("DELETE", f"/{name}", None)


def edit_status(name: str, **status: Any) -> Ask:
    """A merge patch of an object's status."""
    return Ask("PATCH", f"/{name}/status", {"status": status}, MERGE)


def edit_namespace(below: str = "", **metadata: Any) -> Ask:
    """A merge patch of the Namespace itself."""
    named = {part: {f"{GROUP}/{key}": text for key, text in values.items()} for part, values in metadata.items()}
    return Ask("PATCH", f"namespace{below}", {"metadata": named}, MERGE)


@dataclass(frozen=True)
class Guarded:
    """The namespaces, by what they are for, and a connection. What is asked is only tried: nothing is written."""

    plane: ControlPlane
    namespaces: dict[str, str]
    http: httpx.Client

    def told(self, who: str, where: str, ask: Ask) -> str:
        """What somebody is told who asks; empty if it was done."""
        namespace = self.namespaces[where]
        home = f"/apis/{GROUP}/v1alpha1/namespaces/{namespace}/{KIND.partition('.')[0]}"
        path = f"{home}{ask.path}"
        if ask.path.startswith("namespace"):
            path = f"/api/v1/namespaces/{namespace}{ask.path.removeprefix('namespace')}"
        answer = self.http.request(
            ask.method,
            path,
            params=httpx.URL(path).params.merge({"dryRun": "All"}),
            content=json.dumps(ask.body).replace("{namespace}", namespace)
            if ask.body
            else None,  # one of a deletion would outrank dryRun
            headers={"Content-Type": ask.content, "Impersonate-User": who.format(namespace=namespace)},
        )
        return "" if answer.is_success else f"{answer.status_code} {answer.json()['message']}"


@contextmanager
def guarded(plane: ControlPlane) -> Iterator[Guarded]:
    """The stage, with people and with objects, but without policies: the objects were there before."""
    with ExitStack() as stack:
        namespaces = {purpose: stack.enter_context(new_namespace(plane)) for purpose in NAMESPACES}
        for purpose, name in namespaces.items():
            _equip(Kubectl(plane, name), NAMESPACES[purpose], bound=purpose != FOREIGN)
        stack.enter_context(_people(plane))
        for purpose, name in namespaces.items():
            _before(Kubectl(plane, name), purpose)
        client = httpx.Client(
            base_url=plane.url,
            verify=ssl.create_default_context(cafile=certificate_of(plane)),
            headers={"Authorization": f"Bearer {plane.token}"},
            trust_env=False,
            timeout=stretched(20),
        )
        yield Guarded(plane, namespaces, stack.enter_context(client))


def _equip(kubectl: Kubectl, asked: Object, *, bound: bool) -> None:
    """Labels and annotations, and a role with every right there is in the namespace, for everybody."""
    named = {part: {f"{GROUP}/{key}": text for key, text in values.items()} for part, values in asked.items()}
    Kubectl(kubectl.plane).patch("namespace", kubectl.namespace, {"metadata": named})
    if not bound:
        return
    people = (TENANT, PLATFORM, NAMESPACER, OPERATOR, NAMESAKE.format(namespace=kubectl.namespace))
    kubectl("create", "role", "all", "--verb=*", "--resource=*.*")
    kubectl("create", "rolebinding", "all", "--role=all", *(f"--user={name}" for name in people))


@contextmanager
def _people(plane: ControlPlane) -> Iterator[None]:
    """The rights that hold cluster-wide."""
    rights = {
        PLATFORM: {"apiGroups": [GROUP], "resources": ["agentruntimeendpoints"], "verbs": ["override"]},
        NAMESPACER: {"apiGroups": [""], "resources": ["namespaces"], "verbs": ["patch"]},
    }
    items: list[Object] = []
    for name, rule in rights.items():
        head = {"apiVersion": f"{RBAC}/v1", "metadata": {"name": f"guarded-{name}"}}
        subject = {"kind": "User", "apiGroup": RBAC, "name": name}
        reference = {"apiGroup": RBAC, "kind": "ClusterRole", "name": f"guarded-{name}"}
        items.append(head | {"kind": "ClusterRole", "rules": [rule]})
        items.append(head | {"kind": "ClusterRoleBinding", "roleRef": reference, "subjects": [subject]})
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": items})
    kubectl = Kubectl(plane)
    kubectl("apply", "--filename=-", input=text)
    try:
        yield
    finally:
        kubectl("delete", "--filename=-", input=text)


def _before(kubectl: Kubectl, purpose: str) -> None:
    """The objects that were there before: one that breaks every rule, and those that some rules tell apart."""
    everywhere: dict[str, Object] = {
        "plain": manifest("plain", targetVersion="3"),
        "held": _marked(manifest("held", targetVersion="3")),
        "lax": manifest(
            "lax",
            "other-bot",
            region="cn-chengdu",
            credentialsSecretRef={"name": "old"},
            adoptionPolicy="Adopt",
            deletionPolicy="Orphan",
        ),
        "watching": _marked(
            manifest("watching", targetVersion="3", adoptionPolicy="Adopt", managementPolicy="Observe")
        ),
    }
    if purpose == "production":
        spec: Object = {"targetVersion": "3", "rollout": PLAN, "credentialsSecretRef": {"name": "own"}}
        everywhere["good"] = manifest("good", **spec)
        hasty: Object = {"strategy": "Immediate", "steps": [{"weight": 26, "bake": "1s"}]}
        everywhere["hasty"] = manifest("hasty", targetVersion="3", rollout=hasty)
        everywhere["skipping"] = manifest("skipping", annotations={f"{GROUP}/rollout": "promote 8"}, **spec)
    for each in everywhere.values():
        kubectl.make(KIND, each)
    if purpose == "bare":
        for reason in (*STUCK, "Deleting"):
            _delete_one(kubectl, reason)


STUCK = ("CredentialsNotFound", "CredentialsRejected", "CredentialsNotAllowed", "RegionNotServed", "DeleteFailed")
"""Reasons with which a deletion counts as stuck."""


def _marked(found: Object) -> Object:
    found["metadata"] |= {"finalizers": ["example.com/theirs", MARK], "labels": {MARK: "0123456789abcdef"}}
    return found


def _delete_one(kubectl: Kubectl, reason: str) -> None:
    """An object that is being deleted, and another that is not, whose status gives a reason."""
    for name in (f"going-{reason.lower()}", f"alive-{reason.lower()}"):
        kubectl.make(KIND, _marked(manifest(name, targetVersion="3")))
        kubectl.patch(KIND, name, {"status": {"conditions": [told(reason)]}}, subresource="status")
    kubectl.delete(KIND, f"going-{reason.lower()}")


def told(reason: str) -> Object:
    """A condition that gives a reason."""
    time = "2026-01-01T00:00:00Z"
    return {"type": "Ready", "status": "False", "reason": reason, "message": "", "lastTransitionTime": time}

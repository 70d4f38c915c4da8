"""A user who is bound to the cluster's role `edit` in one namespace, with what the chart adds to that role."""

import base64
import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import yaml

from agentrun_operator.controlplane import ControlPlane
from agentrun_operator.controlplane.access import NOBODY
from support.chart import INSTALL
from support.cluster import Kubectl, certificate_of, eventually
from support.endpoints import GROUP

Object = dict[str, Any]

OK, CREATED, FORBIDDEN, NOT_FOUND = 200, 201, 403, 404
REFUSED = {400, FORBIDDEN, NOT_FOUND, 409, 422}
"""What an API server says to what a user may not do, or to what is no good object."""

OBJECTS, SECRETS_API = f"/apis/{GROUP}/v1alpha1", "/api/v1"
PLURALS = {OBJECTS: "agentruntimeendpoints", SECRETS_API: "secrets"}


class User:
    """What the user says to the API server; what RBAC or the schema refuses is refused.

    Args:
        plane: The cluster.
        namespace: Where the user has rights.
    """

    def __init__(self, plane: ControlPlane, namespace: str) -> None:
        self.namespace = namespace
        self._http = httpx.Client(
            base_url=plane.url,
            verify=ssl.create_default_context(cafile=certificate_of(plane)),
            headers={"Authorization": f"Bearer {plane.users[NOBODY].token}"},
            trust_env=False,
            timeout=10,
        )

    def close(self) -> None:
        self._http.close()

    def apply(self, manifest: Object, api: str = OBJECTS) -> int:
        """Create or change an object by server-side apply; the answer's code."""
        path = self._path(manifest["metadata"]["name"], api)
        return self._ask("PATCH", f"{path}?fieldManager=tenant&force=true", manifest, "application/apply-patch+yaml")

    def patch(self, name: str, patch: Object, *, namespace: str = "", below: str = "") -> int:
        """A merge patch of an object of ours; the answer's code."""
        return self._ask("PATCH", self._path(name, OBJECTS, namespace) + below, patch, "application/merge-patch+json")

    def delete(self, name: str = "", api: str = OBJECTS, *, namespace: str = "") -> int:
        """Delete an object, or all; the answer's code."""
        return self._ask("DELETE", self._path(name, api, namespace))

    def read(self, name: str, api: str = OBJECTS, *, namespace: str = "") -> int:
        """Read an object; the answer's code."""
        return self._ask("GET", self._path(name, api, namespace))

    def objects(self) -> dict[str, Object]:
        """The objects of ours in the namespace, by name."""
        answer = self._http.get(self._path("", OBJECTS)).raise_for_status()
        return {each["metadata"]["name"]: each for each in answer.json()["items"]}

    def _path(self, name: str, api: str, namespace: str = "") -> str:
        return f"{api}/namespaces/{namespace or self.namespace}/{PLURALS[api]}" + (f"/{name}" if name else "")

    def _ask(self, method: str, path: str, body: object = None, content: str = "application/json") -> int:
        text = None if body is None else json.dumps(body)
        answer = self._http.request(method, path, content=text, headers={"Content-Type": content})
        if answer.is_error and answer.status_code not in REFUSED:
            raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer.status_code


def secret_of(name: str, **values: bytes) -> Object:
    """The manifest of a Secret with any bytes."""
    data = {key: base64.b64encode(value).decode() for key, value in values.items()}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "data": data}


@contextmanager
def bound_user(plane: ControlPlane, namespace: str) -> Iterator[User]:
    """The user, once the rights are in force; afterwards the cluster's roles are as they were."""
    kubectl, user = Kubectl(plane, namespace), User(plane, namespace)
    roles = json.dumps({"apiVersion": "v1", "kind": "List", "items": aggregated_roles()})
    kubectl("apply", "--filename=-", input=roles)
    try:
        kubectl("create", "rolebinding", "tenant", "--clusterrole=edit", f"--user={NOBODY}")
        eventually(lambda: user.patch("none", {}) == NOT_FOUND, what="the rights of the role edit")
        yield user
    finally:
        user.close()
        kubectl("delete", "--filename=-", input=roles)


def aggregated_roles() -> list[Object]:
    """What the chart adds to the cluster's own roles."""
    added = "rbac.authorization.k8s.io/aggregate-to-"
    objects: list[Object] = [each for each in yaml.safe_load_all(INSTALL.read_text()) if each]
    return [each for each in objects if any(label.startswith(added) for label in each["metadata"].get("labels", {}))]

"""What tests say to a real control plane: kubectl with types, and waiting for what must become true."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self, TypeVar

import httpx

from agentrun_operator.controlplane import ControlPlane
from support import kube_api
from support.patience import stretched

Object = dict[str, Any]
T = TypeVar("T")

POLL_INTERVAL = 0.05  # seconds


def eventually(look: Callable[[], T], within: float = 10.0, what: str = "") -> T:
    """Look again and again until the answer is true, and return it.

    Args:
        look: Asked for the answer; an AssertionError counts as "not yet".
        within: How long, in seconds; longer beside other tests.
        what: What is waited for, for the error.

    Raises:
        AssertionError: It did not become true in time; says what was seen last.
    """
    deadline = time.monotonic() + stretched(within)
    while True:
        try:
            seen: T | AssertionError = look()
        except AssertionError as not_yet:
            seen = not_yet
        if seen and not isinstance(seen, AssertionError):
            return seen
        if time.monotonic() >= deadline:
            raise AssertionError(f"{what or look} not within {within:g} s; last seen: {seen!r}")
        time.sleep(POLL_INTERVAL)


@dataclass(frozen=True)
class Kubectl:
    """kubectl against a control plane.

    Args:
        plane: The control plane.
        namespace: Where to look; empty for the default one.
        user: As whom; empty for the administrator.
    """

    plane: ControlPlane
    namespace: str = ""
    user: str = ""

    def __call__(self, *args: str, input: str | None = None) -> str:  # noqa: A002 - subprocess's own word
        """Any command; returns what it printed, raises KubectlError when it fails."""
        namespace = [f"--namespace={self.namespace}"] if self.namespace else []
        return self.plane.run_kubectl(*namespace, *args, input=input, user=self.user)

    def as_user(self, user: str) -> Self:
        return replace(self, user=user)

    def in_namespace(self, namespace: str) -> Self:
        return replace(self, namespace=namespace)

    def apply(self, manifest: Mapping[str, Any] | str) -> None:
        """Apply an object, or YAML text."""
        self("apply", "--filename=-", input=manifest if isinstance(manifest, str) else json.dumps(manifest))

    def create(self, manifest: Mapping[str, Any]) -> Object:
        """Create an object (`generateName` works here) and return it as the server has it."""
        return _object(self("create", "--filename=-", "--output=json", input=json.dumps(manifest)))

    def make(self, kind: str, manifest: Mapping[str, Any]) -> Object:
        """Create an object of a kind of `kube_api.PATHS` without a program, and return it as the server has it."""
        path = kube_api.path_of(kind, self.namespace)
        client = kube_api.client(self.plane.url, certificate_of(self.plane))
        made = kube_api.ask(client, path, self.plane.token, "POST", manifest)
        if made is None:
            raise AssertionError(f"nobody knows {kind}")
        return made

    def patch(self, kind: str, name: str, patch: Mapping[str, Any], subresource: str = "") -> Object:
        """A merge patch; returns the object after it."""
        _, patched = self._asked(kind, name, "PATCH", patch, subresource)
        if patched:
            return patched
        below = [f"--subresource={subresource}"] if subresource else []
        return _object(
            self("patch", kind, name, "--type=merge", f"--patch={json.dumps(patch)}", "--output=json", *below)
        )

    def get(self, kind: str, name: str) -> Object | None:
        """The object, or None where there is none."""
        return self._read(kind, name)

    def list(self, kind: str) -> list[Object]:
        """Every object of a kind in the namespace."""
        items: list[Object] = (self._read(kind) or {})["items"]
        return items

    def _read(self, kind: str, name: str = "") -> Object | None:
        asked, found = self._asked(kind, name)
        if asked:
            return found
        text = self("get", kind, *([name, "--ignore-not-found"] if name else []), "--output=json")
        return _object(text) if text else None

    def _asked(
        self, kind: str, name: str, method: str = "GET", body: object = None, below: str = ""
    ) -> tuple[bool, Object | None]:
        """Whether it could be done without a program, and the answer. What could not, kubectl says why."""
        if kind not in kube_api.PATHS or not self.namespace:
            return False, None
        client = kube_api.client(self.plane.url, certificate_of(self.plane))
        token = self.plane.users[self.user].token if self.user else self.plane.token
        try:
            return True, kube_api.ask(client, kube_api.path_of(kind, self.namespace, name, below), token, method, body)
        except httpx.HTTPError:
            return False, None

    def delete(self, kind: str, name: str) -> None:
        """Ask for deletion, without waiting for it."""
        deleted, _ = self._asked(kind, name, "DELETE")
        if not deleted:
            self("delete", kind, name, "--wait=false")

    def wait_for(self, kind: str, name: str, condition: Callable[[Object], Any], within: float = 10.0) -> Object:
        """Wait until an object exists and meets a condition (a missing key counts as "not yet"); returns it."""

        def look() -> Object | None:
            found = self.get(kind, name)
            try:
                met = found is not None and condition(found)
            except (KeyError, IndexError):
                met = False
            if not met:
                raise AssertionError(found)
            return found

        found = eventually(look, within, f"{kind}/{name} as asked for")
        if found is None:
            raise AssertionError(f"{kind}/{name} is missing")
        return found

    def wait_gone(self, kind: str, name: str, within: float = 10.0) -> None:
        """Wait until there is no such object any more."""
        eventually(lambda: self.get(kind, name) is None, within, f"{kind}/{name} gone")


@contextmanager
def new_namespace(plane: ControlPlane) -> Iterator[str]:
    """The name of a namespace of one's own.

    It stays, with no object of ours in it. One that is deleted while there are objects whose operator has ended stays
    too, and is searched every few seconds for as long as the control plane lives, which costs more than the tests.
    """
    client = kube_api.client(plane.url, certificate_of(plane))
    made = kube_api.ask(client, kube_api.NAMESPACES, plane.token, "POST", {"metadata": {"generateName": "test-"}})
    name: str = (made or {})["metadata"]["name"]
    try:
        yield name
    finally:
        _clear(Kubectl(plane, name))


def _clear(kubectl: Kubectl) -> None:
    """Let every object of ours go, though nobody looks after it any more; where they are known at all."""
    known, _ = kubectl._asked(kube_api.ENDPOINTS, "", "DELETE")

    def none_left() -> bool:
        left = kubectl.list(kube_api.ENDPOINTS)
        for each in left:
            kubectl._asked(kube_api.ENDPOINTS, each["metadata"]["name"], "PATCH", {"metadata": {"finalizers": None}})
        return not left

    if known:
        eventually(none_left, what=f"no object left in {kubectl.namespace}")


def certificate_of(plane: ControlPlane) -> Path:
    """The API server's certificate."""
    return Path(_object(plane.kubeconfig.read_text())["clusters"][0]["cluster"]["certificate-authority"])


def condition(found: Object, kind: str) -> Object | None:
    """A condition of an object's status by its type, or None."""
    conditions: list[Object] = found.get("status", {}).get("conditions", [])
    return next((each for each in conditions if each["type"] == kind), None)


def _object(text: str) -> Object:
    parsed: Object = json.loads(text)
    return parsed

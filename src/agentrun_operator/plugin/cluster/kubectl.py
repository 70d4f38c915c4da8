"""Runs kubectl, whose logins, proxies and `--as` so come free, and says in plain words why it could not."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from agentrun_operator.plugin.cluster.refusals import RefusedError, refusal_of
from agentrun_operator.plugin.exits import UnknownError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from agentrun_operator.plugin.cluster.rights import Right

Object = dict[str, Any]


@dataclass(frozen=True)
class Connection:
    """Which cluster, where in it, and as whom; empty is kubectl's own default.

    Args:
        namespace: the namespace.
        context: the kubeconfig's context.
        kubeconfig: its path.
        user: whom to act as.
        request_timeout: longest wait for one answer, in kubectl's notation.
    """

    namespace: str = ""
    context: str = ""
    kubeconfig: str = ""
    user: str = ""
    request_timeout: str = ""

    @property
    def flags(self) -> list[str]:
        """These as flags of kubectl, but for the namespace."""
        given = {
            "context": self.context,
            "kubeconfig": self.kubeconfig,
            "as": self.user,
            "request-timeout": self.request_timeout,
        }
        return [f"--{name}={value}" for name, value in given.items() if value]


class Kubectl:
    """The cluster.

    Args:
        connection: which one, and as whom.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    @property
    def namespace(self) -> str:
        """The namespace that was asked for, else the context's, else `default`."""
        if self.connection.namespace:
            return self.connection.namespace
        return self._run(["config", "view", "--minify", "--output=jsonpath={..namespace}"]).strip() or "default"

    def get(self, resource: str, name: str, right: Right, namespace: str = "") -> Object | None:
        """An object, or None where there is none.

        Args:
            resource: its kind, as kubectl takes it.
            name: its name.
            right: what the caller needs for it.
            namespace: where; by default where all is looked for.

        Raises:
            RefusedError: the cluster refused to tell, or does not know the kind.
            UnknownError: it could not be asked.
        """
        found = self.ask(["get", resource, name, "--ignore-not-found", *self._in(namespace)], right)
        return found or None

    def items(
        self, resource: str, right: Right, *, everywhere: bool = False, selector: str = "", namespace: str = ""
    ) -> list[Object]:
        """The objects of a kind.

        Args:
            resource: the kind, as kubectl takes it.
            right: what the caller needs for it.
            everywhere: whether in all namespaces.
            selector: by labels; empty: all.
            namespace: where; by default where all is looked for.

        Raises:
            RefusedError, UnknownError: see `get`.
        """
        where = ["--all-namespaces"] if everywhere else self._in(namespace)
        asked = ["get", resource, *where, *([f"--selector={selector}"] if selector else [])]
        found: list[Object] = self.ask(asked, right).get("items", [])
        return found

    def named(self, resource: str, names: Sequence[str], right: Right, namespace: str = "") -> list[Object]:
        """Those of some objects that are there, in one call, with the managers of their fields.

        Raises:
            RefusedError, UnknownError: see `get`.
        """
        asked = ["get", resource, *names, "--ignore-not-found", "--show-managed-fields", *self._in(namespace)]
        found = self.ask(asked, right) if names else {}
        items: list[Object] = found["items"] if found.get("kind") == "List" else [found] * bool(found)
        return items

    def patch(self, resource: str, name: str, patch: Mapping[str, object], right: Right, namespace: str = "") -> Object:
        """Change an object by a merge patch, and return it as it is then.

        Raises:
            RefusedError, UnknownError: see `get`.
        """
        change = f"--patch={json.dumps(patch)}"
        return self.ask(["patch", resource, name, "--type=merge", change, *self._in(namespace)], right)

    def would_create(self, manifests: str, right: Right) -> None:
        """Ask whether objects could be created; none is.

        Args:
            manifests: YAML of one or more.
            right: what the caller needs for it.

        Raises:
            RefusedError, UnknownError: see `get`; the first of the objects that was refused.
        """
        asked = ["create", "--dry-run=server", "--filename=-", "--output=name", *self._in("")]
        self._run(asked, right, manifests)

    def raw(self, path: str, right: Right) -> Object:
        """What is at a path of the API server.

        Raises:
            RefusedError, UnknownError: see `get`.
        """
        return _parsed(self._run(["get", "--raw", path], right))

    def ask(self, arguments: Sequence[str], right: Right | None = None, given: str | None = None) -> Object:
        """What any command of kubectl tells in JSON.

        Args:
            arguments: the command, without connection and form of output.
            right: what the caller needs for it.
            given: its standard input.

        Raises:
            RefusedError, UnknownError: see `get`.
        """
        return _parsed(self._run([*arguments, "--output=json"], right, given))

    def _in(self, namespace: str) -> list[str]:
        where = namespace or self.connection.namespace
        return [f"--namespace={where}"] if where else []

    def _run(self, arguments: Sequence[str], right: Right | None = None, given: str | None = None) -> str:
        program = shutil.which("kubectl")
        if program is None:
            raise UnknownError("kubectl is not on the PATH: install it, or run this where kubectl works")
        finished = subprocess.run(  # noqa: S603 - kubectl, with arguments of our own making
            [program, *arguments, *self.connection.flags],
            input=given,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        if finished.returncode:
            raise refusal_of(finished.stderr, right)
        return finished.stdout


def _parsed(text: str) -> Object:
    if not text:
        return {}
    try:
        found = json.loads(text)
    except ValueError:
        raise UnknownError(f"kubectl answered something else than JSON: {text[:80]!r}") from None
    if not isinstance(found, dict):
        raise RefusedError(f"kubectl answered something else than an object: {text[:80]!r}")
    return found

"""Runs kubectl, whose logins, proxies and `--as` so come free, and says in plain words why it could not."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

from agentrun_operator.plugin.cluster.kubectl.refusals import NoContextError, RefusedError, UnreachableError, refusal_of
from agentrun_operator.plugin.exits import UnknownError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from agentrun_operator.plugin.cluster.kubectl.rights import Right

Object = dict[str, Any]

MOUNTED = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")
"""Where a Pod is told of its own namespace."""

PATIENCE = 30.0
"""Seconds beyond the wait for one answer: kubectl asks several times at first, and its login takes its own."""

DURATION = re.compile(r"(?P<count>\d{1,9})(?P<unit>[smh]?)")
UNITS = {"s": 1, "m": 60, "h": 3600}


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

    def again(self, command: str) -> str:
        """A command of the plugin for the same cluster, namespace and user, as a person types it.

        Args:
            command: such as `check`, or `resume chat`.
        """
        given = {"-n": self.namespace, "--context": self.context, "--kubeconfig": self.kubeconfig, "--as": self.user}
        return " ".join(
            ["kubectl agentrun", command, *(f"{flag} {quote(each)}" for flag, each in given.items() if each)]
        )


class Kubectl:
    """The cluster.

    Args:
        connection: which one, and as whom.
        patience: seconds that kubectl may take beyond the wait for one answer.
    """

    def __init__(self, connection: Connection, patience: float = PATIENCE) -> None:
        self.connection = connection
        self._patience = patience

    @cached_property
    def namespace(self) -> str:
        """The namespace that was asked for, else the context's, else `default`."""
        if self.connection.namespace:
            return self.connection.namespace
        try:
            told = self._run(["config", "view", "--minify", "--output=jsonpath={..namespace}"])
        except (
            NoContextError
        ):  # in a Pod kubectl takes the service account's; elsewhere the next call tells what is wrong
            told = MOUNTED.read_text() if MOUNTED.is_file() else ""
        return told.strip() or "default"

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
        found = self.ask(["get", *self._in(namespace), "--ignore-not-found", "--", resource, name], right)
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
        asked = ["get", *where, *([f"--selector={selector}"] if selector else []), "--", resource]
        found: list[Object] = self.ask(asked, right).get("items", [])
        return found

    def named(self, resource: str, names: Sequence[str], right: Right, namespace: str = "") -> list[Object]:
        """Those of some objects that are there, in one call, with the managers of their fields.

        Raises:
            RefusedError, UnknownError: see `get`.
        """
        asked = ["get", "--ignore-not-found", "--show-managed-fields", *self._in(namespace), "--", resource, *names]
        found = self.ask(asked, right) if names else {}
        items: list[Object] = found["items"] if found.get("kind") == "List" else [found] * bool(found)
        return items

    def patch(self, resource: str, name: str, patch: Mapping[str, object], right: Right, namespace: str = "") -> Object:
        """Change an object by a merge patch, and return it as it is then.

        Raises:
            RefusedError, UnknownError: see `get`.
        """
        change = f"--patch={json.dumps(patch)}"
        return self.ask(["patch", *self._in(namespace), "--type=merge", change, "--", resource, name], right)

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
        return _parsed(self._run(["get", f"--raw={path}"], right))

    def ask(self, arguments: Sequence[str], right: Right | None = None, given: str | None = None) -> Object:
        """What any command of kubectl tells in JSON.

        Args:
            arguments: the command, without connection and form of output.
            right: what the caller needs for it.
            given: its standard input.

        Raises:
            RefusedError, UnknownError: see `get`.
        """
        return _parsed(self.text([arguments[0], "--output=json", *arguments[1:]], right, given))

    def text(self, arguments: Sequence[str], right: Right | None = None, given: str | None = None) -> str:
        """What any command of kubectl prints, as it is.

        Args:
            arguments: the command, without connection. Its flags come before the names of objects, and `--` between
                them: a name that begins with a dash would be a flag.
            right: what the caller needs for it.
            given: its standard input.

        Raises:
            RefusedError, UnknownError: see `get`.
        """
        return self._run(arguments, right, given)

    def command(self, arguments: Sequence[str]) -> list[str]:
        """The program and the arguments that have any command of kubectl run in this cluster.

        Raises:
            UnknownError: there is no kubectl.
        """
        return [_program(), arguments[0], *self.connection.flags, *arguments[1:]]

    def _in(self, namespace: str) -> list[str]:
        where = namespace or self.connection.namespace
        return [f"--namespace={where}"] if where else []

    def _run(self, arguments: Sequence[str], right: Right | None = None, given: str | None = None) -> str:
        limit = _limit(self.connection.request_timeout, self._patience)
        try:
            finished = subprocess.run(  # noqa: S603 - kubectl, with arguments of our own making
                self.command(arguments),
                input=given or "",  # a login that asks something would wait for ever, and eat what is ours
                capture_output=True,
                text=True,
                encoding="utf-8",
                errors="replace",
                check=False,
                timeout=limit,
            )
        except subprocess.TimeoutExpired:
            raise UnreachableError(f"kubectl did not end within {limit:g} s: {WAITING}") from None
        except OSError as error:
            raise UnknownError(f"kubectl cannot be run ({error.strerror}): install it anew") from None
        if finished.returncode:
            raise refusal_of(finished.stderr, right, self.connection.again("check"))
        return finished.stdout


WAITING = (
    "does its login wait for somebody? Try `kubectl get --raw /version` in a terminal, or a longer --request-timeout"
)


def _limit(request_timeout: str, patience: float) -> float | None:
    """Seconds after which kubectl is ended; None: never, as `--request-timeout=0` asks for."""
    asked = DURATION.fullmatch(request_timeout)
    if asked is None or not int(asked["count"]):
        return None if asked else patience
    return patience + int(asked["count"]) * UNITS[asked["unit"] or "s"]


def _program() -> str:
    program = shutil.which("kubectl")
    if program is None:
        raise UnknownError("kubectl is not on the PATH: install it, or run this where kubectl works")
    return program


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

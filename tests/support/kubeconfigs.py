"""Kubeconfigs in files, and credential plugins that are real programs."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

Document = dict[str, Any]

PLUGIN_VERSION = "client.authentication.k8s.io/v1"


def a_kubeconfig(
    user: Mapping[str, Any] | None = None, name: str = "one", server: str = "https://one.test:6443", **cluster: object
) -> Document:
    """A document with one context of the name, and a cluster and a user that are called the same."""
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": {"server": server, **cluster}}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        "current-context": name,
        "users": [{"name": name, "user": dict(user or {"token": "known-token"})}],
    }


def written(path: Path, document: Mapping[str, Any]) -> Path:
    """The file with the document in it. JSON is YAML too."""
    path.write_text(json.dumps(document))
    return path


class Plugin:
    """A credential plugin: a shell script whose answer may be changed, and which notes that it was run.

    Args:
        folder: where it is.
    """

    def __init__(self, folder: Path) -> None:
        self._answer, self._runs = folder / "answer", folder / "runs"
        self._runs.touch()
        self.path = folder / "plugin.sh"
        self.does(f"cat {self._answer}")

    @property
    def user(self) -> Document:
        """The user of a kubeconfig who is asked for by this."""
        return {"exec": {"apiVersion": PLUGIN_VERSION, "command": str(self.path), "interactiveMode": "Never"}}

    @property
    def runs(self) -> int:
        return len(self._runs.read_text().splitlines())

    def does(self, line: str) -> None:
        """From now on it does this."""
        new = self.path.with_suffix(".new")
        new.write_text(f"#!/bin/sh\necho run >> {self._runs}\n{line}\n")
        new.chmod(0o755)
        new.rename(self.path)

    def gives(self, **status: str) -> None:
        """From now on it answers with this status."""
        answer = {"apiVersion": PLUGIN_VERSION, "kind": "ExecCredential", "status": status}
        self._answer.write_text(json.dumps(answer))
        self.does(f"cat {self._answer}")

    def gives_for(self, seconds: int, token: str) -> None:
        """From now on it answers with a token that ends so long after it was asked."""
        status = f'{{"token": "{token}", "expirationTimestamp": "%s"}}'
        answer = f'{{"apiVersion": "{PLUGIN_VERSION}", "kind": "ExecCredential", "status": {status}}}'
        self.does(f"printf '{answer}' $(date -u -d '{seconds} seconds' +%FT%TZ)")

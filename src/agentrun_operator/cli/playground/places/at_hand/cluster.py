"""kubectl in one context of a kubeconfig and one namespace of its own. Changes nothing in the kubeconfig."""

from __future__ import annotations

import json
import shlex
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from agentrun_operator.cli.errors import CommandError
from agentrun_operator.cli.playground.places.plugin import PLUGIN
from agentrun_operator.controlplane import Kubectl, KubectlError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

TIMEOUT = 90.0  # seconds, for one command
TIMED_OUT = 124  # what `timeout` exits with


@dataclass(frozen=True)
class ClusterAtHand:
    """A cluster that a kubeconfig names, and the namespace in which to play.

    Args:
        kubectl: The program, its kubeconfig, and where it remembers things.
        context: The context in the kubeconfig.
        namespace: Every command works in it.
        entry: The cluster as the kubeconfig has it.
    """

    kubectl: Kubectl
    context: str
    namespace: str
    entry: Mapping[str, Any]

    @property
    def name(self) -> str:
        """What to call it."""
        return f"{self.context} ({self.entry.get('server', 'no server')})"

    @property
    def how_to_reach(self) -> str:
        return f"alias kubectl={shlex.quote(self.command())}"

    def plugin(self, *args: str) -> str:
        """By the program: an alias has its flags before the plugin's name, where kubectl takes none."""
        return shlex.join([str(PLUGIN), *args, *self.flags])

    @property
    def program(self) -> Path:
        return self.kubectl.executable

    @property
    def flags(self) -> Sequence[str]:
        return [*self._kubeconfig, f"--context={self.context}", f"--namespace={self.namespace}"]

    @property
    def operator_flags(self) -> Sequence[str]:
        return [f"--context={self.context}", *self._kubeconfig]

    @property
    def operator_settings(self) -> Mapping[str, str]:
        return {"AGENTRUN_OPERATOR_NAMESPACES": self.namespace}

    def run_kubectl(self, *args: str, input: str | None = None) -> str:  # noqa: A002 - subprocess's own word
        try:
            return self.kubectl.run(
                [f"--namespace={self.namespace}", *args], input=input, user=self.context, timeout=TIMEOUT
            )
        except subprocess.TimeoutExpired:
            raise KubectlError(
                f"kubectl {args[0]}", TIMED_OUT, f"no answer from {self.name} in {TIMEOUT:g} s"
            ) from None

    def command(self, *args: str) -> str:
        """A command of kubectl as a person types it, with the same cluster and namespace."""
        return shlex.join([str(self.program), *self.flags, *args])

    @property
    def _kubeconfig(self) -> Sequence[str]:
        return [f"--kubeconfig={self.kubectl.kubeconfig}"] if self.kubectl.kubeconfig else []


def find_cluster(kubectl: Kubectl, context: str, namespace: str) -> ClusterAtHand:
    """The cluster of a context, as it is now: what becomes the current context later changes nothing.

    Args:
        kubectl: With the kubeconfig to look in.
        context: The context's name; empty for the current one.
        namespace: Where to play.

    Raises:
        CommandError: The kubeconfig has no such context, or cannot be read.
    """
    try:
        found = kubectl.run(["config", "view", "--minify", "--output=json"], input=None, user=context, timeout=TIMEOUT)
        config = json.loads(found)
        return ClusterAtHand(kubectl, config["current-context"], namespace, config["clusters"][0]["cluster"])
    except (KubectlError, ValueError, LookupError, TypeError) as error:
        where = kubectl.kubeconfig or "the kubeconfig"
        told = error.stderr.strip() if isinstance(error, KubectlError) else "it is not whole"
        raise CommandError(
            f"{where} names no cluster for {f'context {context}' if context else 'its current context'}: {told}. "
            "`kubectl config get-contexts` lists what there is"
        ) from None

"""Runs kubectl against one cluster, untouched by what else this machine's user talks to."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agentrun_operator.controlplane.errors import KubectlError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


@dataclass(frozen=True)
class Kubectl:
    """kubectl with its settings.

    Args:
        executable: the program.
        kubeconfig: whom to talk to, and as whom; None for what kubectl takes by itself.
        cache: where it remembers which resources there are; a folder of the cluster's own, since the next cluster may
            have the same address.
    """

    executable: Path
    kubeconfig: Path | None
    cache: Path

    def run(self, args: Sequence[str], *, input: str | None, user: str, timeout: float) -> str:  # noqa: A002 - subprocess's own word
        """Run a command and return what it printed.

        Args:
            args: the command and its arguments.
            input: its standard input.
            user: the kubeconfig's context to use; empty for the current one.
            timeout: how long it may take, in seconds.

        Raises:
            KubectlError: it failed.
            subprocess.TimeoutExpired: it took too long.
        """
        context = [f"--context={user}"] if user else []
        finished = subprocess.run(  # noqa: S603 - the kubectl that the control plane came with
            [self.executable, f"--cache-dir={self.cache}", *context, *args],
            input=input or "",
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
            env={**os.environ, **self._told, "KUBERC": "off"},
        )
        if finished.returncode:
            raise KubectlError(_shown(args), finished.returncode, finished.stderr)
        return finished.stdout

    @property
    def _told(self) -> Mapping[str, str]:
        return {"KUBECONFIG": str(self.kubeconfig)} if self.kubeconfig else {}


def _shown(args: Sequence[str]) -> str:
    """A command for an error, without its flags: they may carry a token, or what goes into a Secret."""
    return " ".join(["kubectl", *(arg for arg in args if not arg.startswith("-"))])

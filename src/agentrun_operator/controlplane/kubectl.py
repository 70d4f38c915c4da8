"""Runs kubectl against one cluster, untouched by what else this machine's user talks to."""

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from agentrun_operator.controlplane.errors import KubectlError


@dataclass(frozen=True)
class Kubectl:
    """kubectl with its settings.

    Args:
        executable: The program.
        kubeconfig: Whom to talk to, and as whom.
        cache: Where it remembers which resources there are; a folder of the cluster's own, since the next cluster may
            have the same address.
    """

    executable: Path
    kubeconfig: Path
    cache: Path

    def run(self, args: Sequence[str], *, input: str | None, user: str, timeout: float) -> str:  # noqa: A002 - subprocess's own word
        """Run a command and return what it printed.

        Args:
            args: The command and its arguments.
            input: Its standard input.
            user: The kubeconfig's context to use; empty for the current one.
            timeout: How long it may take, in seconds.

        Raises:
            KubectlError: It failed.
            subprocess.TimeoutExpired: It took too long.
        """
        context = [f"--context={user}"] if user else []
        finished = subprocess.run(  # noqa: S603 - the kubectl that the control plane came with
            [self.executable, f"--cache-dir={self.cache}", *context, *args],
            input=input or "",
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
            env={**os.environ, "KUBECONFIG": str(self.kubeconfig), "KUBERC": "off"},
        )
        if finished.returncode:
            raise KubectlError(_shown(args), finished.returncode, finished.stderr)
        return finished.stdout


def _shown(args: Sequence[str]) -> str:
    """A command for an error, without its flags: they may carry a token, or what goes into a Secret."""
    return " ".join(["kubectl", *(arg for arg in args if not arg.startswith("-"))])

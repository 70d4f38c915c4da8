"""An image that was built and whose root is mounted: starts commands in it as a restricted Pod would."""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

ENTER = Path(__file__).parents[1] / "image" / "enter.sh"


@dataclass(frozen=True)
class Image:
    """An image whose root is mounted.

    Args:
        root: Where.
        config: What a container of it is started with, in OCI's words.
        docker: The same in Docker's words, which know of health checks.
    """

    root: Path
    config: Mapping[str, Any]
    docker: Mapping[str, Any]

    @property
    def user(self) -> str:
        return str(self.config["User"]).split(":")[0]

    def start(
        self,
        *command: str,
        environment: Mapping[str, str] | None = None,
        service_account: Path | None = None,
        log: IO[bytes] | None = None,
    ) -> subprocess.Popen[bytes]:
        """Start a command as a Pod would: the image's user and environment, and a root that cannot be written."""
        variables = [*self.config["Env"], *(f"{name}={value}" for name, value in (environment or {}).items())]
        inside = [str(self.root), str(service_account or ""), self.user, "/usr/bin/env", "-i", *variables, *command]
        entering = ["unshare", "--mount", "--propagation=private", str(ENTER), *inside]
        out = log or subprocess.PIPE
        return subprocess.Popen(entering, stdout=out, stderr=out)  # noqa: S603 - ours

    def run(self, *command: str) -> tuple[int, str, str]:
        """Run a command to its end; the exit code, what it printed, and what it complained about."""
        process = self.start(*command)
        printed, complained = process.communicate(timeout=60)
        return process.returncode, printed.decode(), complained.decode()

    def operator(self, *arguments: str) -> tuple[int, str, str]:
        """Run the image with other arguments than its own."""
        return self.run(*self.config["Entrypoint"], *arguments)

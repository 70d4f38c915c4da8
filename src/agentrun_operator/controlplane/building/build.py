"""Builds the programs of a Go module with the `go` command, and tells how far it is."""

from __future__ import annotations

import subprocess
import tempfile
from collections import deque
from typing import TYPE_CHECKING

from agentrun_operator.controlplane.errors import BuildError
from agentrun_operator.controlplane.running.processes import ProcessGroup

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from agentrun_operator.controlplane.building.golang import Go
    from agentrun_operator.controlplane.building.module import GoModule
    from agentrun_operator.controlplane.progress import Progress

# The packages that `go build` will compile, and name one by one as it does: neither up to date nor cached.
CACHED = "not installed but available in build cache"
TO_COMPILE = f"{{{{if and .Stale (ne .StaleReason `{CACHED}`)}}}}{{{{.ImportPath}}}}{{{{end}}}}"

ERROR_TAIL = 20  # lines of what Go said that an error shows


def build(module: GoModule, go: Go, folder: Path, progress: Progress) -> None:
    """Build every program of a module into a folder.

    One after the other, since linking takes the most memory: 2.7 GiB for each of the two largest.

    Args:
        module: what to build.
        go: what to build it with.
        folder: where the programs go.
        progress: told about each stage and each package.

    Raises:
        BuildError: go failed; the message ends with what it said.
    """
    with ProcessGroup() as group:
        progress.stage("Fetching Go modules")
        find = ["list", "-deps", f"-f={TO_COMPILE}", *module.flags, *module.programs.values()]
        packages = frozenset(_run(find, module, go, group, progress.advance).split())

        progress.stage(f"Building {module.versioned} {module.version}", total=len(packages) + len(module.programs))
        for name, package in module.programs.items():
            command = ["build", "-v", *module.flags, "-o", str(folder / name), package]
            _run(command, module, go, group, lambda line: progress.advance(line) if line in packages else None)
            progress.advance(name)


def _run(args: Sequence[str], module: GoModule, go: Go, group: ProcessGroup, tell: Callable[[str], object]) -> str:
    """Run Go in the module's folder, tell each line of its standard error, and return its standard output."""
    said: deque[str] = deque(maxlen=ERROR_TAIL)
    with tempfile.TemporaryFile("w+") as output:
        process = group.start(
            [go.executable, *args], stdout=output, stderr=subprocess.PIPE, env=go.environ, cwd=module.folder
        )
        for line in process.stderr or ():
            said.append(line.rstrip())
            tell(said[-1])
        if exit_code := process.wait():
            raise BuildError(_failure(go, args, exit_code, said))
        output.seek(0)
        return output.read()


def _failure(go: Go, args: Sequence[str], exit_code: int, said: deque[str]) -> str:
    first = f"{go.executable} {args[0]} ended with exit code {exit_code}. The end of what it said:"
    return "\n".join([first, *said])

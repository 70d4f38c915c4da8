"""Builds the programs of a Go module with the `go` command, and tells how far it is."""

from __future__ import annotations

import subprocess
import tempfile
from collections import deque
from typing import TYPE_CHECKING

from agentrun_operator.controlplane.building.work import LINK, TO_COMPILE, work_of
from agentrun_operator.controlplane.errors import BuildError
from agentrun_operator.controlplane.running.processes import ProcessGroup

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from agentrun_operator.controlplane.building.golang import Go
    from agentrun_operator.controlplane.building.module import GoModule
    from agentrun_operator.controlplane.progress import Progress

ERROR_TAIL = 20  # lines of what Go said that an error shows


def build(module: GoModule, go: Go, folder: Path, progress: Progress, programs: Sequence[str]) -> None:
    """Build programs of a module into a folder.

    One after the other, since linking takes the most memory: 2.7 GiB for each of the two largest.

    Args:
        module: what to build.
        go: what to build it with.
        folder: where the programs go.
        progress: told about each stage and each package.
        programs: the names of those to build, in this order.

    Raises:
        BuildError: go failed; the message ends with what it said.
    """
    if not programs:
        return
    with ProcessGroup() as group:
        progress.stage("Fetching Go modules")
        find = ["list", "-deps", f"-f={TO_COMPILE}", *module.build_flags, *(module.programs[name] for name in programs)]
        work = work_of(_run(find, module, go, group, progress.advance))

        total = sum(work.values()) + LINK * len(programs)
        progress.stage(f"Building {', '.join(programs)} {module.version}", len(work) + len(programs), total)
        for name in programs:
            command = ["build", "-v", *module.build_flags, "-o", str(folder / name), module.programs[name]]
            _run(command, module, go, group, lambda line: progress.advance(line, work[line]) if line in work else None)
            progress.advance(name, LINK)


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

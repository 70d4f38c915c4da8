"""Child processes that end with this one, also when it is killed. Knows nothing of Kubernetes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Self

from agentrun_operator.controlplane.running import warden

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from types import TracebackType


class ProcessGroup:
    """Child processes that end when the group is closed, and when this process ends, however it ends.

    They share a process group that is led by a warden (see `warden`), so a Ctrl-C at the terminal reaches this process
    alone, which ends them in its own order. Works on Linux and macOS. A process that forks without exec (as
    `multiprocessing` may) holds a copy of the warden's pipe: the group then ends with the last of the copies.

    Args:
        remove: a folder to remove when this process ends without closing the group; a closed group leaves it alone.
    """

    def __init__(self, remove: Path | None = None) -> None:
        folders = [str(remove)] if remove else []
        self._warden = subprocess.Popen(  # noqa: S603 - this interpreter and a file of this package
            [sys.executable, "-I", "-S", warden.__file__, *folders],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
            process_group=0,
        )
        self._members: list[subprocess.Popen[str]] = []

    def start(
        self,
        command: Sequence[str | Path],
        *,
        stdout: int | IO[str] = subprocess.DEVNULL,
        stderr: int | IO[str] = subprocess.DEVNULL,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> subprocess.Popen[str]:
        """Start a program with no standard input; what it prints is dropped unless the caller takes it."""
        process = subprocess.Popen(  # noqa: S603 - the callers name the programs
            command,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            env=env,
            cwd=cwd,
            text=True,
            process_group=self._warden.pid,
        )
        self._members.append(process)
        return process

    def close(self) -> None:
        """Kill what is still running and wait for its end. A second call does nothing."""
        if self._warden.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(self._warden.pid, signal.SIGKILL)
        for process in (*self._members, self._warden):
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout, process.stderr):
                if stream:
                    stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

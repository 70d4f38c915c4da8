"""The page as people have it: the command in a process of its own, and the address that it prints."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path


class Dashboard:
    """A `kubectl agentrun dashboard` that runs.

    Args:
        process: it.
        url: the address that it printed.
    """

    def __init__(self, process: "subprocess.Popen[str]", url: str) -> None:
        self.process = process
        self.url = url

    def interrupt(self) -> int:
        """Ctrl-C: the whole group of processes hears it. The exit code."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(30)

    def resident(self) -> int:
        """Bytes of memory that the process holds."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")


@contextmanager
def running_dashboard(environment: Mapping[str, str], arguments: Sequence[str] = ("-A",)) -> Iterator[Dashboard]:
    """Start it, and end it when the block ends.

    Args:
        environment: all of it.
        arguments: of the command.
    """
    command = [sys.executable, "-m", "agentrun_operator.plugin", "dashboard", *arguments]
    with subprocess.Popen(  # noqa: S603 - the command under test
        command, env=dict(environment), stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        try:
            assert process.stdout is not None
            yield Dashboard(process, process.stdout.readline().strip())
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)

"""One program while it runs: started, watched until it is ready, signalled, ended. Knows nothing of Kubernetes."""

from __future__ import annotations

import signal
import subprocess
import time
from typing import TYPE_CHECKING

from agentrun_operator.controlplane.errors import AddressInUseError, ComponentError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from agentrun_operator.controlplane.running.processes import ProcessGroup

POLL_INTERVAL = 0.05  # seconds
LOG_TAIL = 20  # lines of a log that an error shows
ADDRESS_IN_USE = "address already in use"


class Component:
    """A program that can be started again after its end, with the same arguments.

    Args:
        name: what people call it.
        command: the program and its arguments.
        group: what it must not outlive.
        log: where its output goes; every start adds to it.
        is_ready: whether it serves now.
        start_timeout: how long it may take until it is ready, in seconds.
        environ: its environment; by default that of this process.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        group: ProcessGroup,
        log: Path,
        is_ready: Callable[[], bool],
        start_timeout: float,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self.name = name
        self.log = log
        self._command = command
        self._group = group
        self._is_ready = is_ready
        self._start_timeout = start_timeout
        self._environ = environ
        self._process: subprocess.Popen[str] | None = None
        self._log_start = 0

    @property
    def pid(self) -> int:
        """The process id.

        Raises:
            ComponentError: it is not running.
        """
        return self._running().pid

    def start(self) -> None:
        """Start it and wait until it is ready.

        Raises:
            AddressInUseError: its port is taken.
            ComponentError: it is running already, it ended, or it was not ready in time.
        """
        if self._process and self._process.poll() is None:
            raise ComponentError(f"{self.name} is running already (process {self._process.pid})")
        with self.log.open("a") as log:
            self._log_start = log.tell()
            self._process = self._group.start(self._command, stdout=log, stderr=log, env=self._environ)
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Wait until it serves, as after `resume`.

        Raises:
            AddressInUseError: its port is taken.
            ComponentError: it ended, or was not ready in time.
        """
        deadline = time.monotonic() + self._start_timeout
        while not self._is_ready():
            self.check()
            if time.monotonic() >= deadline:
                raise ComponentError(f"{self.name} was not ready in {self._start_timeout:g} s. {self._end_of_log()}")
            time.sleep(POLL_INTERVAL)

    def check(self) -> None:
        """Nothing, as long as it has not ended.

        Raises:
            AddressInUseError: it ended because its port is taken.
            ComponentError: it ended.
        """
        exit_code = self._process.poll() if self._process else None
        if exit_code is None:
            return
        message = f"{self.name} ended with exit code {exit_code}. {self._end_of_log()}"
        raise AddressInUseError(message) if ADDRESS_IN_USE in message.lower() else ComponentError(message)

    def stop(self, timeout: float = 5.0) -> None:
        """Ask it to end (SIGTERM), and kill it after the timeout.

        Args:
            timeout: how long it may take, in seconds; open watches would keep kube-apiserver for a minute.
        """
        process = self._running()
        process.terminate()
        try:
            process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """Kill it (SIGKILL), and wait for its end."""
        process = self._running()
        process.kill()
        process.wait()

    def pause(self) -> None:
        """Freeze it (SIGSTOP): connections stay open and nothing is answered."""
        self._running().send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on after `pause` (SIGCONT)."""
        self._running().send_signal(signal.SIGCONT)

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None or self._process.poll() is not None:
            raise ComponentError(f"{self.name} is not running")
        return self._process

    def _end_of_log(self) -> str:
        with self.log.open(errors="replace") as log:
            log.seek(self._log_start)
            lines = log.read().splitlines()
        return "\n".join([f"The end of {self.log}:", *lines[-LOG_TAIL:]])

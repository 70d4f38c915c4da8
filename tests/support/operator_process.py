"""Processes of the operator: where they may be, forked from one that has loaded its modules, which takes longer than
many a test. Imported by what is forked too, so light.
"""

import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

UNREAD = ("AGENTRUN_", "PYTEST_")
"""How variables begin that nobody reads before the operator runs: ours, and where pytest tells which test is on."""

_fork = multiprocessing.get_context("forkserver")
_fork.set_forkserver_preload(["agentrun_operator.cli.main", "agentrun_operator.controller.operator", "uvloop"])


class OperatorProcess(Protocol):
    """What a test does with one, as `subprocess.Popen` has it."""

    @property
    def pid(self) -> int: ...

    def poll(self) -> int | None: ...

    def wait(self, timeout: float) -> int: ...

    def send_signal(self, number: int) -> None: ...

    def kill(self) -> None: ...


def start(
    flags: Sequence[str], environment: Mapping[str, str], log: Path, errors: Path | None = None
) -> OperatorProcess:
    """Run the operator.

    It is forked where its environment differs from ours in what begins with one of `UNREAD` alone: others may be read
    while modules are loaded.

    Args:
        flags: Of `agentrun-operator run`.
        environment: All of its environment.
        log: Where its output goes.
        errors: Where its standard error goes; the log if None.
    """
    arguments = ["run", *flags]
    errors = errors or log
    log.write_bytes(b"")
    errors.write_bytes(b"")
    if _others(environment) == _others(os.environ):
        return Forked(arguments, environment, log, errors)
    command = [sys.executable, "-m", "agentrun_operator.cli", *arguments]
    with log.open("ab") as output, errors.open("ab") as told:
        return subprocess.Popen(command, env=environment, stdout=output, stderr=told)  # noqa: S603 - ours


class Forked:
    """One that was forked."""

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str], log: Path, errors: Path) -> None:
        self._process = _fork.Process(target=_run, args=(tuple(arguments), dict(environment), log, errors))
        self._process.start()

    @property
    def pid(self) -> int:
        return self._process.pid or 0

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float) -> int:
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("the operator", timeout)
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def _run(arguments: Sequence[str], environment: Mapping[str, str], log: Path, errors: Path) -> None:
    """What the forked process does."""
    os.environ.clear()
    os.environ.update(environment)
    for path, stream in ((log, sys.stdout), (errors, sys.stderr)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_APPEND), stream.fileno())
    sys.argv[1:] = arguments
    from agentrun_operator.cli.main import main  # noqa: PLC0415 - tests that import this module do without

    main()


def _others(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if not name.startswith(UNREAD)}

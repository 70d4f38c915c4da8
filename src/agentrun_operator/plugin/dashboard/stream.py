"""A kubectl that goes on telling, line by line, until it ends or is ended."""

from __future__ import annotations

import subprocess
from tempfile import TemporaryFile
from threading import Timer
from typing import TYPE_CHECKING, Final

from agentrun_operator.plugin.cluster.kubectl.refusals import UnreachableError, refusal_of
from agentrun_operator.plugin.exits import UnknownError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from agentrun_operator.plugin.cluster.kubectl.rights import Right

LONGEST: Final = 16 * 2**20
"""Bytes of a line: an object has a tenth of that at most."""

COMPLAINT: Final = 10_000
"""Bytes of what kubectl complains of that are read."""


class Stream:
    """The lines of a command.

    Args:
        command: the program and its arguments.
        right: what it needs in the cluster.
        within: seconds after which it is ended, if it does not end by itself.

    Raises:
        UnknownError: it cannot be run.
    """

    def __init__(self, command: Sequence[str], right: Right, within: float) -> None:
        self._right = right
        self._complaints = TemporaryFile()  # noqa: SIM115 - closed by `end`
        try:
            self._process = subprocess.Popen(  # noqa: S603 - kubectl, with arguments of our own making
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self._complaints
            )
        except OSError as error:
            self._complaints.close()
            raise UnknownError(f"kubectl cannot be run ({error.strerror}): install it anew") from None
        self._watchdog = Timer(within, self._process.kill)
        self._watchdog.daemon = True
        self._watchdog.start()

    def lines(self) -> Iterator[bytes]:
        """Each line as it comes.

        Raises:
            RefusedError, UnknownError: see `Kubectl.get`; the command ended for a reason of its own.
        """
        if self._process.stdout is None:  # pragma: no cover - it is a pipe
            return
        while line := self._process.stdout.readline(LONGEST):
            if not line.endswith(b"\n"):
                raise UnreachableError("the cluster's answer was cut")
            yield line
        if self._process.wait():
            self._complaints.seek(0)
            raise refusal_of(self._complaints.read(COMPLAINT).decode(errors="replace"), self._right)

    def stop(self) -> None:
        """End the command, from any thread; whoever reads its lines sees the end."""
        self._process.kill()

    def end(self) -> None:
        """End the command, and let go of all that it held."""
        self._watchdog.cancel()
        with self._process:
            self._process.kill()
        self._complaints.close()

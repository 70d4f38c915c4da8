"""Runs a program that may hang, print without end, or leave others behind: it is over in time, with all that it began.

Knows nothing of what the program is for.
"""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

OUTPUT_LIMIT = 1024 * 1024
"""Bytes of either output that are taken."""

LINGER = 0.5
"""Seconds for which outputs are read on after the program ended: another that it left may hold them open for ever."""

STDOUT, STDERR = 1, 2


@dataclass
class ProcessError(Exception):
    """A program that did not end by itself; reads on after its name.

    Args:
        what: what happened.
        missing: whether there is no such program.
    """

    what: str
    missing: bool = False

    def __str__(self) -> str:
        return self.what


@dataclass(frozen=True, slots=True)
class Ended:
    """A program that ended.

    Args:
        code: its exit code; negative: the signal that ended it.
        printed: its standard output.
        said: its standard error.
    """

    code: int
    printed: bytes = field(repr=False)
    said: bytes = field(repr=False)


class _Outputs(asyncio.SubprocessProtocol):
    """Takes what a program prints, and tells when it is over."""

    def __init__(self) -> None:
        self.taken = {STDOUT: bytearray(), STDERR: bytearray()}
        self.exited = asyncio.Event()
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        self.taken[fd] += data
        if len(self.taken[fd]) > OUTPUT_LIMIT and not self.over.done():
            self.over.set_exception(ProcessError(f"printed more than {OUTPUT_LIMIT} bytes"))

    def process_exited(self) -> None:
        self.exited.set()
        asyncio.get_running_loop().call_later(LINGER, self._end)

    def connection_lost(self, _: Exception | None) -> None:
        self._end()

    def _end(self) -> None:
        if not self.over.done():
            self.over.set_result(None)


async def run_process(command: Sequence[str], environment: Mapping[str, str], within: float) -> Ended:
    """Run a program that is asked nothing.

    Args:
        command: the program and its arguments.
        environment: all of its variables.
        within: seconds that it gets.

    Raises:
        ProcessError: it cannot be run, did not end in time, or printed too much.
    """
    try:
        transport, outputs = await asyncio.get_running_loop().subprocess_exec(
            _Outputs, *command, env=environment, stdin=asyncio.subprocess.DEVNULL, start_new_session=True
        )
    except (OSError, ValueError) as error:
        said = (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
        raise ProcessError(f"cannot be run ({said})", isinstance(error, FileNotFoundError)) from None
    try:
        async with asyncio.timeout(within):
            await outputs.over
        return Ended(transport.get_returncode() or 0, bytes(outputs.taken[STDOUT]), bytes(outputs.taken[STDERR]))
    except TimeoutError:
        raise ProcessError(f"did not end within {within:g} s") from None
    finally:
        if not outputs.exited.is_set():
            await _end(transport.get_pid(), outputs.exited)
        transport.close()


async def _end(group: int, ended: asyncio.Event) -> None:
    """End a program and what it began. What is left by one that is over may stay."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)
    with suppress(TimeoutError):
        async with asyncio.timeout(LINGER):
            await ended.wait()

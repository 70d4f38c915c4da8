"""Ends its process group when the process that started it has gone, however it went.

A program of its own, run by `ProcessGroup` with the reading end of a pipe as its standard input. Nobody ever writes
to that pipe: the read returns when the other end is closed, and the kernel closes it for a process that was killed.
Runs without site-packages, and imports only what makes it start in milliseconds.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time

REMOVAL_ATTEMPTS = 50  # a dying process may still write a file while its folder is being emptied
REMOVAL_PAUSE = 0.1  # seconds


def main(folders: list[str]) -> None:
    """Wait for the end of standard input, then kill the own process group and remove the folders."""
    sys.stdin.buffer.read()
    group = os.getpgrp()
    if os.fork():
        signal.pause()  # until killed with the group: while it has a member, its id names nothing else
    os.setsid()
    os.killpg(group, signal.SIGKILL)
    for folder in folders:
        _remove(folder)


def _remove(folder: str) -> None:
    for _ in range(REMOVAL_ATTEMPTS):
        shutil.rmtree(folder, ignore_errors=True)
        if not os.path.exists(folder):  # noqa: PTH110 - pathlib would double the start-up time
            return
        time.sleep(REMOVAL_PAUSE)


if __name__ == "__main__":
    main(sys.argv[1:])

"""What a process uses, as the kernel tells it in /proc: Linux only. Knows nothing of what is measured."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
USER, SYSTEM = 11, 12
"""Places of the CPU times in /proc/PID/stat, counted after the program's name."""

SAMPLE = 0.1
WINDOW = 0.5
BUSY = 0.1
"""A process is busy while it uses this share of a core over a window (in seconds)."""


def cpu_seconds(pid: int) -> float:
    """CPU time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[USER]) + int(fields[SYSTEM])) / TICKS


def memory(pid: int) -> tuple[float, float]:
    """Resident memory of a process in MiB: now, and at most so far."""
    lines = (line.partition(":") for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    told = {name: value.split()[0] for name, _, value in lines if name in ("VmRSS", "VmHWM")}
    return int(told["VmRSS"]) / 1024, int(told["VmHWM"]) / 1024


async def quiet(pid: int, lasting: float, within: float) -> float | None:
    """Wait until a process is busy no more.

    Args:
        pid: the process.
        lasting: seconds that it has to stay so.
        within: seconds after which to give up.

    Returns:
        the moment at which it became so (`time.monotonic`), or None if it did not.
    """
    deadline = time.monotonic() + within
    steps = round(WINDOW / SAMPLE)
    used = [cpu_seconds(pid)] * (steps + 1)
    busy_until = time.monotonic()
    while (now := time.monotonic()) < deadline:
        used = [*used[1:], cpu_seconds(pid)]
        if used[-1] - used[0] > BUSY * WINDOW:
            busy_until = now
        if now - busy_until >= lasting:
            return busy_until
        await asyncio.sleep(SAMPLE)
    return None

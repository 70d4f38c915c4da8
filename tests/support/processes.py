"""Processes that a test did not start itself."""

from __future__ import annotations

import subprocess


def is_running(pid: int) -> bool:
    """A zombie that nobody has waited for yet is not running."""
    command = ["ps", "-o", "stat=", "-p", str(pid)]
    state = subprocess.run(command, capture_output=True, text=True, check=False).stdout  # noqa: S603 - ps, by its name
    return bool(state.strip()) and not state.startswith("Z")

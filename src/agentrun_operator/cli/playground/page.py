"""The page of `kubectl agentrun dashboard` for the playground's cluster, as a program of its own."""

from __future__ import annotations

import os
import re
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from agentrun_operator.controlplane import Component, ProcessGroup

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from agentrun_operator.cli.playground.places.cluster import Cluster

START_TIMEOUT = 30.0  # seconds


@contextmanager
def running_page(cluster: Cluster, logs: Path) -> Iterator[str]:
    """Serve the page until the block ends, and yield its address.

    Args:
        cluster: What it shows.
        logs: The folder for the log.

    Raises:
        ComponentError: It did not start; the message shows the end of its log.
    """
    log = logs / "page.log"
    with ProcessGroup() as group:
        component = Component(
            "page",
            [sys.executable, "-m", "agentrun_operator.plugin", "dashboard", "--quiet", *cluster.flags],
            environ={**os.environ, "PATH": f"{cluster.program.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"},
            group=group,
            log=log,
            is_ready=lambda: bool(_address(log)),
            start_timeout=START_TIMEOUT,
        )
        component.start()
        yield _address(log)


def _address(log: Path) -> str:
    found = re.search(r"^http://\S+/$", log.read_text(), re.MULTILINE)
    return found[0] if found else ""

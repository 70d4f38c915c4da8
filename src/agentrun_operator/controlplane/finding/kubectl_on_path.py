"""Finds a kubectl on PATH that goes with an API server: Kubernetes promises it for one minor version up and down."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from threading import Timer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agentrun_operator.controlplane.building.golang import Version

TIME_LIMIT = 10.0  # seconds, for a program that only has to tell its version
SIZE_LIMIT = 64 * 1024  # bytes of what it tells
SKEW = 1  # minor versions


def kubectl_on_path(environ: Mapping[str, str]) -> Path | None:
    """The kubectl that PATH leads to, whatever its version; None if there is none."""
    found = shutil.which("kubectl", path=environ.get("PATH", ""))
    return Path(found).absolute() if found else None


def fitting_kubectl(environ: Mapping[str, str], server: Version, time_limit: float = TIME_LIMIT) -> Path | None:
    """The kubectl on PATH if it goes with an API server; None if there is none, it is too old or too new, or is odd.

    Args:
        environ: the environment to find it and to run it with.
        server: the API server's version.
        time_limit: how long it may take to tell its version, in seconds.
    """
    found = kubectl_on_path(environ)
    version = told_version(_asked(found, environ, time_limit)) if found else None
    return found if version and fits(version, server) else None


def fits(client: Version, server: Version) -> bool:
    """Whether a client of one version goes with a server of another one."""
    return client[0] == server[0] and abs(client[1] - server[1]) <= SKEW


def told_version(text: str) -> Version | None:
    """Major and minor version in what `kubectl version --client --output=json` prints; None if it says nothing sure."""
    try:
        told = json.loads(text)["clientVersion"]["gitVersion"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    match = re.match(r"v(\d{1,4})\.(\d{1,4})\.", told) if isinstance(told, str) else None
    return (int(match[1]), int(match[2])) if match else None


def _asked(kubectl: Path, environ: Mapping[str, str], time_limit: float) -> str:
    """What it prints, if that is not more than it should be; empty if it does not run or does not end."""
    try:
        process = subprocess.Popen(  # noqa: S603 - the kubectl that this user would run
            [kubectl, "version", "--client", "--output=json"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**environ, "KUBERC": "off"},
            start_new_session=True,  # what it may have started ends with it
        )
    except OSError:
        return ""
    timer = Timer(time_limit, _kill, [process.pid])
    timer.start()
    with process:
        told = process.stdout.read(SIZE_LIMIT) if process.stdout else b""
        timer.cancel()
        _kill(process.pid)
    return told.decode(errors="replace")


def _kill(group: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)

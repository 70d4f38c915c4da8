"""Ports for servers on the loopback interface."""

from __future__ import annotations

import logging
import secrets
import socket
from typing import TYPE_CHECKING, TypeVar

from agentrun_operator.controlplane.errors import AddressInUseError

if TYPE_CHECKING:
    from collections.abc import Callable

logger = logging.getLogger(__name__)

LOOPBACK = "127.0.0.1"

# Below the ports that Linux (32768 on) and macOS (49152 on) give to outgoing connections: a client that keeps trying
# to reach a server that is down would sooner or later be given the server's own port, and keep it.
FIRST, LAST = 20_000, 32_000
SEARCH_ATTEMPTS = 100
START_ATTEMPTS = 5  # of a server whose port somebody else took in the moment before it

T = TypeVar("T")


def free_port() -> int:
    """A port that nobody listens on now. Another process may take it before it is used: see `with_free_ports`.

    Raises:
        OSError: no free port was found.
    """
    for _ in range(SEARCH_ATTEMPTS):
        port = FIRST + secrets.randbelow(LAST - FIRST)
        if _is_free(port):
            return port
    raise OSError(f"no free port on {LOOPBACK} between {FIRST} and {LAST} in {SEARCH_ATTEMPTS} attempts")


def with_free_ports(start: Callable[[], T]) -> T:
    """Start a server, again with other ports while somebody else takes its port first.

    Args:
        start: asks for free ports and starts the server on them.

    Raises:
        AddressInUseError: it happened every time.
    """
    for _ in range(START_ATTEMPTS - 1):
        try:
            return start()
        except AddressInUseError:
            logger.info("somebody else took a port just now; trying another one")
    return start()


def _is_free(port: int) -> bool:
    with socket.socket() as candidate:
        candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the servers do
        try:
            candidate.bind((LOOPBACK, port))
        except OSError:
            return False
        return True

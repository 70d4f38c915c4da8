"""Holds the sync client to its deadline: each wait for the network gets at most what is left of it.

A timeout of the HTTP library begins anew with each byte that comes; who sends one now and then is waited for without
end. The async client needs none of this: its attempts are cancelled.
"""

from __future__ import annotations

import math
import threading
import time
from typing import TYPE_CHECKING, Any

import httpcore
import httpx

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterable


class Deadline(threading.local):
    """When the attempt that this thread makes has to be over, in seconds of the monotonic clock."""

    until = math.inf

    @property
    def over(self) -> bool:
        """Whether it is."""
        return time.monotonic() >= self.until

    def cut(self, timeout: float | None) -> float:
        """A timeout that ends with the deadline at the latest.

        Raises:
            httpcore.ReadTimeout: it is over.
        """
        left = self.until - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return left if timeout is None else min(left, timeout)


class _Stream(httpcore.NetworkStream):
    """A connection whose every wait is cut."""

    def __init__(self, stream: httpcore.NetworkStream, cut: Callable[[float | None], float]) -> None:
        self._stream = stream
        self._cut = cut

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._cut(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._cut(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, self._cut(timeout)), self._cut)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - the library's own signature
        return self._stream.get_extra_info(info)


class _Backend(httpcore.SyncBackend):
    """Makes such connections."""

    def __init__(self, cut: Callable[[float | None], float]) -> None:
        self._cut = cut

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        made = super().connect_tcp(host, port, self._cut(timeout), local_address, socket_options)
        return _Stream(made, self._cut)


def hold(wire: httpx.BaseTransport, deadline: Deadline) -> None:
    """Have every connection that is made from now on keep the deadline."""
    if isinstance(wire, httpx.HTTPTransport):
        wire._pool._network_backend = _Backend(deadline.cut)  # noqa: SLF001 - the library has no way in

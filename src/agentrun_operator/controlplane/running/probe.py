"""Asks a server on this machine whether it answers."""

from __future__ import annotations

import ssl
import urllib.request
from http import HTTPStatus
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TIMEOUT = 2.0  # seconds, for one question


def answers(url: str, certificate: Path | None = None, token: str = "") -> Callable[[], bool]:
    """A question that can be asked again and again: does this URL answer 200 now?

    Args:
        url: what to ask for.
        certificate: what the server must prove to be; may appear later, and the answer is no until then.
        token: the bearer token to show.
    """
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"} if token else {})  # noqa: S310 - our own URL

    def ask() -> bool:
        try:
            with _opener(certificate).open(request, timeout=TIMEOUT) as response:
                return bool(response.status == HTTPStatus.OK)
        except OSError:  # refused, timed out, not 200, no certificate yet
            return False

    return ask


def _opener(certificate: Path | None) -> urllib.request.OpenerDirector:
    """An opener that goes straight to the server, whatever proxy this environment names."""
    context = ssl.create_default_context(cafile=certificate) if certificate else None
    return urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))

"""The door of the control routes: they have no signatures, so nobody else's machine may ask. Knows no route."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING

from agentrun_operator.emulator.answers import ApiError

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send


class LoopbackOnly:
    """Answers clients on this machine, and refuses all others."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _is_loopback((scope.get("client") or ("", 0))[0]):
            raise ApiError(403, "Forbidden", "the emulator's control routes answer this machine only")
        await self._app(scope, receive, send)


def _is_loopback(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback

"""kopf's part: what it watches, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import kopf

from agentrun_operator.controller.informer.watch.kopf_quirks import ChunkSize, EndlessBackoffs
from agentrun_operator.resources.names import GROUP, PLURAL, VERSION

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


def registry(login: Callable[..., Awaitable[kopf.AiohttpSession]]) -> kopf.OperatorRegistry:
    """The handlers, in a registry of their own: nothing is registered by importing a module."""
    handlers = kopf.OperatorRegistry()
    kopf.on.login(registry=handlers)(login)
    kopf.on.event(GROUP, VERSION, PLURAL, registry=handlers)(_watched)
    return handlers


async def _watched(**_: object) -> None:
    """Kopf watches what has a handler. This one has nothing left to do: see `kopf_quirks.taken`."""


def settings(fitting: Callable[[], int], selector: str = "") -> kopf.OperatorSettings:
    """Kopf's settings for a watch that only feeds a queue; each was measured.

    Args:
        fitting: how many objects a page may have.
        selector: which objects, by their labels; empty: all. Lists and watches both have the server go by it.
    """
    chosen = kopf.OperatorSettings()
    chosen.peering.standalone = True
    chosen.posting.enabled = False
    chosen.scanning.disabled = True
    chosen.watching.chunk_size = cast("int", ChunkSize(fitting))
    if selector:
        chosen.watching.label_selectors[GROUP, VERSION, PLURAL] = selector
    chosen.watching.server_timeout = 240
    chosen.watching.client_timeout = 300
    chosen.networking.request_timeout = 30
    chosen.networking.error_backoffs = EndlessBackoffs()
    chosen.process.ultimate_exiting_timeout = None
    return chosen

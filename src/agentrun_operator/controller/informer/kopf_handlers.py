"""kopf's part: the watch. An event says *look*, never *what*: it goes into the store, and its key into the queue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import kopf

from agentrun_operator.controller.informer.kopf_quirks import ChunkSize, EndlessBackoffs, NoDiffBase, NoProgress
from agentrun_operator.resources.names import GROUP, PLURAL, VERSION

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from agentrun_operator.controller.informer.informer import Informer


def registry(informer: Informer, login: Callable[..., Awaitable[kopf.ConnectionInfo]]) -> kopf.OperatorRegistry:
    """The handlers, in a registry of their own: nothing is registered by importing a module."""
    handlers = kopf.OperatorRegistry()
    kopf.on.login(registry=handlers)(login)

    async def on_event(event: Mapping[str, Any], **_: object) -> None:
        informer.on_event(event["type"], event["object"])

    kopf.on.event(GROUP, VERSION, PLURAL, registry=handlers)(on_event)
    return handlers


def settings(fitting: Callable[[], int]) -> kopf.OperatorSettings:
    """Kopf's settings for a watch that only feeds a queue; each was measured.

    Args:
        fitting: how many objects a page may have.
    """
    chosen = kopf.OperatorSettings()
    chosen.peering.standalone = True
    chosen.posting.enabled = False
    chosen.scanning.disabled = True
    chosen.watching.chunk_size = cast("int", ChunkSize(fitting))
    chosen.watching.server_timeout = 240
    chosen.watching.client_timeout = 300
    chosen.queueing.idle_timeout = (
        0.01  # a worker task per object ends at once: thousands of objects, a handful of tasks
    )
    chosen.queueing.worker_limit = None
    chosen.networking.request_timeout = 30
    chosen.networking.error_backoffs = EndlessBackoffs()
    chosen.process.ultimate_exiting_timeout = None
    chosen.persistence.diffbase_storage = NoDiffBase()
    chosen.persistence.progress_storage = NoProgress()
    return chosen

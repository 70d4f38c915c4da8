"""What is said of an object that cannot be read: one condition, and nothing else of it is touched."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from agentrun_operator.controller.kube.client import KubeError
from agentrun_operator.reconcile.conditions import unread as unread_conditions

if TYPE_CHECKING:
    from datetime import datetime

    from agentrun_operator.controller.informer.reading import Unreadable
    from agentrun_operator.controller.keys import ObjectKey
    from agentrun_operator.controller.worker.object_writer import ObjectWriter

log = logging.getLogger(__name__)


async def tell_unread(writer: ObjectWriter, key: ObjectKey, unread: Unreadable, now: datetime) -> None:
    """Say so in the status, unless that is what cannot be read, or says so already."""
    if unread.conditions is None:
        return
    told = unread_conditions(unread.why, now, unread.conditions)
    if told == unread.conditions:
        return
    try:
        await writer.write_conditions(key, unread.uid, told)
    except KubeError as error:
        log.debug("%s; the log alone tells that %s cannot be read", error, key)

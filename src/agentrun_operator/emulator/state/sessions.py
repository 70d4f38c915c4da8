"""Which version has each session of an endpoint: AgentRun keeps a conversation on its instance. No clock."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

LIMIT = 10_000
"""Sessions that are kept for an endpoint; those idle longest go first."""


class Sessions:
    """The sessions of one endpoint. A split is for new ones: those that are open stay where they are."""

    def __init__(self) -> None:
        self._open: OrderedDict[str, tuple[str, float]] = OrderedDict()

    def version(self, session: str, now: float, idle: float, pick: Callable[[], str]) -> str:
        """The version of a session.

        Args:
            session: its id.
            now: seconds since the epoch.
            idle: seconds without a call after which a session is over.
            pick: the version of a new one.
        """
        version, last = self._open.pop(session, ("", float("-inf")))
        if now - last >= idle:
            version = pick()
        self._open[session] = version, now
        if len(self._open) > LIMIT:
            self._open.popitem(last=False)
        return version

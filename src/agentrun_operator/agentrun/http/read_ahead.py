"""Sends what an operation is about to ask for while it still waits for the answer before: pages of a long list.

Only an optimisation: the operation sees the same answers in the same order. Knows nothing of pages or HTTP.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from agentrun_operator.agentrun.api.protocol import Request
    from agentrun_operator.agentrun.http.transport import Outcome


class ReadAhead:
    """The requests of one operation that are under way.

    Args:
        attempt: sends one.
    """

    def __init__(self, attempt: Callable[[Request], Awaitable[Outcome]]) -> None:
        self._attempt = attempt
        self._sent: dict[Request, asyncio.Future[Outcome]] = {}

    async def outcome(self, request: Request) -> Outcome:
        """The outcome of a request, which may have been sent already; those that it announces are sent too."""
        if not request.ahead and request not in self._sent:
            return await self._attempt(request)
        for each in (request, *request.ahead):
            if each not in self._sent:
                self._sent[each] = asyncio.ensure_future(self._attempt(each))
        return await self._sent.pop(request)

    async def aclose(self) -> None:
        """Give up what was sent and never asked for."""
        for sent in self._sent.values():
            sent.cancel()
        await asyncio.gather(*self._sent.values(), return_exceptions=True)
        self._sent.clear()  # an error that is raised here holds on to this, and not to the answers

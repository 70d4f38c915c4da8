"""Whose account it is that an account's credentials lead to: what says "not there" has to be asked in the account where
the thing was made.

AgentRun tells the account and the region in resource names. An account without any runtime tells nothing: then what was
told before counts, or what its owner says of it.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from agentrun_operator.agentrun.api import operations
from agentrun_operator.controller.concurrency.single_flight import SingleFlight
from agentrun_operator.controller.remote.runtime.endpoint_cache import NEVER
from agentrun_operator.observation.problems import another_account, reported

if TYPE_CHECKING:
    from collections.abc import Callable

    from agentrun_operator.agentrun.http.client import AsyncClient
    from agentrun_operator.reconcile.state.claim import Claim

GOOD_FOR = 10.0
"""Seconds for which an answer serves everybody who asks."""


class Owner:
    """The account and region behind some credentials."""

    def __init__(
        self, client: AsyncClient, said: Callable[[], str], region: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Prepare it; nothing is asked yet.

        Args:
            client: the account's client.
            said: the account's id as its owner says it; empty if they do not.
            region: the region that is asked.
            clock: the time in seconds.
        """
        self._client = client
        self._said = said
        self._region = region
        self._clock = clock
        self.forget()

    @property
    def account(self) -> str:
        """The account that AgentRun named to these credentials; empty before that."""
        return self._seen[0]

    @property
    def id(self) -> str:
        """The account as AgentRun named it, else as its owner says it; empty if nobody does."""
        return self.account or self._said()

    def saw(self, account: str, region: str) -> None:
        """A resource name told it. The first one counts until the credentials are others: calls are counted by it."""
        if account and not self.account:
            self._seen = (account, region)

    def forget(self) -> None:
        """The credentials are others now: what was asked with the former ones, and is not answered yet, is void too."""
        self._seen = ("", "")
        self._told = ("", "")
        self._told_at = NEVER
        self._asked = SingleFlight(self._ask, self._clock)

    async def assert_asked(self, claim: Claim) -> None:
        """Make sure that a claim's endpoint would be seen here, so that its absence means something.

        Raises:
            ProblemError: it is in another account or region, or nobody knows; or AgentRun did not say.
        """
        now = self._clock()
        if self._told_at <= now - GOOD_FOR:
            asked = self._asked
            with reported():
                told = await asked.newer_than(now - GOOD_FOR)
            if asked is self._asked:
                self._told, self._told_at = told, now
        account, region = self._told
        if claim.account and (not account or claim.elsewhere(account, region)):
            raise another_account(claim, account, region)

    async def _ask(self) -> tuple[str, str]:
        runtime = await self._client.run(operations.first_runtime())
        told = (runtime.owner if runtime else self._seen, self._seen, (self._said(), self._region))
        return next(filter(all, told), told[-1])

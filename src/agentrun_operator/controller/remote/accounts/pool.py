"""Leads an object to its account: whose credentials it may use, and the account itself, made at the first use.

An account that no object uses any more is closed. How one is made is in `factory`.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from agentrun_operator.agentrun.api.errors import AgentRunError
from agentrun_operator.agentrun.auth.chain import credentials_for
from agentrun_operator.controller.keys import AccountKey
from agentrun_operator.controller.remote.accounts.environment import ambient
from agentrun_operator.controller.remote.accounts.factory import SECRET_GOOD_FOR, RateLimiters, make_account
from agentrun_operator.controller.settings import EVERYWHERE
from agentrun_operator.observation.problems import ProblemError, region_not_served, reported
from agentrun_operator.reconcile.state.observed import Problem
from agentrun_operator.resources.reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agentrun_operator.controller.keys import ObjectKey
    from agentrun_operator.controller.remote.accounts.account import Account
    from agentrun_operator.controller.remote.accounts.factory import AccountContext
    from agentrun_operator.reconcile.desired import Desired

log = logging.getLogger(__name__)

MISSING_FOR = 1.0
"""Seconds after which a Secret that was missing or refused is read again at the next occasion."""


class AccountPool:
    """All accounts in use."""

    def __init__(self, context: AccountContext) -> None:
        """Prepare the accounts; nothing is asked yet.

        Raises:
            StartError: what the environment says of AgentRun cannot work.
        """
        self.ambient = ambient()
        self._context = context
        self._accounts: dict[AccountKey, Account] = {}
        self._limiters = RateLimiters(context, self.ambient)
        self._of: dict[ObjectKey, Account] = {}
        self._closing: set[asyncio.Task[None]] = set()

    def __iter__(self) -> Iterator[Account]:
        return iter(tuple(self._accounts.values()))

    @property
    def region(self) -> str:
        """The operator's own region."""
        return self.ambient.region_id

    async def try_own_credentials(self) -> None:
        """Warn when the operator has no credentials of its own: Secrets may bring them, so that it is no error."""
        try:
            await credentials_for(self.ambient).get_async()
        except AgentRunError as error:
            log.warning("Only objects with credentialsSecretRef can be worked on: %s", error)

    def rates(self) -> Iterator[tuple[str, float]]:
        """Every account's present limit in calls a second; an account is named by its region and whose credentials it
        has.
        """
        for account in self._accounts.values():
            yield f"{account.key.region} {account.key}", self._limiters.of(account).rate

    def poll_interval(self, account: Account) -> float:
        """Seconds in which each runtime of an account is looked at once while it rests."""
        return self._limiters.share_of(account).rest.interval

    async def account_for(self, key: ObjectKey, desired: Desired) -> Account:
        """The account whose credentials the object is to use.

        An object that is being deleted gets the last good credentials when the Secret went first.

        Raises:
            ProblemError: it may use none, or there are none.
        """
        try:
            account = self._account(self._account_key(desired))
        except ProblemError:
            self.release(key)
            raise
        self._assign(key, account)
        if account.secret:
            await account.secret.refresh(MISSING_FOR if account.secret.problem else SECRET_GOOD_FOR)
            problem = account.secret.problem
            if problem and not (account.secret.known and _may_go_on(desired, problem)):
                raise ProblemError(problem)
        return account

    def inherit(self, former: ObjectKey, heir: ObjectKey) -> None:
        """What an object that is gone left behind goes on with its account, and the last good credentials."""
        if account := self._of.get(former):
            self._assign(heir, account)

    def release(self, key: ObjectKey) -> None:
        """An object is gone; an account without objects is closed."""
        account = self._of.pop(key, None)
        if account is None:
            return
        account.release(key)
        if not account.users:
            self._accounts.pop(account.key, None)
            log.debug("No object uses %s any more", account.key)
            closing = asyncio.create_task(account.client.aclose(), name=f"close {account.key}")
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)

    async def aclose(self) -> None:
        """End all work and close all connections."""
        polls = [polled.task for account in self for polled in account.polled.values()]
        for task in polls:
            task.cancel()
        await asyncio.gather(*polls, *self._closing, return_exceptions=True)
        for account in self:
            await account.client.aclose()

    def _assign(self, key: ObjectKey, account: Account) -> None:
        if self._of.get(key) is not account:
            self.release(key)
            self._of[key] = account
            account.users.add(key)

    def _account_key(self, desired: Desired) -> AccountKey:
        secret = desired.spec.credentials_secret_ref
        region = desired.spec.region or self.region
        if region != self.region and not self.ambient.any_region:
            raise region_not_served(region, self.region)
        if secret:
            return AccountKey(desired.namespace, secret.name, region)
        allowed = self._context.settings.ambient_credentials_namespaces
        if allowed != (EVERYWHERE,) and desired.namespace not in allowed:
            told = f"Namespace {desired.namespace} may not use the operator's own credentials: set credentialsSecretRef"
            raise ProblemError(Problem(Reason.CREDENTIALS_NOT_ALLOWED, told, definite=True))
        return AccountKey("", "", region)

    def _account(self, account_key: AccountKey) -> Account:
        if account_key not in self._accounts:
            with reported():
                self._accounts[account_key] = make_account(account_key, self._context, self._limiters)
        return self._accounts[account_key]


def _may_go_on(desired: Desired, problem: Problem) -> bool:
    """Whether the last good credentials serve: for a deletion, and while Kubernetes only fails to answer."""
    return desired.deleting or not problem.definite

"""Leads an object to its account: whose credentials it may use, and the account's client, made at the first use."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agentrun_operator.agentrun.api.errors import AgentRunError, ConfigError
from agentrun_operator.agentrun.auth.chain import credentials_for
from agentrun_operator.agentrun.auth.config import Config
from agentrun_operator.agentrun.http.client import AsyncClient
from agentrun_operator.agentrun.http.retry import NO_RETRY
from agentrun_operator.controller.concurrency.rate_limiter import AdaptiveRateLimiter
from agentrun_operator.controller.errors import NotLeadingError, StartError
from agentrun_operator.controller.keys import AccountKey
from agentrun_operator.controller.remote.accounts.account import Account, PolledRuntime, SecretCredentials
from agentrun_operator.controller.remote.accounts.secret_credentials import read_credentials
from agentrun_operator.controller.remote.polling.poller import Poller
from agentrun_operator.controller.remote.polling.schedule import PollSchedule
from agentrun_operator.controller.remote.problems import ProblemError, problem_of
from agentrun_operator.controller.remote.runtime.runtime import RuntimeCache
from agentrun_operator.reconcile.observed import Problem
from agentrun_operator.resources.reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from agentrun_operator.agentrun.api.protocol import Request
    from agentrun_operator.agentrun.http.transport import Attempt
    from agentrun_operator.controller.keys import ObjectKey
    from agentrun_operator.controller.kube.client import KubeClient
    from agentrun_operator.controller.settings import Settings
    from agentrun_operator.controller.telemetry.metrics import Metrics
    from agentrun_operator.reconcile.desired import Desired

log = logging.getLogger(__name__)

SECRET_GOOD_FOR = 15.0
"""Seconds for which a Secret that was read is not read again; a rotated one is seen after this."""

MISSING_FOR = 1.0
"""Seconds after which one that was missing or refused is read again at the next occasion."""


@dataclass(frozen=True, slots=True)
class AccountContext:
    """What accounts are made with."""

    settings: Settings
    kube: KubeClient
    metrics: Metrics
    may_write: Callable[[], bool]
    enqueue: Callable[[set[ObjectKey]], None]
    clock: Callable[[], float] = time.monotonic
    jitter: Callable[[], float] = random.random


class AccountPool:
    """All accounts in use."""

    def __init__(self, context: AccountContext) -> None:
        """Prepares the accounts; nothing is asked yet.

        Raises:
            StartError: what the environment says of AgentRun cannot work.
        """
        self.ambient = _ambient()
        self._context = context
        self._accounts: dict[AccountKey, Account] = {}
        self._limiters: dict[tuple[str, str], AdaptiveRateLimiter] = {}
        self._of: dict[ObjectKey, Account] = {}
        self._closing: set[asyncio.Task[None]] = set()

    def __iter__(self) -> Iterator[Account]:
        return iter(tuple(self._accounts.values()))

    @property
    def region(self) -> str:
        """The operator's own region."""
        return self.ambient.region_id

    async def try_own_credentials(self) -> None:
        """Warns when the operator has no credentials of its own: Secrets may bring them, so that it is no error."""
        try:
            await credentials_for(self.ambient).get_async()
        except AgentRunError as error:
            log.warning("Only objects with credentialsSecretRef can be worked on: %s", error)

    def rates(self) -> Iterator[tuple[str, float]]:
        """Every account's present rate limit in calls per second; an account is named by its region and credentials'
        source.
        """
        for account_key in self._accounts:
            yield (
                f"{account_key.region} {account_key}",
                self._limiter(account_key, self._accounts[account_key].secret).rate,
            )

    async def account_for(self, key: ObjectKey, desired: Desired) -> Account:
        """The account whose credentials the object is to use.

        An object that is being deleted gets the last good credentials when the Secret went first.

        Raises:
            UnseenError: it may use none, or there are none.
        """
        try:
            account = self._account(self._account_key(desired))
        except ProblemError:
            self.release(key)
            raise
        if self._of.get(key) is not account:
            self.release(key)
            self._of[key] = account
            account.users.add(key)
        if account.secret:
            await account.secret.refresh(MISSING_FOR if account.secret.problem else SECRET_GOOD_FOR)
            if account.secret.problem and not (
                account.secret.known and self._may_go_on(desired, account.secret.problem)
            ):
                raise ProblemError(account.secret.problem)
        return account

    def release(self, key: ObjectKey) -> None:
        """An object is gone; an account without objects is closed."""
        account = self._of.pop(key, None)
        if account is None:
            return
        account.release(key)
        if not account.users:
            self._accounts.pop(account.account_key, None)
            log.debug("No object uses %s any more", account.account_key)
            closing = asyncio.create_task(account.client.aclose(), name=f"close {account.account_key}")
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)

    async def aclose(self) -> None:
        """Ends all work and closes all connections."""
        polls = [polled.task for account in self for polled in account.polled.values()]
        for task in polls:
            task.cancel()
        await asyncio.gather(*polls, *self._closing, return_exceptions=True)
        for account in self:
            await account.client.aclose()

    @staticmethod
    def _may_go_on(desired: Desired, problem: Problem) -> bool:
        """Whether the last good credentials serve: for a deletion, and while Kubernetes only fails to answer."""
        return desired.deleting or not problem.definite

    def _account_key(self, desired: Desired) -> AccountKey:
        secret = desired.spec.credentials_secret_ref
        region = desired.spec.region or self.region
        if secret:
            return AccountKey(desired.namespace, secret.name, region)
        allowed = self._context.settings.ambient_credentials_namespaces
        if allowed and desired.namespace not in allowed:
            told = f"Namespace {desired.namespace} may not use the operator's own credentials: set credentialsSecretRef"
            raise ProblemError(Problem(Reason.CREDENTIALS_NOT_ALLOWED, told, definite=True))
        return AccountKey("", "", region)

    def _account(self, account_key: AccountKey) -> Account:
        if account_key not in self._accounts:
            try:
                self._accounts[account_key] = self._make(account_key)
            except AgentRunError as error:  # half of an access key in the environment, for one
                raise ProblemError(problem_of(error)) from None
        return self._accounts[account_key]

    def _make(self, account_key: AccountKey) -> Account:
        context = self._context
        secret = self._secret_credentials(account_key) if account_key.secret else None

        async def before_attempt(request: Request) -> None:
            await limiter().acquire()
            if request.method != "GET" and not context.may_write():
                raise NotLeadingError

        def after_attempt(attempt: Attempt) -> None:
            context.metrics.attempt(attempt)
            if attempt.throttled:
                limiter().throttled(attempt.retry_after or 0.0, attempt.seconds)
            else:
                limiter().accepted()

        def limiter() -> AdaptiveRateLimiter:
            return self._limiter(account_key, secret)

        config = Config(region_id=account_key.region)
        client = AsyncClient(
            config,
            credentials=secret,
            retry=NO_RETRY,
            connections=None,  # the work queue bounds the calls, by runtime: one that hangs takes none of the others'
            before_attempt=before_attempt,
            after_attempt=after_attempt,
            monotonic=context.clock,
        )
        return Account(account_key, client, secret, self._follow, context.clock)

    def _secret_credentials(self, account_key: AccountKey) -> SecretCredentials:
        kube = self._context.kube
        return SecretCredentials(
            lambda: read_credentials(kube, account_key.namespace, account_key.secret), self._context.clock
        )

    def _limiter(self, account_key: AccountKey, secret: SecretCredentials | None) -> AdaptiveRateLimiter:
        """The rate limit of the account that the credentials belong to: two Secrets with one key share it."""
        key = self._payer(account_key, secret)
        if key not in self._limiters:
            settings = self._context.settings
            payers = {self._payer(account.account_key, account.secret) for account in self}
            self._limiters = {known: limiter for known, limiter in self._limiters.items() if known in payers}
            self._limiters[key] = AdaptiveRateLimiter(settings.api_qps, settings.api_burst, self._context.clock)
        return self._limiters[key]

    def _payer(self, account_key: AccountKey, secret: SecretCredentials | None) -> tuple[str, str]:
        """Whom AgentRun counts calls against, as far as it can be told: the access key, and the region."""
        if secret is None:
            return self.ambient.access_key_id or str(account_key), account_key.region
        return secret.get().access_key_id if secret.known else str(account_key), account_key.region

    def _follow(self, account: Account, runtime_id: str) -> PolledRuntime:
        context, settings = self._context, self._context.settings
        cache = RuntimeCache(runtime_id, account.client, enqueue=context.enqueue, clock=context.clock)

        async def before() -> None:
            if account.secret and await account.secret.lost(SECRET_GOOD_FOR):
                context.enqueue(set(account.users))

        poller = Poller(
            cache,
            PollSchedule(settings.poll_interval, settings.fast_poll_interval, settings.api_qps),
            before=before,
            jitter=context.jitter,
            clock=context.clock,
            stale_after=settings.stale_after,
            stale=lambda: context.enqueue(set(cache.subscribers)),
        )
        return PolledRuntime(cache, poller, asyncio.create_task(poller.run(), name=f"poll {runtime_id}"))


def _ambient() -> Config:
    try:
        return Config()
    except ConfigError as error:
        raise StartError(f"Bad settings of AgentRun in the environment (AGENTRUN_...): {error}") from None

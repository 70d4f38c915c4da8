"""How an account is made: its client, the limit of calls that it shares with others, and the pollers of its runtimes.

Who uses which account is in `pool`.
"""

from __future__ import annotations

import asyncio
import random
import time
from contextvars import Context
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from agentrun_operator.agentrun.auth.config import Config
from agentrun_operator.agentrun.auth.redaction import Redactor
from agentrun_operator.agentrun.http.body import LARGE_AT_ONCE
from agentrun_operator.agentrun.http.client import AsyncClient
from agentrun_operator.agentrun.http.retry import NO_RETRY
from agentrun_operator.controller.concurrency.rate_limiter import AdaptiveRateLimiter
from agentrun_operator.controller.errors import NotLeadingError
from agentrun_operator.controller.remote.accounts.account import Account, PolledRuntime
from agentrun_operator.controller.remote.accounts.secret_credentials import SecretCredentials, read_credentials
from agentrun_operator.controller.remote.polling.poller import Poller
from agentrun_operator.controller.remote.polling.schedule import PollSchedule
from agentrun_operator.controller.remote.runtime.runtime import RuntimeCache

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from agentrun_operator.agentrun.api.protocol import Request
    from agentrun_operator.agentrun.http.transport import Attempt
    from agentrun_operator.controller.keys import AccountKey, ObjectKey
    from agentrun_operator.controller.kube.client import KubeClient
    from agentrun_operator.controller.settings import Settings
    from agentrun_operator.controller.telemetry.metrics import Metrics

SECRET_GOOD_FOR = 15.0
"""Seconds for which a Secret that was read is not read again; a rotated one is seen after this."""


@dataclass(frozen=True, slots=True)
class AccountContext:
    """What accounts are made with.

    Args:
        settings: how the operator runs.
        kube: where Secrets are read.
        metrics: where calls are counted.
        may_write: whether this replica still leads.
        enqueue: asks for a reconcile of objects.
        clock: the time in seconds.
        jitter: random numbers from 0 to 1.
        secrets: what all accounts call with: no answer to one repeats another's.
        large_answers: how many of them are read at the same time.
    """

    settings: Settings
    kube: KubeClient
    metrics: Metrics
    may_write: Callable[[], bool]
    enqueue: Callable[[set[ObjectKey]], None]
    clock: Callable[[], float] = time.monotonic
    jitter: Callable[[], float] = random.random
    secrets: Redactor = field(default_factory=lambda: Redactor(others=True))
    large_answers: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(LARGE_AT_ONCE))


class RateLimiters:
    """The limits of calls: one for whoever AgentRun counts calls against, however many accounts of ours that are."""

    def __init__(self, context: AccountContext, own_access_key_id: str, accounts: Collection[Account]) -> None:
        """Make no limit yet.

        Args:
            context: how fast they are.
            own_access_key_id: the operator's own; empty if it is not known.
            accounts: those in use; the limits of others are forgotten.
        """
        self._context = context
        self._own = own_access_key_id
        self._accounts = accounts
        self._limiters: dict[tuple[str, str], AdaptiveRateLimiter] = {}

    def of(self, account_key: AccountKey, secret: SecretCredentials | None) -> AdaptiveRateLimiter:
        """The limit of the account that the credentials belong to: two Secrets with one access key share it."""
        payer = self._payer(account_key, secret)
        if payer not in self._limiters:
            settings = self._context.settings
            payers = {self._payer(account.key, account.secret) for account in self._accounts}
            self._limiters = {known: limiter for known, limiter in self._limiters.items() if known in payers}
            self._limiters[payer] = AdaptiveRateLimiter(settings.api_qps, settings.api_burst, self._context.clock)
        return self._limiters[payer]

    def _payer(self, account_key: AccountKey, secret: SecretCredentials | None) -> tuple[str, str]:
        """Whom AgentRun counts calls against, as far as it can be told: the access key, and the region."""
        if secret is None:
            return self._own or str(account_key), account_key.region
        return secret.get().access_key_id if secret.known else str(account_key), account_key.region


def make_account(account_key: AccountKey, context: AccountContext, limiters: RateLimiters) -> Account:
    """An account; nothing is asked yet.

    Raises:
        AgentRunError: what the environment says of AgentRun cannot work, half of an access key for one.
    """
    secret = _secret_credentials(account_key, context) if account_key.secret else None

    def limiter() -> AdaptiveRateLimiter:
        return limiters.of(account_key, secret)  # looked up each time: the Secret's access key may be another now

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

    client = AsyncClient(
        Config(region_id=account_key.region),
        credentials=secret,
        retry=NO_RETRY,
        connections=None,  # the work queue bounds the calls, by runtime: one that hangs takes none of the others'
        before_attempt=before_attempt,
        after_attempt=after_attempt,
        monotonic=context.clock,
        others_secrets=context.secrets,
        large_answers=context.large_answers,
    )
    return Account(
        account_key, client, secret, lambda account, runtime_id: _poll(account, runtime_id, context), context.clock
    )


def _secret_credentials(account_key: AccountKey, context: AccountContext) -> SecretCredentials:
    kube, namespace, name = context.kube, account_key.namespace, account_key.secret
    return SecretCredentials(lambda: read_credentials(kube, namespace, name), context.clock)


def _poll(account: Account, runtime_id: str, context: AccountContext) -> PolledRuntime:
    """Begin to poll a runtime."""
    settings = context.settings
    cache = RuntimeCache(
        runtime_id, account.client, enqueue=context.enqueue, clock=context.clock, stale_after=settings.stale_after
    )

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
    # In a context of its own: the reconcile that begins it, with its id and its urgency, ends before it.
    task = asyncio.create_task(poller.run(), name=f"poll {runtime_id}", context=Context())
    return PolledRuntime(cache, poller, task)

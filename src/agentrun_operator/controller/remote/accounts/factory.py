"""How an account is made: its client, the limit of calls that it shares with others, and the pollers of its runtimes.

Who uses which account is in `pool`.
"""

from __future__ import annotations

import asyncio
import os
import random
import time
from contextvars import Context, ContextVar
from dataclasses import dataclass, field
from functools import lru_cache, partial
from hashlib import blake2b
from typing import TYPE_CHECKING

from agentrun_operator.agentrun.auth.config import Config
from agentrun_operator.agentrun.auth.redaction import Redactor
from agentrun_operator.agentrun.http.answer.body import LARGE_AT_ONCE
from agentrun_operator.agentrun.http.client import AsyncClient
from agentrun_operator.agentrun.http.retry import NO_RETRY
from agentrun_operator.agentrun.http.transport import OVERLOADED
from agentrun_operator.controller.concurrency.limits import Call, Caller, Limits
from agentrun_operator.controller.errors import NotLeadingError
from agentrun_operator.controller.remote.accounts.account import Account, PolledRuntime
from agentrun_operator.controller.remote.accounts.secret_credentials import SecretCredentials, read_credentials
from agentrun_operator.controller.remote.fence import last_look
from agentrun_operator.controller.remote.polling.poll_share import PollShare
from agentrun_operator.controller.remote.polling.poller import Poller
from agentrun_operator.controller.remote.polling.schedule import PollSchedule
from agentrun_operator.controller.remote.runtime.runtime import RuntimeCache

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from agentrun_operator.agentrun.api.protocol import Request
    from agentrun_operator.agentrun.auth.secret import Secret
    from agentrun_operator.agentrun.http.transport import Attempt
    from agentrun_operator.controller.concurrency.rate_limiter import AdaptiveRateLimiter
    from agentrun_operator.controller.keys import AccountKey, ObjectKey
    from agentrun_operator.controller.kube.client import KubeClient
    from agentrun_operator.controller.settings import Settings
    from agentrun_operator.controller.telemetry.metrics import Metrics

SECRET_GOOD_FOR = 15.0
"""Seconds for which a Secret that was read is not read again; a rotated one is seen after this."""

IDENTITY_CODES = (
    "IncompleteSignature",
    "InvalidAccessKey",
    "InvalidSecurityToken",
    "InvalidSignature",
    "MissingAccessKey",
    "MissingSecurityToken",
    "SecurityToken",
    "SignatureDoesNotMatch",
)
"""Refusals of somebody who is not who they say. What a key may not do, is no doubt of the key: anybody who shares it
could raise that."""

KEPT_ADDRESSES = 256
"""Regions whose addresses are remembered: to read the environment takes as long as to sign a call."""

SERVER_ERROR = 500
"""From this status on an answer does not tell whether the signature was looked at."""


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
    """Whose limit a call counts against: that of whoever AgentRun counts calls against, however many accounts of ours
    that are, once it has accepted the key.
    """

    def __init__(self, context: AccountContext, own: Config) -> None:
        """Make no limit yet.

        Args:
            context: how fast they are.
            own: the operator's own credentials, if they are known.

        Attributes:
            limits: the limits.
            own: as above.
        """
        settings = context.settings
        self.limits = Limits(settings.api_qps, settings.api_burst, context.clock)
        self.own = own
        self._key = os.urandom(16)
        self._context = context
        self._shares: dict[Hashable, PollShare] = {}
        self._address = lru_cache(KEPT_ADDRESSES)(_address)

    def of(self, account: Account) -> AdaptiveRateLimiter:
        """The limit that an account's calls count against now."""
        return self.limits.of(self.caller(account.key, account.secret, account.owner.account))

    def share_of(self, account: Account) -> PollShare:
        """The share of that limit that looks at rest take turns for."""
        caller, settings = self.caller(account.key, account.secret, account.owner.account), self._context.settings
        limit = caller.address, caller.payer
        if limit not in self._shares:
            self._shares = {key: share for key, share in self._shares.items() if len(share.rest)}
            rate = settings.api_qps * settings.poll_share / 100
            self._shares[limit] = PollShare(
                rate, settings.poll_interval, settings.fast_poll_interval, self._context.clock
            )
        return self._shares[limit]

    def caller(self, account_key: AccountKey, secret: SecretCredentials | None, owner: str) -> Caller:
        """Who makes an account's calls: two Secrets with one access key are one, and one that only names its id is
        another, until AgentRun accepts it.

        Args:
            account_key: whose credentials are used, and where.
            secret: the Secret's credentials; None for the operator's own.
            owner: the Alibaba Cloud account that AgentRun named to them, all of whose keys share a limit; empty before
                that.
        """
        if secret is None:
            key_id, parts = self.own.access_key_id, (self.own.access_key_secret, self.own.security_token)
        elif secret.known:
            found = secret.get()
            key_id, parts = found.access_key_id, (found.access_key_secret, found.security_token)
        else:
            key_id, parts = None, (None, None)
        address = self._address(account_key.region)
        if key_id is None:
            return Caller(address, account_key, account_key)
        return Caller(
            address, f"account {owner}" if owner else key_id, (address, key_id, *map(self._fingerprint, parts))
        )

    def _fingerprint(self, part: Secret | None) -> bytes:
        return blake2b(part.reveal().encode(), key=self._key).digest() if part else b""


def make_account(account_key: AccountKey, context: AccountContext, limiters: RateLimiters) -> Account:
    """An account; nothing is asked yet.

    Raises:
        AgentRunError: what the environment says of AgentRun cannot work, half of an access key for one.
    """
    secret = _secret_credentials(account_key, context) if account_key.secret else None
    limits = limiters.limits
    under_way: ContextVar[Call] = ContextVar("under_way")

    async def before_attempt(request: Request) -> None:
        # Looked up each time: the Secret's access key may be another now.
        caller = limiters.caller(account_key, secret, account.owner.account)
        under_way.set(await limits.acquire(caller, request.path[0] if request.path else None))
        if request.method != "GET":
            if not context.may_write():
                raise NotLeadingError
            last_look()

    def after_attempt(attempt: Attempt) -> None:
        context.metrics.attempt(attempt)
        _tell(limits, under_way.get(), attempt)

    client = AsyncClient(
        Config(region_id=account_key.region, environment=os.environ),
        credentials=secret,
        retry=NO_RETRY,
        connections=None,  # the work queue bounds the calls, by runtime: one that hangs takes none of the others'
        before_attempt=before_attempt,
        after_attempt=after_attempt,
        monotonic=context.clock,
        others_secrets=context.secrets,
        large_answers=context.large_answers,
    )

    def said() -> str:
        return secret.account_id if secret else limiters.own.account_id or ""

    account = Account(account_key, client, secret, partial(_poll, context, limiters), clock=context.clock, said=said)
    if secret:
        secret.on_new_key = account.distrust
    return account


def _address(region: str) -> str:
    """Where AgentRun is called in a region, as the environment says."""
    return Config(region_id=region, environment=os.environ).control_endpoint


def _tell(limits: Limits, call: Call, attempt: Attempt) -> None:
    """What an attempt says of the limits."""
    took, retry_after = attempt.seconds, attempt.retry_after or 0.0
    if attempt.status_code is None:
        limits.lost(call, took)
    elif attempt.throttled and attempt.status_code == OVERLOADED:
        limits.overloaded(call, retry_after, took)
    elif attempt.throttled:
        limits.throttled(call, retry_after, took)
    elif attempt.rejected and attempt.code.startswith(IDENTITY_CODES):
        limits.refused(call, took)
    elif attempt.rejected or attempt.status_code >= SERVER_ERROR:
        limits.answered(call, took)
    else:
        limits.accepted(call, took)


def _secret_credentials(account_key: AccountKey, context: AccountContext) -> SecretCredentials:
    kube, namespace, name = context.kube, account_key.namespace, account_key.secret
    return SecretCredentials(lambda: read_credentials(kube, namespace, name), context.clock)


def _poll(context: AccountContext, limiters: RateLimiters, account: Account, runtime_id: str) -> PolledRuntime:
    """Begin to poll a runtime."""
    settings = context.settings

    def share() -> PollShare:
        return limiters.share_of(account)  # its limit may be another now

    def on_write() -> None:
        share().steps.wrote()

    cache = RuntimeCache(
        runtime_id,
        account.client,
        enqueue=context.enqueue,
        clock=context.clock,
        stale_after=settings.stale_after,
        runtimes=account.runtimes,
        on_write=on_write,
    )

    async def before() -> None:
        if account.secret and await account.secret.lost(SECRET_GOOD_FOR):
            context.enqueue(set(account.users))

    poller = Poller(
        cache,
        PollSchedule(settings.poll_interval, settings.fast_poll_interval, settings.api_qps),
        share=share,
        before=before,
        jitter=context.jitter,
        clock=context.clock,
        stale_after=settings.stale_after,
        stale=lambda: context.enqueue(set(cache.subscribers)),
    )
    # In a context of its own: the reconcile that begins it, with its id and its urgency, ends before it.
    task = asyncio.create_task(poller.run(), name=f"poll {runtime_id}", context=Context())
    return PolledRuntime(cache, poller, task)

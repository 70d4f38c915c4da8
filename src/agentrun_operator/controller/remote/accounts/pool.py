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
from agentrun_operator.controller.concurrency.rate_limiter import TokenBucket
from agentrun_operator.controller.errors import NotLeadingError, StartError
from agentrun_operator.controller.informer.ownership import Source
from agentrun_operator.controller.remote.accounts.account import Account, Followed, SecretCredentials
from agentrun_operator.controller.remote.accounts.secret_credentials import read_credentials
from agentrun_operator.controller.remote.polling.poller import Poller
from agentrun_operator.controller.remote.polling.schedule import Pace
from agentrun_operator.controller.remote.problems import UnseenError, problem_of
from agentrun_operator.controller.remote.runtime.runtime import RuntimeView
from agentrun_operator.reconcile.observed import Problem
from agentrun_operator.resources.reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from agentrun_operator.agentrun.api.protocol import Request
    from agentrun_operator.agentrun.http.transport import Attempt
    from agentrun_operator.controller.keys import Key
    from agentrun_operator.controller.kube.client import Server
    from agentrun_operator.controller.settings import Settings
    from agentrun_operator.controller.telemetry.metrics import Metrics
    from agentrun_operator.reconcile.desired import Desired

log = logging.getLogger(__name__)

SECRET_GOOD_FOR = 15.0
"""Seconds for which a Secret that was read is not read again; a rotated one is seen after this."""

MISSING_FOR = 1.0
"""Seconds after which one that was missing or refused is read again at the next occasion."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What accounts are made with."""

    settings: Settings
    server: Server
    metrics: Metrics
    may_write: Callable[[], bool]
    tell: Callable[[set[Key]], None]
    clock: Callable[[], float] = time.monotonic
    jitter: Callable[[], float] = random.random


class Accounts:
    """All accounts in use."""

    def __init__(self, around: Surroundings) -> None:
        """Prepares the accounts; nothing is asked yet.

        Raises:
            StartError: what the environment says of AgentRun cannot work.
        """
        self.ambient = _ambient()
        self._around = around
        self._accounts: dict[Source, Account] = {}
        self._buckets: dict[tuple[str, str], TokenBucket] = {}
        self._of: dict[Key, Account] = {}
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
        for source in self._accounts:
            yield f"{source.region} {source}", self._bucket(source, self._accounts[source].secret).rate

    async def account_for(self, key: Key, desired: Desired) -> Account:
        """The account whose credentials the object is to use.

        An object that is being deleted gets the last good credentials when the Secret went first.

        Raises:
            UnseenError: it may use none, or there are none.
        """
        try:
            account = self._account(self._source(desired))
        except UnseenError:
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
                raise UnseenError(account.secret.problem)
        return account

    def release(self, key: Key) -> None:
        """An object is gone; an account without objects is closed."""
        account = self._of.pop(key, None)
        if account is None:
            return
        account.release(key)
        if not account.users:
            self._accounts.pop(account.source, None)
            log.debug("No object uses %s any more", account.source)
            closing = asyncio.create_task(account.client.aclose(), name=f"close {account.source}")
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)

    async def aclose(self) -> None:
        """Ends all work and closes all connections."""
        polls = [followed.task for account in self for followed in account.followed.values()]
        for task in polls:
            task.cancel()
        await asyncio.gather(*polls, *self._closing, return_exceptions=True)
        for account in self:
            await account.client.aclose()

    @staticmethod
    def _may_go_on(desired: Desired, problem: Problem) -> bool:
        """Whether the last good credentials serve: for a deletion, and while Kubernetes only fails to answer."""
        return desired.deleting or not problem.definite

    def _source(self, desired: Desired) -> Source:
        secret = desired.spec.credentials_secret_ref
        region = desired.spec.region or self.region
        if secret:
            return Source(desired.namespace, secret.name, region)
        allowed = self._around.settings.ambient_credentials_namespaces
        if allowed and desired.namespace not in allowed:
            told = f"Namespace {desired.namespace} may not use the operator's own credentials: set credentialsSecretRef"
            raise UnseenError(Problem(Reason.CREDENTIALS_NOT_ALLOWED, told, definite=True))
        return Source("", "", region)

    def _account(self, source: Source) -> Account:
        if source not in self._accounts:
            try:
                self._accounts[source] = self._make(source)
            except AgentRunError as error:  # half of an access key in the environment, for one
                raise UnseenError(problem_of(error)) from None
        return self._accounts[source]

    def _make(self, source: Source) -> Account:
        around = self._around
        secret = self._secret_credentials(source) if source.secret else None

        async def before_attempt(request: Request) -> None:
            await bucket().acquire()
            if request.method != "GET" and not around.may_write():
                raise NotLeadingError

        def after_attempt(attempt: Attempt) -> None:
            around.metrics.attempt(attempt)
            if attempt.throttled:
                bucket().throttled(attempt.retry_after or 0.0, attempt.seconds)
            else:
                bucket().accepted()

        def bucket() -> TokenBucket:
            return self._bucket(source, secret)

        config = Config(region_id=source.region)
        client = AsyncClient(
            config,
            credentials=secret,
            retry=NO_RETRY,
            connections=None,  # the work queue bounds the calls, by runtime: one that hangs takes none of the others'
            before_attempt=before_attempt,
            after_attempt=after_attempt,
            monotonic=around.clock,
        )
        return Account(source, client, secret, self._follow, around.clock)

    def _secret_credentials(self, source: Source) -> SecretCredentials:
        server = self._around.server
        return SecretCredentials(lambda: read_credentials(server, source.namespace, source.secret), self._around.clock)

    def _bucket(self, source: Source, secret: SecretCredentials | None) -> TokenBucket:
        """The rate limit of the account that the credentials belong to: two Secrets with one key share it."""
        key = self._payer(source, secret)
        if key not in self._buckets:
            settings = self._around.settings
            payers = {self._payer(account.source, account.secret) for account in self}
            self._buckets = {known: bucket for known, bucket in self._buckets.items() if known in payers}
            self._buckets[key] = TokenBucket(settings.api_qps, settings.api_burst, self._around.clock)
        return self._buckets[key]

    def _payer(self, source: Source, secret: SecretCredentials | None) -> tuple[str, str]:
        """Whom AgentRun counts calls against, as far as it can be told: the access key, and the region."""
        if secret is None:
            return self.ambient.access_key_id or str(source), source.region
        return secret.get().access_key_id if secret.known else str(source), source.region

    def _follow(self, account: Account, runtime_id: str) -> Followed:
        around, settings = self._around, self._around.settings
        view = RuntimeView(runtime_id, account.client, tell=around.tell, clock=around.clock)

        async def before() -> None:
            if account.secret and await account.secret.lost(SECRET_GOOD_FOR):
                around.tell(set(account.users))

        poller = Poller(
            view,
            Pace(settings.poll_interval, settings.fast_poll_interval, settings.api_qps),
            before=before,
            jitter=around.jitter,
            clock=around.clock,
            stale_after=settings.stale_after,
            stale=lambda: around.tell(set(view.watchers)),
        )
        return Followed(view, poller, asyncio.create_task(poller.run(), name=f"poll {runtime_id}"))


def _ambient() -> Config:
    try:
        return Config()
    except ConfigError as error:
        raise StartError(f"Bad settings of AgentRun in the environment (AGENTRUN_...): {error}") from None

"""Looks at AgentRun for one object: credentials, runtime, endpoint, rivals. Reads only; what it could not see, it says.

A look is cheap by default: it takes what the runtime's shared list showed. A fresh one asks for the endpoint itself.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from agentrun_operator.controller.remote.problems import ProblemError
from agentrun_operator.controller.worker.object_memory import CREATE_LAG
from agentrun_operator.reconcile.observed import EndpointSeen, Observed, RuntimeSeen
from agentrun_operator.resources.names import LATEST
from agentrun_operator.resources.reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Callable

    from agentrun_operator.agentrun.models import Endpoint
    from agentrun_operator.controller.informer.ownership_index import OwnershipIndex
    from agentrun_operator.controller.keys import Body, ObjectKey
    from agentrun_operator.controller.remote.accounts.account import Account
    from agentrun_operator.controller.remote.accounts.pool import AccountPool
    from agentrun_operator.controller.remote.runtime.endpoint_cache import EndpointCache
    from agentrun_operator.controller.remote.runtime.runtime import RuntimeCache
    from agentrun_operator.controller.worker.object_memory import ObjectMemory
    from agentrun_operator.reconcile.desired import Desired


@dataclass(frozen=True, slots=True)
class Observation:
    """What was seen, and through whom; the latter is missing where nothing was asked."""

    observed: Observed
    account: Account | None = None
    cache: RuntimeCache | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a look is for."""

    key: ObjectKey
    body: Body
    desired: Desired
    memory: ObjectMemory


class Gatherer:
    """Looks for objects."""

    def __init__(
        self,
        accounts: AccountPool,
        ownership: OwnershipIndex,
        max_age: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepares the looks.

        Args:
            accounts: where credentials and clients come from.
            ownership: who manages what.
            max_age: seconds for which a list serves; the poller makes newer ones unless it fails.
            clock: the time in seconds.
        """
        self._accounts = accounts
        self._ownership = ownership
        self._max_age = max_age
        self._clock = clock

    async def observation(self, subject: Subject, *, fresh: bool) -> Observation:
        """One look.

        Args:
            subject: whom it is for.
            fresh: whether to ask for the endpoint itself, and for its absence twice: by id, and by name in a list
                that is new enough to tell.
        """
        subject.memory.begin(subject.desired, self._clock())
        if not subject.desired.remote_matters:
            return Observation(Observed())
        account = None
        try:
            account = await self._accounts.account_for(subject.key, subject.desired)
            return await self._led_by_name(subject, account, fresh=fresh)
        except ProblemError as error:
            if account and account.secret and error.problem.reason is Reason.CREDENTIALS_REJECTED:
                account.secret.distrust()
            return Observation(Observed(problem=error.problem), account)

    async def _led_by_name(self, subject: Subject, account: Account, *, fresh: bool) -> Observation:
        """The runtime that the reference led to before; only when that is gone, the one it leads to now."""
        desired = subject.desired
        name = desired.spec.agent_runtime_ref.name
        runtime_id = desired.known_runtime_id or await account.names.runtime_id(name or "")
        try:
            return await self._at(subject, account, runtime_id, fresh=fresh)
        except ProblemError as error:
            if error.problem.reason is not Reason.RUNTIME_NOT_FOUND or not name or desired.deleting:
                raise
            other = await account.names.runtime_id(name)
            if other == runtime_id:
                raise
            return await self._at(subject, account, other, fresh=fresh)

    async def _at(self, subject: Subject, account: Account, runtime_id: str, *, fresh: bool) -> Observation:
        desired = subject.desired
        latest = desired.comparable.target_version == LATEST and not desired.deleting
        cache = account.use(subject.key, runtime_id, desired.endpoint_name, latest=latest)
        runtime = await cache.info.seen()
        if latest:
            runtime = replace(
                runtime, newest_version=await cache.info.newest_version(newer_than=self._moment(fresh=fresh))
            )
        endpoint, confirmed = await self._endpoint(subject, cache, fresh=fresh)
        if endpoint is not None:
            subject.memory.saw(endpoint.agent_runtime_endpoint_id, desired)
        observed = Observed(
            runtime=runtime,
            endpoint=EndpointSeen.of(endpoint) if endpoint else None,
            confirmed=confirmed,
            rival=self._rival(subject, runtime),
            heir=self._ownership.heir(subject.key, subject.body, runtime) if desired.deleting else "",
            doubtful=subject.memory.doubtful(self._clock(), CREATE_LAG),
        )
        return Observation(observed, account, cache)

    async def _endpoint(self, subject: Subject, cache: RuntimeCache, *, fresh: bool) -> tuple[Endpoint | None, bool]:
        desired = subject.desired
        same_runtime = desired.recorded.runtime_id == cache.runtime_id
        recorded = desired.recorded.endpoint_id if same_runtime else ""
        if not fresh:
            return await self._known(subject, cache, recorded), False
        if recorded and (endpoint := await cache.get(recorded)):
            return endpoint, True
        endpoints = await self._listed(subject, cache, self._conclusive(subject, recorded))
        named = endpoints.find("", desired.endpoint_name)
        if named is None:
            return None, not subject.memory.doubtful(self._clock())
        endpoint = await cache.get(named.agent_runtime_endpoint_id or "")
        return endpoint, endpoint is not None

    def _conclusive(self, subject: Subject, recorded: str) -> float:
        """What a list has to be newer than, to confirm that nothing has the name.

        Where AgentRun accepted the deletion and knows the id no more, the poller's list will do that shows what else
        was made: else a runtime with many pages, of which some fail, would hold its objects for long.
        """
        now, memory = self._clock(), subject.memory
        deleted = recorded and subject.desired.deleting and memory.attempts.deleted_at is not None
        return memory.shown_by(now) if deleted else now

    async def _known(self, subject: Subject, cache: RuntimeCache, recorded: str) -> Endpoint | None:
        """The endpoint by a look that is new enough: at itself, else at all."""
        newer_than = max(subject.memory.since, self._clock() - self._max_age)
        name = subject.desired.endpoint_name
        if endpoint := cache.endpoints.find(recorded, name, newer_than):
            return endpoint
        return (await self._listed(subject, cache, newer_than)).find(recorded, name)

    async def _listed(self, subject: Subject, cache: RuntimeCache, newer_than: float) -> EndpointCache:
        """A list; who asked for one that failed is told of the next."""
        try:
            return await cache.list(newer_than)
        except ProblemError:
            cache.subscribers.missed(subject.key)
            raise

    def _rival(self, subject: Subject, runtime: RuntimeSeen) -> str:
        if subject.desired.deleting or subject.desired.observes:
            return ""
        return self._ownership.elder(subject.key, subject.body, runtime)

    def _moment(self, *, fresh: bool) -> float:
        return self._clock() if fresh else float("-inf")

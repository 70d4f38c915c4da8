"""Gathers what a decision needs: credentials, runtime, endpoint, rivals. Reads only; what it could not see, it says.

Cheap by default: it takes what the runtime's shared list showed. A fresh look asks for the endpoint itself.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from agentrun_operator.agentrun.models import MOVING_STATES
from agentrun_operator.controller.worker.object_memory import CREATE_LAG, NEVER
from agentrun_operator.controller.worker.run import Observation
from agentrun_operator.observation.problems import ProblemError, another_account, nameless, without_id
from agentrun_operator.reconcile.state.observed import EndpointSeen, Observed, RuntimeSeen
from agentrun_operator.resources.names import LATEST
from agentrun_operator.resources.reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Callable

    from agentrun_operator.agentrun.models import Endpoint
    from agentrun_operator.controller.informer.store.ownership_index import OwnershipIndex
    from agentrun_operator.controller.remote.accounts.account import Account
    from agentrun_operator.controller.remote.accounts.pool import AccountPool
    from agentrun_operator.controller.remote.runtime.endpoint_cache import EndpointCache
    from agentrun_operator.controller.remote.runtime.runtime import RuntimeCache
    from agentrun_operator.controller.worker.run import Subject
    from agentrun_operator.reconcile.desired import Desired
    from agentrun_operator.reconcile.state.comparable import Comparable


VERSIONS_AGE = 30.0
"""Seconds for which the list of published versions serves an object whose version is not among them."""


class Gatherer:
    """Looks at AgentRun for objects."""

    def __init__(
        self,
        accounts: AccountPool,
        ownership: OwnershipIndex,
        max_age: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare it.

        Args:
            accounts: where credentials and clients come from.
            ownership: who manages what.
            max_age: seconds for which a list serves, besides those in which its runtime waits for its turn; the poller
                makes newer ones unless it fails.
            clock: the time in seconds.
        """
        self._accounts = accounts
        self._ownership = ownership
        self._max_age = max_age
        self._clock = clock

    async def gather(self, subject: Subject, *, fresh: bool) -> Observation:
        """One look.

        Args:
            subject: whom it is for.
            fresh: whether to ask for the endpoint itself, and for its absence twice: by id, and by name in a list
                that is new enough to tell.
        """
        if not subject.desired.remote_matters:
            return Observation(Observed(), fresh=fresh)
        account = None
        try:
            account = await self._accounts.account_for(subject.key, subject.desired)
            cache, observed = await self._led_by_name(subject, account, fresh=fresh)
        except ProblemError as met:
            error = await self._conclusive(subject, account, met)
            if account and account.secret and error.problem.reason is Reason.CREDENTIALS_REJECTED:
                account.secret.distrust()
            return Observation(Observed(problem=error.problem), account, fresh=fresh)
        return Observation(observed, account, cache, fresh)

    async def _conclusive(self, subject: Subject, account: Account | None, error: ProblemError) -> ProblemError:
        """The problem; that a runtime is not there counts only where the object's endpoint was made."""
        claim = subject.desired.current_claim
        if account is None or claim is None or error.problem.reason is not Reason.RUNTIME_NOT_FOUND:
            return error
        try:
            await account.owner.assert_asked(claim)
        except ProblemError as instead:
            return instead
        return error

    async def _led_by_name(self, subject: Subject, account: Account, *, fresh: bool) -> tuple[RuntimeCache, Observed]:
        """The runtime that the reference led to before; only when that is gone, the one it leads to now."""
        desired = subject.desired
        name = desired.spec.agent_runtime_ref.name
        runtime_id = desired.known_runtime_id or await account.names.runtime_id(name or "")
        try:
            return await self._at(subject, account, runtime_id, fresh=fresh)
        except ProblemError as error:
            if error.problem.reason is not Reason.RUNTIME_NOT_FOUND or not name or desired.deleting:
                raise
            if desired.current_claim:
                await account.owner.assert_asked(desired.current_claim)
            other = await account.names.runtime_id(name)
            if other == runtime_id:
                raise
            return await self._at(subject, account, other, fresh=fresh)

    async def _at(
        self, subject: Subject, account: Account, runtime_id: str, *, fresh: bool
    ) -> tuple[RuntimeCache, Observed]:
        desired = subject.desired
        latest = desired.follows_latest and not desired.deleting
        cache = account.use(subject.key, account.answered(runtime_id), desired.endpoint_name, latest=latest)
        runtime = await cache.info.seen()
        if runtime.id != cache.runtime_id:
            account.learn(runtime_id, runtime.id)
            cache = account.use(subject.key, runtime.id, desired.endpoint_name, latest=latest)
            runtime = await cache.info.seen()
        account.owner.saw(runtime.account, runtime.region)
        if (claim := desired.current_claim) and claim.elsewhere(runtime.account, runtime.region):
            raise another_account(claim, runtime.account, runtime.region)
        endpoint, confirmed = await self._endpoint(subject, cache, fresh=fresh)
        seen = EndpointSeen.of(endpoint) if endpoint else None
        if latest:
            runtime = replace(runtime, newest_version=await self._newest_version(subject, cache, seen, fresh=fresh))
        if desired.asks_versions and not desired.deleting:
            runtime = replace(runtime, versions=await self._versions(cache, desired))
        return cache, Observed(
            runtime=runtime,
            endpoint=seen,
            confirmed=confirmed,
            rival=self._rival(subject, runtime),
            doubtful=subject.memory.doubtful(self._clock(), CREATE_LAG),
            answered=seen is not None and cache.endpoints.is_answered(seen.id),
            latest_seen=seen is not None and bool(seen.id) and subject.memory.latest_id == seen.id,
        )

    async def _newest_version(
        self, subject: Subject, cache: RuntimeCache, seen: EndpointSeen | None, *, fresh: bool
    ) -> str | None:
        """What LATEST stands for: as the object says it already, as long as AgentRun was not asked, or does not say and
        nothing depends on it.
        """
        said: str | None = subject.body["status"].get("resolvedVersion")
        if said and not fresh and cache.info.trusts(subject.key, said):
            return said
        try:
            return await cache.info.newest_version(self._clock() if fresh else NEVER)
        except ProblemError:
            if seen is None or _named_alike(subject.desired.comparable, seen.comparable):
                return said
            raise

    async def _versions(self, cache: RuntimeCache, desired: Desired) -> frozenset[str] | None:
        """The published versions; None if AgentRun does not say: no rollout begins then, and all else goes on.

        Who edits an object to a version has often published it just before.
        """
        goal, edited = desired.spec.target_version, desired.recorded.observed_generation != desired.generation
        try:
            found = await cache.info.versions()
            if goal in found or (goal == LATEST and not edited):
                return found
            return await cache.info.versions(self._clock() - (0.0 if edited else VERSIONS_AGE))
        except ProblemError:
            return None

    async def _endpoint(self, subject: Subject, cache: RuntimeCache, *, fresh: bool) -> tuple[Endpoint | None, bool]:
        """The endpoint or None, and whether AgentRun itself confirmed that in this look."""
        desired = subject.desired
        recorded = desired.managed_id if desired.recorded.runtime_id == cache.runtime_id else ""
        if not fresh:
            return await self._known(subject, cache, recorded), False
        if recorded and _is_named(endpoint := await cache.get(recorded), desired.endpoint_name):
            return endpoint, True
        endpoints = await self._listed(subject, cache, self._conclusive_from(subject, recorded))
        named = endpoints.find("", desired.endpoint_name)
        if named is None:
            _assert_not_nameless(subject, endpoints)
            return None, not subject.memory.doubtful(self._clock())
        if not named.agent_runtime_endpoint_id:
            return _usable(subject, named), True
        endpoint = await cache.get(named.agent_runtime_endpoint_id)
        return endpoint, endpoint is not None

    def _conclusive_from(self, subject: Subject, recorded: str) -> float:
        """When a list must have begun to prove that nothing has the endpoint's name.

        Usually now: a new list is read. But once AgentRun accepted the deletion and does not know the id any more, the
        poller's latest list will do, if it began late enough to show whatever else was made. Example: 5,000 objects
        that are deleted at once do not each read a hundred pages, one of which may fail.
        """
        now, memory = self._clock(), subject.memory
        deleted = recorded and subject.desired.deleting and memory.attempts.deleted_at is not None
        return memory.conclusive_from(now) if deleted else now

    async def _known(self, subject: Subject, cache: RuntimeCache, recorded: str) -> Endpoint | None:
        """The endpoint by a look that is new enough: at itself, else at all. While looks are refused, none that showed
        a change under way is: the change may have ended.
        """
        newer_than = max(subject.memory.changed_at, self._clock() - self._max_age - cache.waited)
        name = subject.desired.endpoint_name
        found = cache.endpoints.find(recorded, name, newer_than)
        if found is not None and found.status in MOVING_STATES:
            newer_than = max(newer_than, cache.refused_at)
            found = cache.endpoints.find(recorded, name, newer_than)
        if found is None:
            endpoints = await self._listed(subject, cache, newer_than)
            found = endpoints.find(recorded, name)
            if found is None and not recorded:
                _assert_not_nameless(subject, endpoints)
        if found is None or found.agent_runtime_endpoint_id:
            return found
        # Whatever is to be done about it goes by the id that it had, and so would miss another.
        return found.model_copy(update={"agent_runtime_endpoint_id": recorded}) if recorded else _usable(subject, found)

    async def _listed(self, subject: Subject, cache: RuntimeCache, newer_than: float) -> EndpointCache:
        """A list; who asked for one that failed is told of the next."""
        try:
            return await cache.list(newer_than)
        except ProblemError:
            cache.subscribers.missed(subject.key)
            raise

    def _rival(self, subject: Subject, runtime: RuntimeSeen) -> str:
        if subject.desired.observes:
            return ""
        return self._ownership.rival(subject.key, subject.body, runtime, seen=subject.desired.deleting)


def _assert_not_nameless(subject: Subject, endpoints: EndpointCache) -> None:
    """Make sure that what a create of this object's made is not among those that tell no name.

    Raises:
        ProblemError: it may be: the object's endpoint is not taken for absent.
    """
    unknown = endpoints.nameless
    if unknown is None or subject.memory.created_at is None:
        return
    raise ProblemError(nameless(unknown, subject.desired.endpoint_name))


def _named_alike(desired: Comparable, observed: Comparable) -> bool:
    """Whether the versions agree, whatever LATEST stands for."""
    return desired.target_version == observed.target_version and desired.weights == observed.weights


def _usable(subject: Subject, endpoint: Endpoint) -> Endpoint:
    """An endpoint that tells no id, for an object that writes nothing to it.

    Raises:
        ProblemError: it is the object's own, as far as is known, and no id of it ever was.
    """
    if subject.desired.current_claim:
        raise ProblemError(without_id(endpoint, subject.desired.endpoint_name))
    return endpoint


def _is_named(endpoint: Endpoint | None, name: str) -> bool:
    """Whether it is the endpoint of this name, as far as AgentRun tells: an id that was written into a status may lead
    to another.
    """
    return endpoint is not None and endpoint.agent_runtime_endpoint_name in (None, name)

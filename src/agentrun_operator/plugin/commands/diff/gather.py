"""One look at AgentRun for an object, as the operator looks when it asks anew. What could not be seen, it says.

The way is that of `controller.worker.gather`, without what a process remembers.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from agentrun_operator.agentrun.api.errors import ResourceNotExistError
from agentrun_operator.observation.problems import (
    ProblemError,
    another_account,
    only_id,
    problem_of,
    runtime_missing,
    without_id,
)
from agentrun_operator.observation.runtimes import numbers_of, seen_of
from agentrun_operator.plugin.commands.diff.predict import Look
from agentrun_operator.plugin.remote.account import RemoteError
from agentrun_operator.reconcile.desired import desired_of
from agentrun_operator.reconcile.state.observed import EndpointSeen, Observed, RuntimeSeen
from agentrun_operator.resources.reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Callable

    from agentrun_operator.agentrun.models import Endpoint
    from agentrun_operator.plugin.remote.account import Account
    from agentrun_operator.plugin.remote.account_pool import AccountPool
    from agentrun_operator.reconcile.desired import Desired
    from agentrun_operator.reconcile.state.observed import Problem

Body = dict[str, Any]

OF_THE_LOOK = frozenset({Reason.REMOTE_UNAVAILABLE, Reason.THROTTLED, Reason.REGION_NOT_SERVED})
"""Problems that say nothing of what the operator would meet."""

OF_THE_KEY = frozenset({Reason.CREDENTIALS_NOT_FOUND, Reason.CREDENTIALS_REJECTED, Reason.CREDENTIALS_NOT_ALLOWED})
"""Problems that the operator meets too where it is the object's own Secret that was used."""


def look_for(body: Body, accounts: AccountPool, rival: Callable[[Body, RuntimeSeen], str]) -> Look:
    """One look.

    Args:
        body: the object, as it would be.
        accounts: where clients come from.
        rival: the object that has the endpoint instead of this one, of the runtime that this leads to.
    """
    desired = desired_of(body)
    if not desired.remote_matters:
        return Look(Observed())
    try:
        return Look(_seen(body, desired, accounts.of(desired), rival))
    except ProblemError as error:
        problem = error.problem
    except RemoteError as error:
        problem = problem_of(error.error)
    return Look(Observed(problem=problem), untold=_untold(problem, own_key=accounts.is_its_own(desired)))


def _untold(problem: Problem, *, own_key: bool) -> bool:
    """Whether a problem is one of this look, which the operator may not have."""
    unread = problem.reason is Reason.CREDENTIALS_NOT_FOUND and not problem.definite
    return problem.reason in OF_THE_LOOK or unread or (problem.reason in OF_THE_KEY and not own_key)


def _seen(body: Body, desired: Desired, account: Account, rival: Callable[[Body, RuntimeSeen], str]) -> Observed:
    runtime = _runtime(desired, account)
    claim = desired.current_claim
    if claim and claim.elsewhere(runtime.account, runtime.region):
        raise another_account(claim, runtime.account, runtime.region)
    endpoint = _endpoint(desired, account, runtime.id)
    seen = EndpointSeen.of(endpoint) if endpoint else None
    runtime = _with_versions(desired, account, runtime, seen)
    whose = "" if desired.observes else rival(body, runtime)
    return Observed(runtime=runtime, endpoint=seen, confirmed=True, rival=whose)


def _runtime(desired: Desired, account: Account) -> RuntimeSeen:
    """The runtime that the reference led to before; only when that is gone, the one it leads to now."""
    known, name = desired.known_runtime_id, desired.spec.agent_runtime_ref.name
    if known:
        try:
            return seen_of(account.runtime(known))
        except RemoteError as error:
            if not isinstance(error.error, ResourceNotExistError):
                raise
            _assert_same_account(desired, account)
    if not name or (known and desired.deleting):
        raise runtime_missing(known)
    found = only_id(name, account.named(name))
    if found == known:
        raise runtime_missing(known)
    return seen_of(account.runtime(found))


def _assert_same_account(desired: Desired, account: Account) -> None:
    """Make sure that a claim's runtime would be seen here, so that its absence means something."""
    claim = desired.current_claim
    if claim is None or not claim.account:
        return
    where = account.owner()
    if not where[0] or claim.elsewhere(*where):
        raise another_account(claim, *where)


def _endpoint(desired: Desired, account: Account, runtime_id: str) -> Endpoint | None:
    """The endpoint under the recorded id if it has the name, else the one with the name."""
    name, recorded = desired.endpoint_name, desired.managed_id
    if recorded and desired.recorded.runtime_id == runtime_id:
        found = account.endpoint(runtime_id, recorded)
        if found is not None and found.agent_runtime_endpoint_name in (None, name):
            return found
    named = [each for each in account.endpoints(runtime_id) if each.agent_runtime_endpoint_name == name]
    if not named:
        return None
    if found_id := named[-1].agent_runtime_endpoint_id:
        return account.endpoint(runtime_id, found_id)
    if desired.current_claim:
        raise ProblemError(without_id(named[-1], name))
    return named[-1]


def _with_versions(desired: Desired, account: Account, runtime: RuntimeSeen, seen: EndpointSeen | None) -> RuntimeSeen:
    """The runtime with its versions, where they matter. Where nothing depends on them, they need not be known."""
    if desired.deleting or not (desired.follows_latest or desired.asks_versions):
        return runtime
    try:
        numbers = numbers_of(account.versions(runtime.id))
    except RemoteError:
        if desired.follows_latest and seen is not None and not _named_alike(desired, seen):
            raise
        return replace(runtime, newest_version=desired.recorded.resolved_version or None)
    versions = frozenset(map(str, numbers)) if desired.asks_versions else None
    newest = str(max(numbers)) if numbers and desired.follows_latest else None
    return replace(runtime, newest_version=newest, versions=versions)


def _named_alike(desired: Desired, seen: EndpointSeen) -> bool:
    """Whether the versions agree, whatever LATEST stands for."""
    mine, theirs = desired.comparable, seen.comparable
    return (mine.target_version, mine.weights) == (theirs.target_version, theirs.weights)

"""The figures that are looked up when Prometheus asks: the queue, the runtimes, the objects' conditions and
rollouts, the limits.

Reads what a manager works with; changes nothing.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from agentrun_operator.reconcile.rollout.memory import Phase

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from prometheus_client import Metric

    from agentrun_operator.controller.concurrency.queue.workqueue import WorkQueue
    from agentrun_operator.controller.informer.reach import Reach
    from agentrun_operator.controller.informer.store.store import Store
    from agentrun_operator.controller.keys import ObjectKey
    from agentrun_operator.controller.remote.accounts.pool import AccountPool

CONDITION = ("condition", "status", "reason")


@dataclass(frozen=True, slots=True)
class Working:
    """What a manager works with."""

    queue: WorkQueue[ObjectKey]
    store: Store
    accounts: AccountPool
    reach: Reach


class ManagerCollector(Collector):
    """The figures of the manager that works now. On a standby, where none does, they are 0, or without labels."""

    def __init__(self, working: Callable[[], Working | None]) -> None:
        """Prepare it; `working` tells what is worked with now, or None."""
        self._working = working

    def collect(self) -> Iterator[Metric]:
        """Every figure, as it is at this moment."""
        now = self._working()
        yield from _queue(now)
        yield from _runtimes(now)
        forbidden = len(now.reach.forbidden) if now else 0
        yield _gauge("namespaces_forbidden", "Namespaces that are to be watched and may not be", forbidden)
        yield _objects(now)
        yield _rollouts(now)
        yield _limits(now)


def _queue(now: Working | None) -> Iterator[Metric]:
    yield _gauge("queue_depth", "Objects that wait for their turn", len(now.queue) if now else 0)
    yield _gauge("queue_active", "Objects that are worked on", now.queue.active if now else 0)
    yield _gauge("queue_planned", "Objects that are planned for later", now.queue.planned if now else 0)


def _runtimes(now: Working | None) -> Iterator[Metric]:
    caches = [polled.cache for account in now.accounts for polled in account.polled.values()] if now else []
    oldest = max((cache.age for cache in caches if not cache.missing), default=0.0)
    yield _gauge("runtimes", "Runtimes that are looked at", len(caches))
    yield _gauge("poll_age_seconds", "Age of the oldest successful look at a runtime", oldest)
    yield _gauge("poll_interval_seconds", "Seconds between two looks at a runtime at rest", _interval(now))


def _interval(now: Working | None) -> float:
    """The longest, where accounts differ."""
    return max((now.accounts.poll_interval(account) for account in now.accounts), default=0.0) if now else 0.0


def _objects(now: Working | None) -> Metric:
    family = GaugeMetricFamily("agentrun_objects", "Objects by condition, its status and reason", labels=CONDITION)
    conditions = (each for status in _statuses(now) for each in status.get("conditions") or ())
    for labels, count in Counter((each["type"], each["status"], each["reason"]) for each in conditions).items():
        family.add_metric(labels, count)
    return family


def _rollouts(now: Working | None) -> Metric:
    family = GaugeMetricFamily("agentrun_rollouts", "Objects by the phase of their rollout", labels=("phase",))
    found = Counter((status.get("rollout") or {}).get("phase") for status in _statuses(now))
    for phase in Phase:  # no other: whoever may write a status could make series without end
        family.add_metric((phase.value,), found[phase])
    return family


def _statuses(now: Working | None) -> Iterator[Mapping[str, Any]]:
    bodies = (now.store.get(key) for key in now.store) if now else ()
    return (body["status"] for body in bodies if body)


def _limits(now: Working | None) -> Metric:
    text = "Calls a second that an account may make now"
    family = GaugeMetricFamily("agentrun_remote_limit_qps", text, labels=("account",))
    for name, rate in now.accounts.rates() if now else ():
        family.add_metric((name,), rate)
    return family


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"agentrun_{name}", text, value)

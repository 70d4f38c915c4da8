"""Every metric of the operator, in one registry that is made anew for each run. Names and meanings only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, PlatformCollector, ProcessCollector
from prometheus_client.exposition import generate_latest

if TYPE_CHECKING:
    from agentrun_operator.agentrun.http.transport import Attempt

CALL_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
WORK_BUCKETS = (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60)


class Metrics:
    """The operator's metrics. All are prefixed `agentrun_`; times are in seconds."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self.reconciles = self._counter("reconciles", "Reconciles by outcome", "outcome")
        self.reconcile_seconds = self._histogram("reconcile_seconds", "Time of one reconcile", WORK_BUCKETS)
        self.remote_calls = self._counter("remote_calls", "Calls to AgentRun by action and answer", "action", "code")
        self.remote_seconds = self._histogram("remote_seconds", "Time of one call to AgentRun", CALL_BUCKETS, "action")
        self.remote_limit = self._gauge("remote_limit_qps", "Calls a second that an account may make now", "account")
        self.writes = self._counter("kubernetes_writes", "Writes to the Kubernetes API by kind", "kind")
        self.queue_depth = self._gauge("queue_depth", "Objects that wait for their turn")
        self.queue_active = self._gauge("queue_active", "Objects that are worked on")
        self.queue_planned = self._gauge("queue_planned", "Objects that are planned for later")
        self.queue_seconds = self._histogram("queue_seconds", "Time from the first wish to the turn", WORK_BUCKETS)
        self.objects = self._gauge(
            "objects", "Objects by condition, its status and reason", "condition", "status", "reason"
        )
        self.drift = self._counter("drift", "Changes made outside that were seen, by what was done", "handling")
        self.leader = self._gauge("leader", "1 while this replica leads")
        self.poll_age = self._gauge("poll_age_seconds", "Age of the oldest successful look at a runtime")
        self.runtimes = self._gauge("runtimes", "Runtimes that are looked at")
        # There from the start: a counter that appears with its first event has no increase to be alerted of.
        self.reconciles.labels("defect")
        for handling in ("corrected", "reported", "recreated"):
            self.drift.labels(handling)

    def attempt(self, attempt: Attempt) -> None:
        """Counts one attempt of a call to AgentRun."""
        self.remote_calls.labels(attempt.action, attempt.code).inc()
        self.remote_seconds.labels(attempt.action).observe(attempt.seconds)

    def text(self) -> bytes:
        """All of them, as Prometheus reads them."""
        return generate_latest(self.registry)

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"agentrun_{name}", text, labels, registry=self.registry)

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(f"agentrun_{name}", text, labels, registry=self.registry)

    def _histogram(self, name: str, text: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        return Histogram(f"agentrun_{name}", text, labels, buckets=buckets, registry=self.registry)

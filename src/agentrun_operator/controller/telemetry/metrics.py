"""What is counted as it happens, in one registry that is made anew for each run. Names and meanings only.

What is looked up when Prometheus asks is in `collector`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, PlatformCollector, ProcessCollector

from agentrun_operator.reconcile.rollout.proof.expectation import Outcome

if TYPE_CHECKING:
    from prometheus_client.registry import Collector

    from agentrun_operator.agentrun.http.transport import Attempt
    from agentrun_operator.reconcile.rollout.proof.expectation import Judged

CALL_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
ANSWER_BUCKETS = (0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120)
WORK_BUCKETS = (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60)


KNOWN_CODES = frozenset(
    {
        *("SUCCESS", "NoAnswerError", "AnswerTooSlow", "AnswerTooLarge", "ListTooLong", "MalformedAnswer"),
        *("ERR_BAD_REQUEST", "ERR_VALIDATION_FAILED", "ERR_INTERNAL_SERVER_ERROR", "ERR_NOT_FOUND"),
        *("Throttling", "Throttling.User", "Throttling.Api", "TooManyRequests", "ServiceUnavailable", "InternalError"),
        *("Unauthorized", "Forbidden", "Forbidden.RAM", "NoPermission", "AccessDenied", "SignatureDoesNotMatch"),
        *("IncompleteSignature", "InvalidTimeStamp.Expired", "InvalidTimeStamp.Format", "SignatureNonceUsed"),
        *("InvalidAccessKeyId.NotFound", "InvalidAccessKeyId.Inactive", "MissingAccessKeyId"),
        *("InvalidSecurityToken.Expired", "InvalidSecurityToken.Malformed", "MissingSecurityToken"),
        *("InvalidSecurityToken.MismatchWithAccessKey", "InvalidAction.NotFound", "Conflict"),
        *("CredentialsRejectedError", "RequestRejectedError", "ServiceUnavailableError", "ResourceNotExistError"),
    }
)
"""The codes that calls are counted by. The service may answer any, and each would be a series that never ends."""

THROTTLING, OTHER_CODE = "Throttling", "other"

ROLLOUT_ENDS = ("promoted", "reverted", "replaced", "dropped")
"""How a rollout ends: with all traffic or with none, for another one, or with its block removed."""

VERDICTS = ("Pass", "Fail", "Inconclusive")
VERSION_ROLES = ("canary", "stable")


class Metrics:
    """The operator's metrics. All are prefixed `agentrun_`; times are in seconds."""

    def __init__(self, *collectors: Collector) -> None:
        """Make them all, and take in others; none has counted anything."""
        self.registry = CollectorRegistry()
        for collector in collectors:
            self.registry.register(collector)
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self.reconciles = self._counter("reconciles", "Reconciles by outcome", "outcome")
        self.reconcile_seconds = self._histogram("reconcile_seconds", "Time of one reconcile", WORK_BUCKETS)
        self.remote_calls = self._counter("remote_calls", "Calls to AgentRun by action and answer", "action", "code")
        self.remote_seconds = self._histogram("remote_seconds", "Time of one call to AgentRun", CALL_BUCKETS, "action")
        self.writes = self._counter("kubernetes_writes", "Writes to the Kubernetes API by kind", "kind")
        self.queue_seconds = self._histogram("queue_seconds", "Time that a key waited in the work queue", WORK_BUCKETS)
        self.drift = self._counter("drift", "Changes made outside that were seen, by what was done", "handling")
        self.rollout_ends = self._counter("rollout_ends", "Rollouts that ended, by how", "outcome")
        self.probe_seconds = self._histogram(
            "probe_seconds", "Time of one answer to a golden prompt", ANSWER_BUCKETS, "version_role"
        )
        self.probe_tokens = self._counter("probe_tokens", "Tokens that answers to golden prompts took")
        self.probe_answers = self._counter("probe_answers", "Answers to golden prompts by what they prove", "verdict")
        self.leader = Gauge("agentrun_leader", "1 while this replica leads", registry=self.registry)
        self.watch_down = Gauge(
            "agentrun_watch_down_seconds", "For how long there has been no watch of the objects", registry=self.registry
        )
        self.unattended = Gauge(
            "agentrun_unattended_objects",
            "Objects without a status for five minutes, of all operators'; 0 without watch-label-selector",
            registry=self.registry,
        )
        # There from the start: a counter that appears with its first event has no increase to be alerted of.
        self.reconciles.labels("error")
        for counted, words in (
            (self.drift, ("corrected", "reported", "recreated")),
            (self.rollout_ends, ROLLOUT_ENDS),
            (self.probe_seconds, VERSION_ROLES),
            (self.probe_answers, VERDICTS),
        ):
            for word in words:
                counted.labels(word)

    def attempt(self, attempt: Attempt) -> None:
        """Count one attempt of a call to AgentRun."""
        self.remote_calls.labels(attempt.action, _label(attempt.code)).inc()
        self.remote_seconds.labels(attempt.action).observe(attempt.seconds)

    def probe(self, role: str, judged: Judged) -> None:
        """Count one answer to a golden prompt."""
        self.probe_answers.labels(_VERDICTS.get(judged.outcome, "Inconclusive")).inc()
        self.probe_tokens.inc(judged.tokens or 0)
        if judged.answered:
            self.probe_seconds.labels(role).observe(judged.seconds)

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"agentrun_{name}", text, labels, registry=self.registry)

    def _histogram(self, name: str, text: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        return Histogram(f"agentrun_{name}", text, labels, buckets=buckets, registry=self.registry)


_VERDICTS = {Outcome.RIGHT: "Pass", Outcome.WRONG: "Fail", Outcome.BROKEN: "Fail"}


def _label(code: str) -> str:
    """The code that a call is counted by."""
    if code in KNOWN_CODES:
        return code
    return THROTTLING if code.startswith(THROTTLING) else OTHER_CODE

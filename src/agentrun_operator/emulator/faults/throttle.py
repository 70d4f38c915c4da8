"""Limits the calls of each account with a token bucket. No clock of its own, no HTTP."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agentrun_operator.emulator.faults.behaviour import Throttling


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


@dataclass(slots=True)
class Throttle:
    """The buckets of all accounts, full at first."""

    rule: Throttling
    _buckets: dict[str | None, _Bucket] = field(default_factory=dict)

    def wait(self, account_id: str | None, now: float) -> float:
        """Take a token from an account's bucket.

        Args:
            account_id: whose; unknown callers share a bucket.
            now: seconds since the epoch.

        Returns:
            0, or the seconds until there is a token, if there was none.
        """
        bucket = self._buckets.setdefault(account_id, _Bucket(self._burst, now))
        bucket.tokens = min(self._burst, bucket.tokens + (now - bucket.at) * self.rule.qps)
        bucket.at = now
        if bucket.tokens < 1:
            return (1 - bucket.tokens) / self.rule.qps
        bucket.tokens -= 1
        return 0.0

    @property
    def _burst(self) -> float:
        return max(1.0, self.rule.qps) if self.rule.burst is None else self.rule.burst

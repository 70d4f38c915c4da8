"""Which limit a call counts against. Callers, addresses and parts are any keys; who they are is not known here.

A caller is *proven* from the first of its calls that was accepted until three in a row were refused as not being who
they say. The proven calls of one payer share one limit. All callers of an address that are not proven share one small
limit: whoever only claims another's name takes nothing from the other. There the tenants take turns, and the callers of
each, and those that were never tried go first. What is overloaded in one part alone slows the calls to that part.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from agentrun_operator.controller.concurrency.cancellation import run_until
from agentrun_operator.controller.concurrency.priority import Priority
from agentrun_operator.controller.concurrency.rate_limiter import AdaptiveRateLimiter

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

T = TypeVar("T")

UNPROVEN_SHARE = 4
"""The small limit is the full one divided by this."""

REFUSALS = 3
"""Refusals in a row after which a caller is not proven any more."""

KEPT_CALLERS, KEPT_LIMITS = 4096, 512
"""How many are remembered; those that nobody waits for and that know nothing go first, the longest unused of them."""


class Caller(NamedTuple):
    """Who makes a call.

    Attributes:
        address: where to.
        payer: whom the service counts it against if it is accepted.
        pair: what shows that the caller is the payer.
    """

    address: Hashable
    payer: Hashable
    pair: Hashable


class Call(NamedTuple):
    """A call under way: who makes it, to which part of the service (None: the whole), and in which limits it counts."""

    caller: Caller
    part: Hashable
    limits: tuple[AdaptiveRateLimiter, ...]


@dataclass(slots=True)
class _Proof:
    """What is known of a caller."""

    proven: asyncio.Event = field(default_factory=asyncio.Event)
    refusals: int = 0
    tried: bool = False
    waiting: int = 0


class _Recent(Generic[T]):
    """A few things by key, made when they are asked for; those that nobody needs go, the longest unused first."""

    def __init__(self, most: int, make: Callable[[], T], needed: Callable[[T], bool]) -> None:
        self._most = most
        self._make = make
        self._needed = needed
        self._kept: dict[Hashable, T] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def known(self, key: Hashable) -> T | None:
        return self._kept.get(key)

    def of(self, key: Hashable) -> T:
        found = self._kept.pop(key, None)
        if found is None:
            self._forget_one()
            found = self._make()
        self._kept[key] = found
        return found

    def drop(self, key: Hashable) -> None:
        self._kept.pop(key, None)

    def _forget_one(self) -> None:
        if len(self._kept) >= self._most:
            oldest = next((key for key, kept in self._kept.items() if not self._needed(kept)), None)
            self._kept.pop(oldest, None)


def _busy(limiter: AdaptiveRateLimiter) -> bool:
    return not limiter.idle


class Limits:
    """All limits of one process."""

    def __init__(self, rate: float, burst: int, clock: Callable[[], float]) -> None:
        """Make no limit yet.

        Args:
            rate: calls a second that a proven payer makes at most.
            burst: and at once, after a quiet time.
            clock: the time in seconds.
        """

        def full() -> AdaptiveRateLimiter:
            return AdaptiveRateLimiter(rate, burst, clock)

        def small() -> AdaptiveRateLimiter:
            return AdaptiveRateLimiter(rate / UNPROVEN_SHARE, max(1, burst // UNPROVEN_SHARE), clock)

        self._proofs = _Recent(KEPT_CALLERS, _Proof, lambda proof: proof.waiting > 0)
        self._payers = _Recent(KEPT_LIMITS, full, _busy)
        self._parts = _Recent(KEPT_LIMITS, full, _busy)
        self._unproven = _Recent(KEPT_LIMITS, small, _busy)

    def __len__(self) -> int:
        return len(self._payers) + len(self._parts) + len(self._unproven)

    def of(self, caller: Caller) -> AdaptiveRateLimiter:
        """The limit that the caller's calls count against now."""
        if self._proofs.of(caller.pair).proven.is_set():
            return self._payers.of((caller.address, caller.payer))
        return self._unproven.of(caller.address)

    async def acquire(self, caller: Caller, part: Hashable = None) -> Call:
        """Wait until the caller may make a call to a part of the service, or to the whole (None)."""
        proof = self._proofs.of(caller.pair)
        while not proof.proven.is_set():
            limiter = self._unproven.of(caller.address)
            if await _on_trial(proof, limiter, caller.pair):
                return Call(caller, part, (limiter,))
        overloaded = self._parts.known((caller, part)) if part is not None else None
        limits = (*([overloaded] if overloaded else []), self._payers.of((caller.address, caller.payer)))
        for limiter in limits:
            await limiter.acquire()
        return Call(caller, part, limits)

    def accepted(self, call: Call, took: float) -> None:
        """The service answered, in so many seconds, and took the caller for who it says."""
        proof = self._proofs.of(call.caller.pair)
        proof.refusals = 0
        proof.proven.set()
        self.answered(call, took)

    def answered(self, call: Call, took: float) -> None:
        """The service did not ask for fewer calls."""
        self._proofs.of(call.caller.pair).tried = True
        for limiter in call.limits:
            limiter.accepted(took)
        part = (call.caller, call.part)
        if (overloaded := self._parts.known(part)) and overloaded.idle:
            self._parts.drop(part)

    def refused(self, call: Call, took: float) -> None:
        """The service did not take the caller for who it says."""
        proof = self._proofs.of(call.caller.pair)
        proof.refusals += 1
        if proof.refusals >= REFUSALS:
            proof.proven.clear()
        self.answered(call, took)

    def lost(self, call: Call, took: float) -> None:
        """There was no answer."""
        for limiter in call.limits:
            limiter.lost(took)

    def throttled(self, call: Call, retry_after: float, took: float) -> None:
        """The service asked for fewer calls: the caller's."""
        for limiter in call.limits[:-1]:
            limiter.lost(took)
        call.limits[-1].throttled(retry_after, took)

    def overloaded(self, call: Call, retry_after: float, took: float) -> None:
        """The service has too much to do: in the part that was called, or if it was none, all of it."""
        if call.part is None:
            self.throttled(call, retry_after, took)
            return
        for limiter in call.limits:
            limiter.lost(took)
        self._parts.of((call.caller, call.part)).throttled(retry_after, took)


async def _on_trial(proof: _Proof, limiter: AdaptiveRateLimiter, pair: Hashable) -> bool:
    """Wait for a token of the small limit; whether there was one before the caller was proven by another call."""
    given = False
    priority = Priority.RESYNC if proof.tried else Priority.EDIT

    async def turn() -> None:
        nonlocal given
        await limiter.acquire(pair, priority=priority)
        given = True

    proof.waiting += 1
    try:
        await run_until(turn(), proof.proven)
    finally:
        proof.waiting -= 1
    return given

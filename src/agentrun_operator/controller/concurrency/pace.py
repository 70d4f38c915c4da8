"""How many calls a second a service takes, found out by what it refuses. No clock, and nothing to wait for: each moment
is passed in.

A *complaint* is an answer that asks for fewer calls. Some come whatever the rate is, others because it is too high, and
only a lower rate tells which they are. So the pace is

- free at first, at the full rate. One complaint in eight calls is put up with for a while; clearly more are an alarm.
- held after an alarm, at a little less than what was accepted. As many complaints as before are another alarm. Fewer
  lower the rate by small steps and not far: what still complains then does not mean the rate.
- probing shortly before `HOLD` seconds are over: the full rate is tried, at first with one call under way at a time, so
  that a limit which still stands costs one complaint or two, and is held again.
- free again, though wary for a while: one complaint may be the old limit.

Example: of 20 calls a second 2 are accepted. The rate falls to 5, then to 2, and each ten seconds one call is refused.
Ten seconds after the last complaint it is 20 again.
"""

from __future__ import annotations

import math
from enum import Enum, auto

HOLD = 10.0
"""Seconds after an alarm until the full rate is back, if nothing is in the way."""

HOLD_ON = 11.0
"""The same where it was in the way `SURE` times one after the other, at a rate below `SLOW`."""

SURE = 6
"""Probes that met the limit, after which it is no passing one."""

SLOW = 2.5
"""Calls a second below which one complaint each ten seconds is much."""

PROBE = 0.3
"""Seconds before the end of that in which the full rate is tried with care, or more where answers take long: there has
to be time for a few."""

PROBE_ANSWERS = 6
"""How many answers one after the other."""

LONGEST_PROBE = 3.0
"""Seconds of probing at most."""

PASSED_PER_PLACE = 3
"""Calls that pass a probe, for each further one that may be under way at a time."""

WARY = 30.0
"""Seconds after an alarm for which a first complaint may be the old limit."""

TOLERATED = 0.125
"""The share of complaints that is put up with."""

TOLERATED_ANYWAY = 0.25
"""The same where complaints came though the rate was low."""

ALARM, ALARM_HELD = 4.0, 2.5
"""Complaints beyond that share, of late, that are an alarm; and while a rate is held that may still be far too high."""

SUSPECT = 0.04
"""The share that is put up with for ever."""

SUSPICION, SUSPICION_ANYWAY = 12.0, 60.0
"""Complaints beyond that share that are an alarm too; and where they came though the rate was low."""

CAREFUL = 0.92
"""What is held of what was accepted."""

SHALLOWEST, DEEPEST, DEEPEST_HELD = 0.75, 0.25, 0.1
"""What an alarm leaves of the rate at most; and at least, since perhaps only few calls were wanted."""

STEP = 0.95
"""What one complaint leaves of a held rate."""

LEAST = 0.85
"""What single complaints leave of it at least."""

RAISE = 0.07
"""By how much a rate that was held without a complaint is raised the next time, at first."""

SETTLE = 0.25
"""What is left of that after one with a complaint."""

LEAST_RAISE = 0.01
"""Less is not worth the complaint that it may cost."""

MIN_RATE = 0.5
"""Calls a second below which complaints do not lower a rate."""

WINDOW = 2.0
"""Seconds over which accepted calls are counted."""

SMOOTH = 0.1
"""What the latest answer counts for in how long answers take."""

NEVER = float("-inf")


class _Phase(Enum):
    FREE = auto()
    HELD = auto()
    PROBING = auto()
    WARY = auto()


class _Accepted:
    """How many calls a second were accepted of late: a count that falls by two thirds in `WINDOW` seconds."""

    def __init__(self) -> None:
        self._count = 0.0
        self._at = NEVER

    def note(self, now: float) -> None:
        self._count = self._left(now) + 1
        self._at = now

    def rate(self, now: float) -> float:
        return self._left(now) / WINDOW

    def _left(self, now: float) -> float:
        return self._count * math.exp((self._at - now) / WINDOW)


class _Probe:
    """The full rate, tried with care: how many calls passed, and are under way."""

    def __init__(self, now: float) -> None:
        self.began = now
        self.passed = 0
        self._under_way = 0

    @property
    def places(self) -> int:
        return 1 + self.passed // PASSED_PER_PLACE

    @property
    def may_go_on(self) -> bool:
        return self._under_way < self.places

    def sent(self) -> None:
        self._under_way += 1

    def answered(self, sent_at: float, *, passed: bool) -> None:
        if sent_at >= self.began:
            self._under_way -= 1
            self.passed += passed


class AdaptiveRate:
    """The rate at which calls may be sent now, `full` in calls a second at first."""

    def __init__(self, full: float) -> None:
        self._full = full
        self._held = self._held_at_first = full
        self._alarm_at = NEVER
        self._hold = HOLD
        self._stood = 0
        self._doubt = self._suspicion = 0.0
        self._complained = self._complains_anyway = self._complained_anyway = False
        self._raise = RAISE
        self._probe: _Probe | None = None
        self._accepted = 0
        self._lately = _Accepted()
        self._takes = 0.0

    def rate(self, now: float) -> float:
        """Calls a second."""
        phase = self._phase(now)
        careful = phase is _Phase.PROBING and self._probe is not None and not self._probe.may_go_on
        return self._held if phase is _Phase.HELD or careful else self._full

    def free(self, now: float) -> bool:
        """Whether the service is not known to take less."""
        return self._phase(now) is _Phase.FREE

    def changes_in(self, now: float) -> float:
        """Seconds until the rate changes by itself."""
        since = now - self._alarm_at
        return min((moment - since for moment in (self._probe_after, self._hold) if moment > since), default=math.inf)

    def sent(self, now: float) -> None:
        """A call goes out."""
        if self._phase(now) is _Phase.PROBING:
            self._probe = self._probe or _Probe(now)
            self._probe.sent()

    def accepted(self, now: float, took: float) -> None:
        """A call was answered, and not by a complaint.

        Args:
            now: the present.
            took: seconds since it was sent.
        """
        self._lately.note(now)
        self._takes += (took - self._takes) * SMOOTH
        if self._counts(now - took, passed=True):
            self._accepted += 1
            self._doubt = max(0.0, self._doubt - self._tolerated)
            self._suspicion = max(0.0, self._suspicion - SUSPECT)

    def lost(self, now: float, took: float) -> None:
        """A call had no answer, which says nothing of the rate."""
        self._counts(now - took, passed=False)

    def refused(self, now: float, took: float) -> bool:
        """A call was answered by a complaint.

        Args:
            now: the present.
            took: seconds since it was sent.

        Returns:
            whether it is an alarm.
        """
        if not self._counts(now - took, passed=False):
            return False
        phase = self._phase(now)
        self._doubt += 1 - self._tolerated
        self._suspicion += 1 - SUSPECT
        if phase in {_Phase.PROBING, _Phase.WARY} and not self._in_doubt:
            self._hold_again(now)
        elif self._doubt > (ALARM_HELD if phase is _Phase.HELD else ALARM):
            self._lower(now, phase, SHALLOWEST, DEEPEST_HELD if phase is _Phase.HELD else DEEPEST)
        elif self._suspicion > (SUSPICION_ANYWAY if self._in_doubt else SUSPICION):
            self._lower(now, phase, CAREFUL, 0.0)
        else:
            if phase is _Phase.HELD:
                self._lower_a_little()
            return False
        return True

    def _phase(self, now: float) -> _Phase:
        since = now - self._alarm_at
        if since < self._probe_after:
            return _Phase.HELD
        if since < self._hold or (since < self._hold + LONGEST_PROBE and self._narrow):
            return _Phase.PROBING
        return _Phase.WARY if since < WARY else _Phase.FREE

    @property
    def _narrow(self) -> bool:
        """Whether the probe does not let as many calls be under way yet as the full rate has."""
        return self._probe is not None and self._probe.places < self._full * self._takes

    @property
    def _probe_after(self) -> float:
        return self._hold - min(max(PROBE, PROBE_ANSWERS * self._takes), LONGEST_PROBE)

    @property
    def _in_doubt(self) -> bool:
        """Whether complaints come though the rate is low, in this hold or the one before."""
        return self._complains_anyway or self._complained_anyway

    @property
    def _tolerated(self) -> float:
        return TOLERATED_ANYWAY if self._in_doubt else TOLERATED

    def _counts(self, sent_at: float, *, passed: bool) -> bool:
        """Note an answer; a call that was sent before the last alarm says nothing of the rate since."""
        if self._probe:
            self._probe.answered(sent_at, passed=passed)
        return sent_at > self._alarm_at

    def _lower_a_little(self) -> None:
        least = LEAST * self._held_at_first
        self._complained, self._complains_anyway = True, self._held <= least
        self._held = max(self._held * STEP, least)

    def _lower(self, now: float, phase: _Phase, most: float, least: float) -> None:
        """Hold a little less than what was accepted; certainly less than before."""
        held = phase is _Phase.HELD
        since = now - self._alarm_at
        rate = self._held if held else self._full
        accepted = self._accepted / since if held and since >= 1.0 else self._lately.rate(now)
        self._complains_anyway = self._complains_anyway and not held  # if so, they did mean the rate
        self._raise, self._stood, self._hold = RAISE, 0, HOLD
        self._alarm(now, min(rate * most, max(CAREFUL * accepted, rate * least)))

    def _hold_again(self, now: float) -> None:
        """The limit still stands: hold what was held, or more if more was accepted since, or by the probe."""
        held = self._held
        if self._complained:
            self._raise *= SETTLE
        elif self._raise >= LEAST_RAISE:
            held *= 1 + self._raise
        probe = self._probe or _Probe(now)
        accepted = max(
            self._accepted / max(now - self._alarm_at, WINDOW), probe.passed / max(now - probe.began, WINDOW)
        )
        held = max(held, CAREFUL * accepted)
        self._stood += 1
        self._hold = HOLD_ON if self._stood >= SURE and held < SLOW else HOLD
        self._alarm(now, held)

    def _alarm(self, now: float, rate: float) -> None:
        self._held = self._held_at_first = min(max(rate, MIN_RATE), self._full)
        self._alarm_at = now
        self._doubt, self._suspicion, self._accepted, self._probe = 0.0, 0.0, 0, None
        self._complained_anyway, self._complains_anyway, self._complained = self._complains_anyway, False, False

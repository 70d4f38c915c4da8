"""Time that passes when a test says so."""

from dataclasses import dataclass

START = 1_795_339_135.0
"""2026-11-22T09:18:55Z"""


@dataclass
class VirtualClock:
    """Seconds since the epoch, for whoever takes a clock."""

    now: float = START

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds

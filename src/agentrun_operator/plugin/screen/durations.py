"""How long something takes, as people write it. Pure."""

from __future__ import annotations


def duration(seconds: float) -> str:
    """A duration such as `1h2m`, `10m` or `45s`; of hours, the seconds are left out.

    Args:
        seconds: how long.
    """
    minutes, rest = divmod(max(0, round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    parts = (f"{hours}h" * bool(hours), f"{minutes}m" * bool(minutes), f"{rest}s" * bool(rest and not hours))
    return "".join(parts) or "0s"

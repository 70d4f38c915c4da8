"""How long something takes, as people write it in a manifest."""

from __future__ import annotations


def shown(seconds: float) -> str:
    """A duration such as `1h2m30s`.

    Args:
        seconds: how long.
    """
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = (f"{hours}h" * bool(hours), f"{minutes}m" * bool(minutes), f"{rest}s" * bool(rest))
    return "".join(parts) or "0s"

"""How long tests wait for what must become true: whether it does is asked everywhere, when it does by few.

Tests that run beside others share the machine's cores with them, and with whatever else the machine does.
"""

import os

PATIENCE = 6.0 if "PYTEST_XDIST_WORKER" in os.environ else 1.0


def stretched(seconds: float) -> float:
    """A time in which something happens on a quiet machine, as it is waited for on this one."""
    return seconds * PATIENCE

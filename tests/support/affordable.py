"""How suites on a real control plane draw their examples: few, the same in every run; with a variable as many as it
says, and others each time."""

import os

from hypothesis import HealthCheck, Phase, settings


def affordable(usual: int, variable: str = "", steps: int = 50) -> settings:
    """Settings for examples that take seconds, so that a failing one is not made smaller.

    Args:
        usual: How many are drawn.
        variable: The environment variable that may say another number.
        steps: How many steps a stateful one has.
    """
    return settings(
        max_examples=int(os.environ.get(variable, usual)),
        stateful_step_count=steps,
        deadline=None,
        derandomize=variable not in os.environ,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )

"""What proves rollouts, for tests in which nothing rolls out."""

from datetime import UTC, datetime

from agentrun_operator.controller.analysis.analysis import Analysis
from agentrun_operator.controller.analysis.follower import AnalysisContext
from agentrun_operator.controller.analysis.limits import ProbeLimits
from agentrun_operator.controller.analysis.prometheus import Prometheus
from agentrun_operator.controller.keys import Body, ObjectKey


async def _nothing_to_fetch(key: ObjectKey) -> Body:
    raise AssertionError(f"nobody proves {key}")


def unused_analysis() -> Analysis:
    """One that is asked to prove nothing."""
    limits, prometheus = ProbeLimits(8, 60), Prometheus("")
    return Analysis(
        AnalysisContext(_nothing_to_fetch, lambda _: None, limits, prometheus, now=lambda: datetime.now(UTC))
    )

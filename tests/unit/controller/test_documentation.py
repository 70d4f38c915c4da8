"""docs/operations.md tells of just the metrics that there are."""

import re
from pathlib import Path

from agentrun_operator.controller.collector import ManagerCollector
from agentrun_operator.controller.telemetry.metrics import Metrics

OPERATIONS = Path(__file__).parents[3] / "docs" / "operations.md"


def existing() -> set[str]:
    """The names under which Prometheus asks for our metrics."""
    found = set()
    for family in Metrics(ManagerCollector(lambda: None)).registry.collect():
        if family.name.startswith("agentrun_"):
            found.add(f"{family.name}_total" if family.type == "counter" else family.name)
    return found


def test_every_metric_is_documented_and_every_documented_one_exists():
    documented = set(re.findall(r"^\| `(agentrun_\w+)", OPERATIONS.read_text(), re.MULTILINE))

    assert documented == existing()


def test_every_metric_of_an_alert_exists():
    used = set(re.findall(r"agentrun_\w+", OPERATIONS.read_text()))

    assert used <= existing()

"""docs/operations.md tells of just the metrics that there are, and docs/install.md of just the calls."""

import json
import re
from pathlib import Path

from agentrun_operator.agentrun import operations
from agentrun_operator.controller.collector import ManagerCollector
from agentrun_operator.controller.telemetry.metrics import Metrics

OPERATIONS = Path(__file__).parents[3] / "docs" / "operations.md"
OPERATIONS_CODE = Path(operations.__file__).read_text()


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


def test_the_ram_policy_allows_just_the_calls_that_there_are():
    install = (OPERATIONS.parent / "install.md").read_text()
    (policy,) = re.findall(r"```json\n(.*?)```", install, re.DOTALL)
    allowed = {action for statement in json.loads(policy)["Statement"] for action in statement["Action"]}

    assert allowed == {
        f"agentrun:{action}" for action in re.findall(r'"([A-Z][a-z]+AgentRuntime\w*)"', OPERATIONS_CODE)
    }

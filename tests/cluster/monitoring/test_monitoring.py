"""Alerts and dashboard know only metrics that an operator which has worked really shows, and are documented."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from agentrun_operator.controlplane import ControlPlane
from support.cluster import Kubectl, eventually, new_namespace
from support.emulator import running_emulator
from support.endpoints import Endpoints
from support.operator import QUICK, Operator, agentrun_environment
from support.promql import grouped, selected

ROOT = Path(__file__).parents[3]
MONITORING = ROOT / "deploy" / "chart" / "agentrun-operator" / "monitoring"
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()

ALERTS = [
    rule for group in yaml.safe_load((MONITORING / "alerts.yaml").read_text())["groups"] for rule in group["rules"]
]
PANELS = json.loads((MONITORING / "dashboard.json").read_text())["panels"]
EXPRESSIONS = [pytest.param(alert["expr"], id=alert["alert"]) for alert in ALERTS] + [
    pytest.param(target["expr"], id=f"{panel['title']} {target['refId']}")
    for panel in PANELS
    for target in panel["targets"]
]

ALERTS_FILE = str(MONITORING / "alerts.yaml")
PROMTOOL = shutil.which("promtool")

Labels = frozenset[str]


@pytest.fixture(scope="module")
def live(control_plane: ControlPlane, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Labels]]:
    """The labels of every metric, by its name, of an operator that has created, failed and seen drift."""
    folder = tmp_path_factory.mktemp("operator")
    with new_namespace(control_plane) as namespace, running_emulator() as (server, emulator):
        settings = QUICK | {"kubeconfig": str(control_plane.kubeconfig), "namespaces": namespace}
        operator = Operator(folder, agentrun_environment(server.url), settings)
        try:
            runtime = emulator.add_runtime("support-bot")
            emulator.add_endpoint(runtime, "taken")
            operator.start()
            endpoints = Endpoints(Kubectl(control_plane, namespace))
            emulator.fault("CreateAgentRuntimeEndpoint", status=500, times=1)
            endpoints.apply("chat")
            endpoints.apply("taken")
            endpoints.wait_reason("taken", "AlreadyExists")
            emulator.patch_endpoint(endpoints.wait_ready("chat")["status"]["endpointId"], description="theirs")
            eventually(lambda: "DriftCorrected" in endpoints.events("chat"))
            yield labels_by_metric(operator.get("/metrics")[1])
        finally:
            operator.close()


def labels_by_metric(text: str) -> dict[str, Labels]:
    found: dict[str, Labels] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found[sample.name] = found.get(sample.name, frozenset()) | frozenset(sample.labels)
    return found


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_every_metric_and_label_is_on_a_live_page(live: dict[str, Labels], expression: str):
    used = selected(expression)

    assert used
    assert [metric.name for metric in used if metric.name not in live] == []
    assert [metric for metric in used if not metric.labels <= live[metric.name]] == []
    assert grouped(expression) <= frozenset().union(*(live[metric.name] for metric in used))


def test_the_dashboard_shows_every_metric_of_the_operator(live: dict[str, Labels]):
    shown = {metric.name for panel in PANELS for target in panel["targets"] for metric in selected(target["expr"])}
    told = {name for name in live if name.startswith("agentrun_") and not name.endswith(("_created", "_sum", "_count"))}

    assert told - shown == set()


def test_the_alerts_are_those_of_the_documentation():
    told = re.findall(r"^\| (AgentRun\w+) \|.*?(?:for (\d+) m)? \|", OPERATIONS, re.MULTILINE)

    assert [(alert["alert"], alert.get("for", "").rstrip("m")) for alert in ALERTS] == told


@pytest.mark.parametrize("alert", ALERTS, ids=[alert["alert"] for alert in ALERTS])
def test_each_alert_says_what_it_means_and_what_to_do(alert: dict[str, Any]):
    assert alert["labels"]["severity"] in {"critical", "warning", "info"}
    assert {"summary", "description", "runbook"} == set(alert["annotations"])


def test_panels_do_not_overlap_and_have_ids_of_their_own():
    cells = [
        (x, y)
        for place in (panel["gridPos"] for panel in PANELS)
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]

    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24
    assert len({panel["id"] for panel in PANELS}) == len(PANELS)


@pytest.mark.skipif(PROMTOOL is None, reason="Prometheus's own promtool is not installed")
@pytest.mark.parametrize(
    "arguments", [("check", "rules", ALERTS_FILE), ("test", "rules", "alerts.test.yaml")], ids=["syntax", "behaviour"]
)
def test_prometheus_takes_the_alerts_and_they_fire_when_they_should(arguments: tuple[str, ...]):
    command = [str(PROMTOOL), *arguments]

    done = subprocess.run(command, cwd=Path(__file__).parent, capture_output=True, text=True, check=False)  # noqa: S603 - promtool

    assert done.returncode == 0, done.stdout + done.stderr

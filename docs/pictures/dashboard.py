"""Draws dashboard.svg: the dashboard's panels, by their own expressions, over some minutes of a real run.

A real control plane, the operator, the emulated AgentRun, and a real Prometheus (`prometheus` on PATH) that scrapes the
operator and answers every panel's expression. Grafana has no part in it: matplotlib draws.

    make dashboard-picture
"""
# ruff: noqa: INP001, S603 - a script beside its picture; starts `prometheus` from PATH

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import httpx
from benchmarks.plots import STYLE, svg
from busy import busy
from matplotlib import style
from panels import Line, Panel, drawn
from rich.console import Console
from shown import DASHBOARD as PICTURE
from shown import written_down

from agentrun_operator.controlplane import LOOPBACK, ControlPlane, find_binaries, free_port, progress_on
from agentrun_operator.emulator import Behaviour, Transitions
from support.cluster import Kubectl, eventually
from support.emulator import running_emulator
from support.endpoints import Endpoints
from support.operator import PORT, Operator, agentrun_environment

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
DASHBOARD = ROOT / "deploy" / "chart" / "agentrun-operator" / "monitoring" / "dashboard.json"
CRDS = ROOT / "crds"

STEP = 5
UNFORKED = {"PYTHONUTF8": "1"}
"""A variable that has the operator be a program of its own: forked from this one, it would show our memory as its."""

MISSING = """\
There is no Prometheus: `prometheus` has to be on PATH, the program alone; this starts one of its own on a free port.
`apt-get install --no-install-recommends prometheus`, `brew install prometheus`, or https://prometheus.io/download/"""
NOTE = (
    "Drawn by docs/pictures/dashboard.py, not by Grafana: the panels' own expressions over a run with a real control"
    " plane, operator and Prometheus, and an emulated AgentRun."
)


def main() -> None:
    """Runs, asks and draws."""
    program = shutil.which("prometheus") or sys.exit(MISSING)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        with progress_on(Console(stderr=True)) as progress:
            binaries = find_binaries(os.environ, progress)
        plane = stack.enter_context(ControlPlane(binaries))
        plane.run_kubectl("apply", f"--filename={CRDS}")
        behaviour = Behaviour(transitions=Transitions(create=2, update=1, delete=1))
        server, emulator = stack.enter_context(running_emulator(behaviour))
        settings = {"kubeconfig": str(plane.kubeconfig), "poll-interval": "10", "lease-namespace": "default"}
        operator = Operator(
            folder, agentrun_environment(server.url, AGENTRUN_DATA_ENDPOINT=server.url, **UNFORKED), settings
        )
        stack.callback(operator.close)
        operator.start().wait_leading()
        address = f"127.0.0.1:{PORT.findall(operator.log())[0]}"
        prometheus = stack.enter_context(scraping(program, address, folder))
        begin = time.time()
        busy(Endpoints(Kubectl(plane, "default")), emulator, begin)
        write(list(shown(prometheus, begin)))
    written_down(PICTURE)


def write(panels: list[Panel]) -> None:
    """Draws the panels to dashboard.svg; to a tenth of a point, and without indentation, it is a third smaller."""
    with style.context(STYLE):
        text = svg(drawn(panels, NOTE))
    small = re.sub(r"(?<=[ \"(,])(-?\d+\.\d)\d+|^ +", r"\1", text, flags=re.MULTILINE)
    (HERE / "dashboard.svg").write_text(small)


@contextmanager
def scraping(program: str, address: str, folder: Path) -> Iterator[httpx.Client]:
    """A Prometheus that scrapes the operator each second, labelled as in a cluster."""
    labels = {"namespace": "agentrun", "pod": "agentrun-operator-0"}
    job = {"job_name": "agentrun-operator", "static_configs": [{"targets": [address], "labels": labels}]}
    (folder / "prometheus.yml").write_text(json.dumps({"global": {"scrape_interval": "1s"}, "scrape_configs": [job]}))
    log = folder / "prometheus.log"
    listens = f"{LOOPBACK}:{free_port()}"
    flags = [f"--web.listen-address={listens}", f"--storage.tsdb.path={folder}/data"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [program, f"--config.file={folder}/prometheus.yml", *flags], stdout=output, stderr=output
        )
    try:
        with closing(httpx.Client(base_url=f"http://{listens}/api/v1", trust_env=False)) as client:
            eventually(lambda: answers(client), within=20)
            yield client
    finally:
        process.terminate()
        process.wait(10)


def answers(client: httpx.Client) -> bool:
    """Whether Prometheus has scraped the operator."""
    try:
        return bool(client.get("/query", params={"query": "agentrun_leader"}).json()["data"]["result"])
    except (httpx.HTTPError, KeyError, ValueError):
        return False


def shown(prometheus: httpx.Client, begin: float) -> Iterator[Panel]:
    """Every panel of the dashboard with what Prometheus answers."""
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        lines = [line for target in panel["targets"] for line in asked(prometheus, target, begin)]
        unit, place = panel["fieldConfig"]["defaults"]["unit"], panel["gridPos"]
        yield Panel(panel["title"], unit, panel["type"] == "stat", **place, lines=lines)


def asked(prometheus: httpx.Client, target: dict[str, Any], begin: float) -> Iterator[Line]:
    """The series of one expression."""
    filled = target["expr"].replace("$__rate_interval", "10s").replace("$namespace", ".*").replace("$job", ".*")
    window = {"query": filled, "start": begin, "end": time.time(), "step": STEP}
    for series in prometheus.get("/query_range", params=window).raise_for_status().json()["data"]["result"]:
        yield Line(
            named(target["legendFormat"], series["metric"]),
            [(float(at) - begin, float(value)) for at, value in series["values"]],
        )


def named(legend: str, labels: dict[str, str]) -> str:
    """A legend's text with the series' labels filled in."""
    return re.sub(r"\{\{(\w+)\}\}", lambda found: labels.get(found[1], ""), legend)


if __name__ == "__main__":
    main()

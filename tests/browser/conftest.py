"""A real browser that looks at a real cluster. Without one that `make page-test` names, nothing here is collected."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from agentrun_operator.controlplane import Binaries, ControlPlane, find_binaries, progress_on
from support import fleet, kube_api
from support.cluster import Kubectl
from support.page import Dashboard, running_dashboard
from support.plugin import plugin_environment

BROWSER = os.environ.get("PAGE_BROWSER", "")

collect_ignore_glob = [] if BROWSER else ["test_*.py"]

CRDS = Path(__file__).parents[2] / "crds"
TEAMS = ("team-a", "team-b", "team-c")
FLAGS = ["--disable-background-networking", "--no-first-run", *(["--no-sandbox"] if os.geteuid() == 0 else [])]


@pytest.fixture(scope="session")
def binaries() -> Binaries:
    with progress_on(Console(stderr=True)) as progress:
        return find_binaries(os.environ, progress)


@pytest.fixture(scope="session")
def control_plane(binaries: Binaries) -> Iterator[ControlPlane]:
    """Holds a fleet in three namespaces."""
    with ControlPlane(binaries) as plane:
        plane.run_kubectl("apply", f"--filename={CRDS}")
        plane.run_kubectl("wait", "--for=condition=Established", "--timeout=120s", f"--filename={CRDS}")
        for team in TEAMS:
            plane.run_kubectl("create", "namespace", team)
        for member in fleet.fleet():
            fleet.create(Kubectl(plane), member)
        yield plane
        kube_api.close()


@pytest.fixture
def kubectl(control_plane: ControlPlane) -> Kubectl:
    return Kubectl(control_plane, TEAMS[0])


@pytest.fixture(scope="session")
def environment(
    binaries: Binaries, control_plane: ControlPlane, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    return plugin_environment(binaries.kubectl, control_plane.kubeconfig, tmp_path_factory.mktemp("home"), {})


@pytest.fixture(scope="session")
def dashboard(environment: dict[str, str]) -> Iterator[Dashboard]:
    """The page of all namespaces, for all tests that only look."""
    with running_dashboard(environment) as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - installed by `make page-test` alone

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=BROWSER, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def page(browser: Any, request: pytest.FixtureRequest) -> Iterator[Any]:
    """An empty page; at the end nothing may have been complained of, unless the test says so."""
    context = browser.new_context(viewport={"width": 1360, "height": 840}, reduced_motion="reduce")
    context.set_default_timeout(20_000)
    page = context.new_page()
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: told.append(str(error)))
    yield page
    context.close()
    if not request.node.get_closest_marker("complains"):
        assert told == []

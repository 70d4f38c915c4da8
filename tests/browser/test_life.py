"""The page's life: many objects, a cluster that goes and comes, and its own end."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agentrun_operator.controlplane import ControlPlane
from support.cluster import Kubectl, eventually
from support.fleet import KIND
from support.forward_proxy import ForwardProxy, running
from support.measured import Measured
from support.page import Dashboard, running_dashboard

SIZE = 5000
MIB = 2**20
FRAME = 1000 / 60
"""Milliseconds of a frame: who works for less drops none."""

WHAT = {
    "work": "the processor for one frame",
    "median": "a frame, median, on this machine as it is",
    "longest": "the longest task, on this machine as it is",
}
NOBODY = ("127.0.0.1", 9)

SCROLL = (Path(__file__).parent / "scroll.js").read_text()
HIDE = (Path(__file__).parent / "hide.js").read_text()


class Scrolling:
    """Scrolls through all rows, and takes down what the browser's main thread worked, and how long frames took.

    Args:
        page: the page.
        measured: takes down figures.
    """

    def __init__(self, page: Any, measured: Measured) -> None:
        self._page = page
        self._measured = measured
        self._session = page.context.new_cdp_session(page)
        self._session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def __call__(self, when: str) -> dict[str, float]:
        before = self._worked()
        found = self._page.evaluate(SCROLL)
        found["work"] = 1000 * (self._worked() - before) / found["frames"]
        for name in ("work", "median", "longest"):
            self._measured(f"ms of {WHAT[name]}, {when}", found[name])
        return dict(found)

    def _worked(self) -> float:
        """Seconds of the processor that the page's main thread took."""
        told = {each["name"]: each["value"] for each in self._session.send("Performance.getMetrics")["metrics"]}
        return float(sum(told[name] for name in ("ScriptDuration", "LayoutDuration", "RecalcStyleDuration")))


@pytest.fixture
def crowd(environment: dict[str, str], tmp_path: Path) -> Iterator[tuple[Dashboard, Path]]:
    """A page of five thousand, and the file that asks for changes."""
    (tmp_path / "kubectl").symlink_to(Path(__file__).parent / "kubectl.py")
    changes = tmp_path / "changes"
    own = {
        "PATH": f"{tmp_path}{os.pathsep}{environment['PATH']}",
        "FLEET_SIZE": str(SIZE),
        "FLEET_CHANGES": str(changes),
    }
    with running_dashboard(environment | own) as running:
        yield running, changes


def test_five_thousand_scroll_without_a_stall_while_all_of_them_change(
    crowd: tuple[Dashboard, Path], page: Any, measured: Measured
):
    dashboard, changes = crowd
    page.goto(dashboard.url)
    page.wait_for_function("() => document.getElementById('count').textContent === '5,000 endpoints'", timeout=120_000)
    scroll = Scrolling(page, measured)
    at_rest = scroll("at rest")
    changes.write_text("5000\n" * 3)
    in_storm = scroll("while all change three times")
    page.keyboard.press("/")
    page.keyboard.type("agent-04999")
    page.wait_for_function("() => document.getElementById('count').textContent === '1 of 5,000 endpoints'")
    page.wait_for_selector("#row-0 >> text=agent-04999")

    measured("MiB that the server holds", dashboard.resident() / MIB)
    assert at_rest["elements"] < 60
    assert at_rest["work"] < FRAME
    assert in_storm["work"] < FRAME
    assert dashboard.resident() < 200 * MIB


@pytest.fixture
def gate(control_plane: ControlPlane) -> Iterator[ForwardProxy]:
    """The way to the API server, which can be closed."""
    with running(ForwardProxy(control_plane.url, transparent=True)) as proxy:
        yield proxy


@pytest.fixture
def behind(
    control_plane: ControlPlane, environment: dict[str, str], gate: ForwardProxy, tmp_path: Path
) -> dict[str, str]:
    """An environment whose cluster is behind the gate."""
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(control_plane.kubeconfig.read_text().replace(control_plane.url, f"https://{gate.address}"))
    return environment | {"KUBECONFIG": str(kubeconfig)}


def test_a_cluster_that_goes_is_told_with_the_time_and_one_that_comes_back_is_live_again(
    page: Any, behind: dict[str, str], gate: ForwardProxy, kubectl: Kubectl
):
    upstream = gate.upstream
    with running_dashboard(behind) as dashboard:
        page.goto(dashboard.url)
        page.wait_for_selector("#row-9")
        gate.upstream = NOBODY
        gate.cut()
        page.wait_for_selector("#link[data-live=no]")
        assert re.match(r"▲ Stale: as of \d+:\d\d:\d\d", page.text_content("#link"))
        assert page.locator(".row:not([hidden])").count() == 10

        kubectl.patch(KIND, "orders", {"status": {"agentRuntimeName": "renamed"}}, subresource="status")
        gate.upstream = upstream
        page.wait_for_selector("#link[data-live=yes]", timeout=30_000)
        page.wait_for_selector("#row-1 >> text=renamed")
        assert dashboard.interrupt() == 0


@pytest.mark.complains
def test_a_page_whose_command_ended_says_so(page: Any, environment: dict[str, str]):
    with running_dashboard(environment) as dashboard:
        page.goto(dashboard.url)
        page.wait_for_selector("#row-9")
        assert dashboard.interrupt() == 0
    page.wait_for_selector("#link[data-live=no]")
    assert "`kubectl agentrun dashboard` does not answer" in page.text_content("#link")
    assert page.locator(".row:not([hidden])").count() == 10


def test_a_page_that_nobody_sees_takes_nothing_and_begins_anew(page: Any, dashboard: Dashboard, kubectl: Kubectl):
    feeds: list[str] = []
    page.on("request", lambda request: feeds.append(request.url) if request.url.endswith("feed") else None)
    page.goto(dashboard.url)
    page.wait_for_selector("#row-9")
    page.evaluate(HIDE, "yes")
    kubectl.patch(KIND, "search", {"status": {"agentRuntimeName": "unseen"}}, subresource="status")
    page.evaluate(HIDE, "")
    page.wait_for_selector("text=unseen")
    eventually(lambda: len(feeds) == 2)

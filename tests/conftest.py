"""What holds for every test: its level is the folder it lives in, and what takes minutes is shown before it begins."""

import os
import signal
from pathlib import Path

import pytest
from hypothesis import settings
from rich.console import Console

from agentrun_operator.controlplane import ControlPlaneError, find_binaries, progress_on
from agentrun_operator.controlplane.finding.helm import find_helm
from support.measured import Measured

# How long an example takes says more about the machine's other work than about the code.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

ROOT = Path(__file__).parent
LEVELS = ("unit", "emulated", "cluster")


# The API servers, kubectl and helm of the tests collect garbage less often, for a tenth less of the processor's time
# and about 130 MB more for each API server.
os.environ.setdefault("GOGC", "400")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # In the background of a script, Ctrl-C is ignored; what tests start would inherit that, and never hear it.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        level = item.path.relative_to(ROOT).parts[0]
        if level in LEVELS:
            item.add_marker(level)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Builds the control plane and helm, if they have to be built, while somebody can still see it: workers print
    nothing.
    """
    if not hasattr(session.config, "workerinput") and wants("cluster", session.config.args):
        try:
            with progress_on(Console(stderr=True)) as progress:
                find_binaries(os.environ, progress)
                if wants("cluster/deploy", session.config.args):
                    find_helm(os.environ, progress)
        except ControlPlaneError as error:
            pytest.exit(str(error), returncode=1)


def wants(level: str, args: list[str]) -> bool:
    """Whether what was asked for may hold tests of a folder."""
    folder = ROOT / level
    asked = [Path(arg.split("::")[0]).resolve() for arg in args]
    return any(path == folder or folder in path.parents or path in folder.parents for path in asked)


@pytest.fixture
def measured(request: pytest.FixtureRequest) -> Measured:
    """Takes down a figure, which the summary shows."""

    def note(what: str, figure: float) -> None:
        request.node.user_properties.append((what, f"{figure:.2f}"))

    return note


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [report for report in terminalreporter.getreports("passed") if report.when == "call"]
    figures = [(what, figure) for report in reports for what, figure in report.user_properties]
    if figures:
        terminalreporter.section("measured")
    for what, figure in figures:
        terminalreporter.line(f"{figure:>8} {what}")

"""One stage for all tests of a module; each test finds the emulator calm and its log empty. Figures are shown at the
end."""

from collections.abc import Iterator

import pytest

from agentrun_operator.controlplane import ControlPlane
from support.fault_stage import Measured, Stage, new_stage


@pytest.fixture(scope="module")
def shared_stage(control_plane: ControlPlane, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with new_stage(control_plane, tmp_path_factory.mktemp("stage")) as stage:
        stage.operator.start()
        yield stage


@pytest.fixture
def stage(shared_stage: Stage) -> Stage:
    """The module's stage, whatever the test before has left: with a working operator and ways that are open."""
    shared_stage.calm()
    shared_stage.service.start()
    shared_stage.kubernetes_way.start()
    shared_stage.agentrun_way.start()
    if not shared_stage.operator.running:
        shared_stage.operator.start()
    return shared_stage


@pytest.fixture
def measured(request: pytest.FixtureRequest) -> Measured:
    def note(what: str, figure: float) -> None:
        request.node.user_properties.append((what, f"{figure:.2f}"))

    return note


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [report for report in terminalreporter.getreports("passed") if report.when == "call"]
    figures = [(what, figure) for report in reports for what, figure in report.user_properties]
    if figures:
        terminalreporter.section("measured under faults")
    for what, figure in figures:
        terminalreporter.line(f"{figure:>8} {what}")

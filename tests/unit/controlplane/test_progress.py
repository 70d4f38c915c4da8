import io

import pytest
from rich.console import Console

from agentrun_operator.controlplane.progress import ProgressLines, progress_on


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def lines():
    return []


@pytest.fixture
def progress(clock, lines):
    return ProgressLines(lines.append, clock, interval=10)


def test_a_stage_is_told_at_once(progress, lines):
    progress.stage("Fetching")
    assert lines == ["Fetching"]


def test_steps_are_told_only_now_and_then(progress, lines, clock):
    progress.stage("Building", total=3)
    progress.advance("first")
    clock.now = 10
    progress.advance("second")
    progress.advance("third")
    assert lines == ["Building", "Building: 2 of 3, second"]


def test_steps_of_an_unknown_total_are_counted(progress, lines, clock):
    progress.stage("Fetching")
    clock.now = 10
    progress.advance("module")
    assert lines[-1] == "Fetching: 1, module"


def test_a_new_stage_counts_anew(progress, lines, clock):
    progress.stage("Fetching")
    progress.advance("module")
    progress.stage("Building", total=2)
    clock.now = 10
    progress.advance("first")
    assert lines[-1] == "Building: 1 of 2, first"


@pytest.fixture
def shown():
    return io.StringIO()


@pytest.fixture(params=[True, False], ids=["terminal", "log"])
def console(request, shown):
    return Console(file=shown, force_terminal=request.param, width=200)


def test_what_never_begins_shows_nothing(console, shown):
    with progress_on(console):
        pass
    assert not shown.getvalue()


def test_a_console_shows_the_stages_and_takes_text_as_it_is(console, shown):
    with progress_on(console) as progress:
        progress.stage("Building [bold]", total=1)
        progress.advance("k8s.io/[api]")
    assert "Building [bold]" in shown.getvalue()

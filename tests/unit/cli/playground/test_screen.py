import io

import pytest
from rich.console import Console

from agentrun_operator.cli.playground.screen import Screen


@pytest.fixture
def shown():
    return io.StringIO()


@pytest.fixture
def screen(shown):
    times = iter([10.0, 12.34])
    return Screen(Console(file=shown, width=60), clock=lambda: next(times))


def test_a_step_that_worked_is_ticked_with_its_time(screen, shown):
    with screen.doing("Starting [it]"):
        pass
    assert shown.getvalue() == "✓ Starting [it] 2.3 s\n"


def test_a_step_that_failed_is_crossed_and_its_error_goes_on(screen, shown):
    with pytest.raises(ValueError, match="broken"), screen.doing("Starting"):
        raise ValueError("broken")
    assert shown.getvalue() == "✗ Starting 2.3 s\n"


def test_text_is_shown_as_it_is(screen, shown):
    screen.say(f"[bold] {'long ' * 20}")
    assert shown.getvalue() == f"[bold] {'long ' * 20}\n"

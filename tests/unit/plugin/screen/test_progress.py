"""How far a command is: in place on a terminal, now and then in a log, and not at all where somebody wants quiet."""

from agentrun_operator.plugin.screen.screen import Colour, Screen
from support.plugin import Pipe


def told(*, terminal: bool = False, quiet: bool = False) -> str:
    """What standard error gets of six lines, four seconds apart."""
    err, times = Pipe(terminal=terminal), iter(range(0, 1000, 4))
    clock = {"now": 0.0}
    environment = {"TERM": "xterm", "COLUMNS": "80"}
    screen = Screen(
        Colour.NEVER, quiet=quiet, environment=environment, out=Pipe(), err=err, monotonic=lambda: clock["now"]
    )
    with screen.progress() as progress:
        for number in range(6):
            clock["now"] = next(times)
            progress(f"Reading {number}")
    return err.written()


def test_a_log_is_told_every_ten_seconds():
    assert told() == "Reading 3\n"


def test_who_wants_quiet_is_told_nothing():
    assert told(quiet=True) + told(quiet=True, terminal=True) == ""


def test_on_a_terminal_the_line_is_taken_away():
    assert told(terminal=True).endswith("\x1b[2K")

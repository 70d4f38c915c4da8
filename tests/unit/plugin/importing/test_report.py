import pytest

from agentrun_operator.plugin.commands.importing.report import Report
from agentrun_operator.plugin.exits import PluginError, UnknownError
from agentrun_operator.plugin.screen.screen import Colour, Screen
from support.plugin import Pipe

SAYINGS = {
    "a hint": (Report.hint, "a\\nb\n", None),
    "a warning": (Report.warn, "Warning: a\\nb\n", None),
    "what failed": (Report.fail, "Error: a\\nb\n", PluginError),
    "what is not known": (Report.untold, "Error: a\\nb\n", UnknownError),
}


@pytest.mark.parametrize(("say", "line", "ends"), SAYINGS.values(), ids=SAYINGS.keys())
def test_what_is_told_is_one_line_and_decides_how_it_ends(say, line, ends):
    err = Pipe()
    report = Report(Screen(Colour.AUTO, quiet=False, environment={}, out=Pipe(), err=err))
    say(report, "a\nb")
    if ends:
        with pytest.raises(ends):
            report.end()
    else:
        report.end()
    assert err.written() == line


def test_what_is_not_known_outranks_what_failed():
    report = Report(Screen(Colour.AUTO, quiet=False, environment={}, out=Pipe(), err=Pipe()))
    report.untold("a")
    report.fail("b")
    with pytest.raises(UnknownError):
        report.end()

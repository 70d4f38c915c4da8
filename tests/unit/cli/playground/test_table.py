import io

import pytest
from rich.console import Console

from agentrun_operator.cli.playground.table import lines_changed, parse_table, shown, without_age

TEXT = """\
NAME           RUNTIME       READY   AGE    URL            REASON
chat           support-bot   True    2m5s   https://chat   Available
office-hours                         0s
"""
HEADER = ("NAME", "RUNTIME", "READY", "AGE", "URL", "REASON")
CHAT = ("chat", "support-bot", "True", "2m5s", "https://chat", "Available")
OFFICE_HOURS = ("office-hours", "", "", "0s", "", "")


def test_cells_begin_where_their_header_begins():
    assert parse_table(TEXT) == [HEADER, CHAT, OFFICE_HOURS]


def test_a_header_may_have_a_space():
    assert parse_table("NAME   LAST SEEN\nchat   now\n") == [("NAME", "LAST SEEN"), ("chat", "now")]


def test_nothing_is_an_empty_table():
    assert parse_table("") == without_age([]) == []


def test_the_age_is_left_out():
    assert without_age([HEADER, CHAT])[1] == ("chat", "support-bot", "True", "https://chat", "Available")


def test_only_rows_that_changed_are_told():
    assert lines_changed([("NAME", "READY"), ("chat", "True"), ("sales", "")], [("NAME", "READY"), ("chat", "")]) == [
        "chat  True",
        "sales  -",
    ]


@pytest.mark.parametrize(
    ("width", "line"),
    [
        pytest.param(60, "chat          support-bot  True   2m5s  https://…  Available", id="narrow"),
        pytest.param(90, "chat          support-bot  True   2m5s  https://chat  Available", id="wide"),
    ],
)
def test_the_address_gives_way_where_the_terminal_is_narrow(width, line):
    screen = io.StringIO()
    Console(file=screen, width=width).print(shown(parse_table(TEXT)))
    assert screen.getvalue().splitlines()[1].rstrip() == line


def test_good_and_bad_have_a_colour():
    screen = io.StringIO()
    Console(file=screen, width=90, force_terminal=True, color_system="standard").print(shown([HEADER, CHAT]))
    assert "\x1b[32mTrue" in screen.getvalue()

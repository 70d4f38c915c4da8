import io
import json
import logging
from collections.abc import Iterator
from contextvars import Context

import pytest

from agentrun_operator.agentrun.auth.secret import Secret
from agentrun_operator.controller.telemetry.logs import QUIET, Lines, configure, json_formatter, reconcile_id

FACTS = {"namespace": "team-a", "object": "chat", "generation": 3, "action": "Created"}


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level, quiet = root.handlers[:], root.level, {name: logging.getLogger(name).level for name in QUIET}
    yield
    root.handlers[:], root.level = handlers, level
    for name, before in quiet.items():
        logging.getLogger(name).setLevel(before)


def logged(stream: io.StringIO, level: int = logging.INFO, message: str = "Created endpoint chat") -> str:
    logging.getLogger("agentrun_operator.test").log(level, "%s", message, extra=FACTS)
    return stream.getvalue()


def test_json_has_one_object_a_line_with_time_level_logger_message_and_the_facts():
    stream = io.StringIO()
    configure("info", "json", stream)
    first, *more = logged(stream).splitlines()
    line = json.loads(first)
    time = line.pop("time")
    assert line == {
        "level": "INFO",
        "logger": "agentrun_operator.test",
        "message": "Created endpoint chat",
        "namespace": "team-a",
        "object": "chat",
        "generation": 3,
        "action": "Created",
    }
    assert len(time) == len("2026-11-22T09:18:55+0000")
    assert more == []


def test_json_keeps_a_traceback_and_a_message_of_many_lines_on_one():
    stream = io.StringIO()
    configure("info", "json", stream)
    try:
        raise ZeroDivisionError("a defect")  # noqa: TRY301 - to have a traceback
    except ZeroDivisionError:
        logging.getLogger("test").exception("first\nsecond")
    (only,) = stream.getvalue().splitlines()
    line = json.loads(only)
    assert line["message"] == "first\nsecond"
    assert "ZeroDivisionError: a defect" in line["exc_info"]


def test_lines_for_people_have_the_time_the_level_the_object_and_what_happened():
    stream = io.StringIO()
    configure("info", "console", stream)
    time, rest = logged(stream).split(" ", 1)
    assert time.count(":") == 2
    assert rest == "INFO    team-a/chat: Created endpoint chat\n"


def test_a_line_about_no_object_names_none():
    stream = io.StringIO()
    configure("info", "console", stream)
    logging.getLogger("test").warning("Standing by")
    assert stream.getvalue().endswith("WARNING Standing by\n")


@pytest.mark.parametrize(("level", "start"), [(logging.WARNING, "\033[33m"), (logging.ERROR, "\033[31m")])
def test_on_a_terminal_what_is_wrong_has_a_colour(level: int, start: str):
    stream = Terminal()
    configure("info", "", stream)
    assert f"{start}team-a/chat: Created endpoint chat{Lines.RESET}" in logged(stream, level)


def test_on_a_terminal_what_is_right_has_none():
    stream = Terminal()
    configure("info", "", stream)
    assert logged(stream).endswith("team-a/chat: Created endpoint chat\n")


@pytest.mark.parametrize(
    ("style", "stream", "is_json"),
    [
        pytest.param("", io.StringIO, True, id="by default JSON"),
        pytest.param("", Terminal, False, id="by default lines on a terminal"),
        pytest.param("json", Terminal, True, id="JSON on a terminal, if asked for"),
        pytest.param("console", io.StringIO, False, id="lines into a file, if asked for"),
    ],
)
def test_which_form_is_chosen(style: str, stream: type[io.StringIO], *, is_json: bool):
    made = stream()
    configure("info", style, made)
    assert logged(made).startswith("{") is is_json


def test_what_is_less_severe_than_the_level_is_not_logged():
    stream = io.StringIO()
    configure("warning", "json", stream)
    assert logged(stream, logging.INFO) == ""
    assert logged(stream, logging.WARNING) != ""


@pytest.mark.parametrize("name", [*QUIET, "kopf.objects", "httpx._client"])
def test_other_libraries_are_kept_to_their_warnings(name: str):
    stream = io.StringIO()
    configure("debug", "json", stream)
    logging.getLogger(name).info("chatter")
    assert stream.getvalue() == ""
    logging.getLogger(name).warning("a warning")
    assert "a warning" in stream.getvalue()


def test_other_libraries_are_no_louder_than_the_operator():
    stream = io.StringIO()
    configure("error", "json", stream)
    logging.getLogger("kopf").warning("a warning")
    assert stream.getvalue() == ""


def test_configuring_again_replaces_what_was_before():
    first, second = io.StringIO(), io.StringIO()
    configure("info", "json", first)
    configure("info", "json", second)
    logged(second)
    assert first.getvalue() == ""


def test_the_default_stream_is_standard_error_as_it_is_now(capsys: pytest.CaptureFixture[str]):
    configure("info", "json")
    logging.getLogger("test").info("hello")
    assert "hello" in capsys.readouterr().err


def test_a_record_with_a_secret_object_shows_none_of_it():

    record = logging.makeLogRecord({"msg": "with %s", "args": (Secret("s3cr3t"),), "credentials": Secret("s3cr3t")})
    assert "s3cr3t" not in json_formatter().format(record)


def test_the_lines_of_one_reconcile_have_its_id_in_common_and_those_of_none_have_none():
    def lines(style: str) -> list[str]:
        stream = io.StringIO()
        configure("info", style, stream)
        logged(stream)
        Context().run(reconciling, stream)
        return stream.getvalue().splitlines()

    def reconciling(stream: io.StringIO) -> None:
        reconcile_id.set("1f3a9c2e")
        logged(stream, message="first")
        logged(stream, message="second")

    assert [json.loads(line).get("reconcile_id") for line in lines("json")] == [None, "1f3a9c2e", "1f3a9c2e"]
    assert ["[1f3a9c2e] team-a/chat: " in line for line in lines("console")] == [False, True, True]


FORGED = [
    "gone\n09:00:00 WARNING team-b/chat: forged",
    "gone\r09:00:00 forged",
    "gone\u2028forged",
    "gone\x85forged",
    "gone\x0bforged\x0cforged",
    "\x1b[2K\x1b[1Aforged",
    "\x9b2Kforged",
    "\x1b]0;title\x07",
    "\u202edegrof",
    "\x00\x08\x7f",
]


@pytest.mark.parametrize("style", ["console", "json"])
@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
@pytest.mark.parametrize("said", FORGED)
def test_what_a_service_says_ends_no_line_and_speaks_to_no_terminal(said: str, style: str, stream: type[io.StringIO]):
    to, plain = stream(), stream()
    configure("info", style, plain)
    usual = logged(plain, logging.WARNING)
    configure("info", style, to)
    line = logged(to, logging.WARNING, said)
    assert len(line.splitlines()) == 1
    assert line.count("\x1b") == usual.count("\x1b")  # its own colours
    assert all(each.isprintable() or each in "\n\x1b" for each in line)


@pytest.mark.parametrize("said", FORGED)
def test_a_traceback_cannot_be_taken_for_other_lines(said: str):
    stream = io.StringIO()
    configure("info", "console", stream)
    try:
        raise ZeroDivisionError(said)  # noqa: TRY301 - to have a traceback
    except ZeroDivisionError:
        logging.getLogger("agentrun_operator.test").exception("A defect")
    _, *more = stream.getvalue().splitlines()
    assert all(line.startswith("    ") for line in more)
    assert all(each.isprintable() for line in more for each in line)

import pytest
import yaml

from agentrun_operator.plugin.commands.importing.manifests.text import document
from agentrun_operator.printable import UNPRINTABLE

WRITTEN = {
    "chat": "chat",
    "Where customers ask": "Where customers ask",
    "默认": "默认",
    "cron(0 0 8 * * 1-5)": "cron(0 0 8 * * 1-5)",
    "Asia/Shanghai": "Asia/Shanghai",
    "3": '"3"',
    "": '""',
    "y": '"y"',
    "No": '"No"',
    "null": '"null"',
    "1e3": '"1e3"',
    ".inf": '".inf"',
    "0o17": '"0o17"',
    "2026-01-01": '"2026-01-01"',
    "12:30:45": '"12:30:45"',
    "a: b": '"a: b"',
    "a # b": '"a # b"',
    "- a": '"- a"',
    "---": '"---"',
    "a ": '"a "',
    '"': r'"\""',
    "a\nb": r'"a\nb"',
    "a\0b": r'"a\0b"',
    "\x1b[2J": r'"\e[2J"',
    "\u202etxt": r'"\u202etxt"',
    "\u2028": r'"\L"',
    "\ufeff": r'"\uFEFF"',
    "\ufffe": r'"\uFFFE"',
    "🚀 go": "'🚀 go'",
    "🚀 it's": "'🚀 it''s'",
    "🚀\n": r'"\U0001F680\n"',
    "&a *b !c": '"&a *b !c"',
}


@pytest.mark.parametrize(("text", "written"), WRITTEN.items(), ids=map(repr, WRITTEN))
def test_a_text_is_quoted_where_a_parser_might_doubt(text, written):
    found = document({"spec": {"description": text}}, [])
    assert found == f"spec:\n  description: {written}\n"
    assert yaml.safe_load(found) == {"spec": {"description": text}}


def test_lists_stand_below_their_key():
    assert document({"weights": [{"version": "4", "weight": 10}]}, []) == (
        'weights:\n  - version: "4"\n    weight: 10\n'
    )


@pytest.mark.parametrize("hostile", ["a\nkind: Secret", "\x1b[2J", "a\r---\r", "\u2028x", "\x85x", "\ufffe", "\ud83d"])
def test_a_comment_is_one_line_whatever_it_quotes(hostile):
    found = document({"kind": "A"}, [f"Endpoint {hostile}"])
    assert found.count("\n") == 2
    assert UNPRINTABLE.sub("", found.replace("\n", "")) == found.replace("\n", "")
    assert yaml.safe_load(found) == {"kind": "A"}


def test_a_long_text_stays_on_its_line():
    text = "word " * 100 + "end"
    assert document({"description": text}, []) == f"description: {text}\n"

"""docs/connection.md: the placeholders are all, and each point of the specification is held by a test that exists."""

import re
from pathlib import Path

from agentrun_operator.reconcile.connection.content import DEFAULT_KEYS
from agentrun_operator.resources.connection import Placeholder

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs" / "connection.md").read_text()


def test_every_placeholder_and_every_default_key_is_told():
    table = TEXT.split("## What can be said")[1].split("\n\n")[1]
    assert set(re.findall(r"`\{(\w+)\}`", table)) == set(Placeholder)
    assert {key for key in DEFAULT_KEYS if f"`{key}`" not in TEXT} == set()


def test_each_point_of_the_specification_is_held_by_a_test():
    rows = [line for line in TEXT.split("## Service Binding")[1].splitlines() if line.startswith("| ")][1:]
    named = [re.findall(r"`(test_\w+)`", row) for row in rows]
    tests = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))

    assert len(rows) >= 12
    assert [row for row, names in zip(rows, named, strict=True) if not names] == []
    assert [name for names in named for name in names if f"def {name}(" not in tests] == []

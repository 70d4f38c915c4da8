"""What SECURITY.md claims is shown by tests that exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
CITED = re.findall(r"`(tests/\S+?\.py)::(\w+)`", (ROOT / "SECURITY.md").read_text())


@pytest.mark.parametrize(("file", "test"), CITED, ids=[test for _, test in CITED])
def test_every_test_that_is_cited_exists(file: str, test: str):
    assert re.search(rf"^(async )?def {test}\(", (ROOT / file).read_text(), re.MULTILINE)


def test_every_test_that_is_named_is_cited_in_this_form():
    assert len(CITED) == (ROOT / "SECURITY.md").read_text().count("tests/")

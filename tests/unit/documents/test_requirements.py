"""The pinned requirement files agree with each other, so that one .venv can be made from several of them."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PINNED = ROOT / "requirements"


def pins(path: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9.-]+)==(\S+)", path.read_text(), re.MULTILINE))


@pytest.mark.parametrize("name", ["run", "playground", "browser"])
def test_a_requirement_file_pins_what_the_developers_have(name: str):
    ours, developers = pins(PINNED / f"{name}.txt"), pins(PINNED / "dev.txt")

    assert ours
    assert {
        package: (pin, developers[package]) for package, pin in ours.items() if pin != developers.get(package, pin)
    } == {}


def test_the_playground_needs_no_tool_of_the_developers():
    assert not {"pytest", "mypy", "ruff", "matplotlib", "openai"} & set(pins(PINNED / "playground.txt"))

"""No room, module or function is too long to be read at once: what grows over its size is split by purpose."""

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCES = Path(__file__).parents[3] / "src"

MODULES = 10
"""Modules of a room, beside its `__init__.py` and its `__main__.py`."""

LINES = 300
"""Lines of a module."""

FUNCTION_LINES = 50
"""Lines of a function, with its docstring, without its decorators."""


def too_long(sources: Path) -> list[str]:
    """What is over its size, and by how much."""
    modules = sorted(sources.rglob("*.py"))
    rooms = Counter(path.parent for path in modules if not path.stem.startswith("__"))
    told = [f"{room.relative_to(sources)}/: {count} modules" for room, count in rooms.items() if count > MODULES]
    for path in modules:
        told += [f"{path.relative_to(sources)}: {each}" for each in too_long_in(path.read_text(encoding="utf-8"))]
    return told


def too_long_in(text: str) -> Iterator[str]:
    """What of one module is over its size."""
    if (count := len(text.splitlines())) > LINES:
        yield f"{count} lines"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            count = (node.end_lineno or node.lineno) - node.lineno + 1
            if count > FUNCTION_LINES:
                yield f"{node.name} has {count} lines"


def test_nothing_is_too_long():
    assert not too_long(SOURCES)


def lines(count: int) -> str:
    return "x = 1\n" * count


def function(count: int) -> str:
    return "async def work():\n" + "    x = 1\n" * (count - 1)


@pytest.mark.parametrize(
    ("files", "told"),
    [
        pytest.param({f"room/m{i}.py": "" for i in range(10)}, [], id="ten modules"),
        pytest.param({f"room/m{i}.py": "" for i in range(11)}, ["room/: 11 modules"], id="eleven modules"),
        pytest.param({f"room/{i % 2}/m{i}.py": "" for i in range(20)}, [], id="ten modules in each of two rooms"),
        pytest.param({f"m{i}.py": "" for i in range(10)} | {"__init__.py": ""}, [], id="and what opens the room"),
        pytest.param({"m.py": lines(300)}, [], id="300 lines"),
        pytest.param({"m.py": lines(301)}, ["m.py: 301 lines"], id="301 lines"),
        pytest.param({"__init__.py": lines(301)}, ["__init__.py: 301 lines"], id="301 lines that open a room"),
        pytest.param({"m.py": function(50)}, [], id="a function of 50 lines"),
        pytest.param({"m.py": function(51)}, ["m.py: work has 51 lines"], id="a function of 51 lines"),
    ],
)
def test_what_is_too_long_is_told_with_its_size(files: dict[str, str], told: list[str], tmp_path: Path):
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)

    assert too_long(tmp_path) == told

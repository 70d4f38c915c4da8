"""What holds for every test: its level is the folder it lives in."""

from pathlib import Path

import pytest

LEVELS = ("unit", "emulated", "cluster")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    root = Path(__file__).parent
    for item in items:
        level = item.path.relative_to(root).parts[0]
        if level in LEVELS:
            item.add_marker(level)

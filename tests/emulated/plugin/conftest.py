"""The plugin of somebody with credentials of the emulator and no cluster at all."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.emulator import Emulator, running_emulator
from support.operator import agentrun_environment
from support.plugin import Plugin


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with running_emulator() as (_, emulator):
        yield emulator


@pytest.fixture
def plugin(emulator: Emulator, tmp_path: Path) -> Plugin:
    """There is no kubectl on its PATH either."""
    agentrun = {n: v for n, v in agentrun_environment(emulator.url).items() if n.startswith("AGENTRUN_")}
    return Plugin({"PATH": os.devnull, "HOME": str(tmp_path), "PYTHON_DOTENV_DISABLED": "1"} | agentrun)

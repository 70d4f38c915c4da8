from collections.abc import Callable
from pathlib import Path

import pytest

Program = Callable[[str], Path]


@pytest.fixture
def kubectl(tmp_path: Path) -> Program:
    """Puts a kubectl into a folder of its own: what a shell does."""

    def put(script: str) -> Path:
        program = tmp_path / "bin" / "kubectl"
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        return program

    return put

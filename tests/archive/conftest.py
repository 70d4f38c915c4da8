"""The kubectl plugin as `make plugin-archive` has packed it. Without an archive there is nothing to test."""

import os
import shutil
from pathlib import Path

import pytest

collect_ignore_glob = [] if "PLUGIN_ARCHIVE" in os.environ else ["test_*.py"]


@pytest.fixture(scope="session")
def archive() -> Path:
    return Path(os.environ["PLUGIN_ARCHIVE"])


@pytest.fixture(scope="session")
def unpacked(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the programs, somewhere else than where they were made."""
    folder = tmp_path_factory.mktemp("unpacked")
    shutil.unpack_archive(archive, folder)
    return folder / "kubectl-agentrun"

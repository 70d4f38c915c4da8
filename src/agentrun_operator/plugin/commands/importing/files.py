"""One file for each manifest; one that is there is never written over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentrun_operator.plugin.exits import PluginError, UsageError

if TYPE_CHECKING:
    from pathlib import Path


def folder(path: Path) -> Path:
    """The folder, made where there is none.

    Raises:
        UsageError: there can be none.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"--output-dir {path}: {error.strerror}") from None
    return path


def write(path: Path, text: str) -> None:
    """Write a file that is not there yet, or holds just this.

    Raises:
        PluginError: it holds something else, or cannot be written.
    """
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        if not _holds(path, text):
            raise PluginError(
                f"{path} is there and says something else: move it away, or choose another folder"
            ) from None
    except OSError as error:
        raise PluginError(f"{path}: {error.strerror}") from None


def _holds(path: Path, text: str) -> bool:
    try:
        return path.is_file() and path.stat().st_size == len(text.encode()) and path.read_bytes() == text.encode()
    except OSError:
        return False

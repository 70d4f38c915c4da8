"""Keeps programs in one folder for each pinned content: each whole or not at all, also when two processes want them."""

from __future__ import annotations

import fcntl
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from agentrun_operator.controlplane.progress import Progress


def cache_folder(environ: Mapping[str, str]) -> Path:
    """Where builds are kept: below XDG_CACHE_HOME, else ~/.cache."""
    home = environ.get("HOME") or Path.home()
    return Path(environ.get("XDG_CACHE_HOME") or f"{home}/.cache") / "agentrun-operator" / "controlplane"


def missing(folder: Path, programs: Iterable[str]) -> list[str]:
    """Which programs are not in a folder."""
    return [name for name in programs if not (folder / name).is_file()]


@contextmanager
def filled(folder: Path, progress: Progress) -> Iterator[Path]:
    """An empty folder for the block; the files that the block leaves there go into the folder, unless it failed.

    One process at a time: what another one brought meanwhile is there when the block begins.

    Args:
        folder: where the files go, each at once and whole.
        progress: told when somebody else has to be waited for.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _locked(folder.with_suffix(".lock"), lambda: progress.stage("Waiting for another process that does the same")):
        partial = folder.with_suffix(".partial")
        shutil.rmtree(partial, ignore_errors=True)  # of one that was killed; the lock says nobody is at it now
        partial.mkdir()
        try:
            yield partial
            folder.mkdir(exist_ok=True)
            for file in partial.iterdir():
                file.replace(folder / file.name)
        finally:
            shutil.rmtree(partial, ignore_errors=True)


@contextmanager
def _locked(path: Path, tell_waiting: Callable[[], None]) -> Iterator[None]:
    """Hold a lock that ends with the process that holds it."""
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            tell_waiting()
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield

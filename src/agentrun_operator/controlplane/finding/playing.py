"""Finds what it takes to play: a control plane without kube-controller-manager, in the way that takes the least time.

KUBEBUILDER_ASSETS, else what was built or fetched before, else a download if that was asked for, else a build of what
is missing. Tests take `find_binaries`: they need all programs, of the pinned versions, and fetch nothing.
"""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from agentrun_operator.controlplane.building.cache import build_folder, cached_build
from agentrun_operator.controlplane.building.golang import parse_version
from agentrun_operator.controlplane.building.module import KUBERNETES
from agentrun_operator.controlplane.errors import BinariesNotFoundError, FetchError
from agentrun_operator.controlplane.fetching.fetched import fetch, fetched_folder
from agentrun_operator.controlplane.fetching.release import Release, release
from agentrun_operator.controlplane.finding.binaries import ASSETS, Binaries, find_binaries
from agentrun_operator.controlplane.finding.kubectl_on_path import fitting_kubectl, kubectl_on_path
from agentrun_operator.controlplane.kept import missing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agentrun_operator.controlplane.progress import Progress

SERVERS = ("etcd", "kube-apiserver")
KUBECTL = "kubectl"
OTHER_WAYS = """The other ways to a control plane:
  - a cluster that is there, such as kind or minikube: make playground ARGS=--context=NAME
  - a build from Go modules, some minutes: make playground
  - programs that you have: KUBEBUILDER_ASSETS=FOLDER make playground"""


@dataclass(frozen=True)
class Download:
    """Whether prebuilt programs may be fetched, and from where.

    Args:
        wanted: whether somebody asked for it.
        site: a mirror; by default where their project publishes them.
    """

    wanted: bool = False
    site: str = ""


def find_to_play(environ: Mapping[str, str], progress: Progress, download: Download) -> Binaries:
    """The programs to play with.

    Args:
        environ: the environment: KUBEBUILDER_ASSETS, PATH, XDG_CACHE_HOME, HOME, and what Go reads.
        progress: told what takes time.
        download: whether they may be fetched.

    Raises:
        BinariesNotFoundError: KUBEBUILDER_ASSETS names a folder without them, or there is no Go to build them with.
        BuildError: go failed.
        FetchError: they cannot be fetched, or are not what was published; names the other ways.
    """
    if environ.get(ASSETS):
        return find_binaries(environ, progress)
    built = build_folder(environ)
    kubectl = _kubectl(environ, built)
    if kubectl and not missing(built, SERVERS):
        return Binaries.in_folder(built, kubectl)
    prebuilt = _prebuilt(download.site)
    if prebuilt and not missing(fetched_folder(environ, prebuilt), prebuilt.programs):
        return Binaries.in_folder(fetched_folder(environ, prebuilt))
    if download.wanted:
        return Binaries.in_folder(_fetched(environ, progress, prebuilt))
    return Binaries.in_folder(
        cached_build(environ, progress, programs=SERVERS if kubectl else (*SERVERS, KUBECTL)), kubectl
    )


def find_kubectl(environ: Mapping[str, str]) -> Path:
    """A kubectl for a cluster that is there: the one on PATH, which goes with it, else one of a control plane's.

    Args:
        environ: the environment: KUBEBUILDER_ASSETS, PATH, XDG_CACHE_HOME and HOME.

    Raises:
        BinariesNotFoundError: there is none, and no build is worth it for that.
    """
    prebuilt = _prebuilt("")
    folders = [Path(environ[ASSETS])] if environ.get(ASSETS) else []
    folders += [build_folder(environ), *([fetched_folder(environ, prebuilt)] if prebuilt else [])]
    found = [kubectl_on_path(environ), *(folder / KUBECTL for folder in folders if not missing(folder, [KUBECTL]))]
    first = next((each for each in found if each), None)
    if first is None:
        raise BinariesNotFoundError(
            "a cluster that is there needs kubectl on PATH: https://kubernetes.io/docs/tasks/tools/. Or play in a "
            "control plane of your own, without --context and --kubeconfig"
        )
    return first


def _prebuilt(site: str) -> Release | None:
    return release(KUBERNETES.version, sys.platform, platform.machine(), site)


def _kubectl(environ: Mapping[str, str], built: Path) -> Path | None:
    """A kubectl that need not be built: one that was, else the one on PATH if it is new enough."""
    if not missing(built, [KUBECTL]):
        return built / KUBECTL
    return fitting_kubectl(environ, parse_version(KUBERNETES.version.removeprefix("v")) or (0, 0))


def _fetched(environ: Mapping[str, str], progress: Progress, prebuilt: Release | None) -> Path:
    if prebuilt is None:
        raise FetchError(f"nothing is published for {sys.platform} on {platform.machine()}\n{OTHER_WAYS}")
    try:
        return fetch(environ, progress, prebuilt)
    except FetchError as error:
        raise FetchError(f"{error}\n{OTHER_WAYS}") from error

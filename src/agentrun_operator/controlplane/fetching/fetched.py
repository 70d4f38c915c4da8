"""Keeps what was fetched in the cache: all of a release or nothing, also when two processes want it at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentrun_operator.controlplane.fetching.archive import unpack
from agentrun_operator.controlplane.fetching.download import PATIENCE, Patience, download
from agentrun_operator.controlplane.kept import cache_folder, filled, missing

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from agentrun_operator.controlplane.fetching.release import Release
    from agentrun_operator.controlplane.progress import Progress


def fetched_folder(environ: Mapping[str, str], release: Release) -> Path:
    """Where the programs of a release are once they are fetched."""
    return cache_folder(environ) / f"fetched-{release.sha512[:16]}"


def fetch(environ: Mapping[str, str], progress: Progress, release: Release, patience: Patience = PATIENCE) -> Path:
    """The folder with a release's programs; fetched first when the cache has none.

    Args:
        environ: the environment: XDG_CACHE_HOME, HOME, and the proxies it names.
        progress: told what arrives.
        release: what to fetch.
        patience: how long it may take.

    Raises:
        FetchError: it could not be fetched, or is not what was published. Nothing of it stays.
    """
    folder = fetched_folder(environ, release)
    if not missing(folder, release.programs):
        return folder
    with filled(folder, progress) as partial:
        if missing(folder, release.programs):
            archive = partial / "archive"
            download(release, archive, progress, patience)
            unpack(archive, partial, release)
            archive.unlink()
    return folder

"""Takes the programs out of an archive, and nothing else: no path that it names is ever written to."""

from __future__ import annotations

import shutil
import tarfile
import zlib
from typing import TYPE_CHECKING

from agentrun_operator.controlplane.errors import FetchError

if TYPE_CHECKING:
    from pathlib import Path

    from agentrun_operator.controlplane.fetching.release import Release

MOST_MEMBERS = 100


def unpack(archive: Path, folder: Path, release: Release) -> None:
    """Write each program of a release into a folder, under its own name.

    Args:
        archive: a tar file, compressed with gzip.
        folder: an existing folder.
        release: which programs, where they are in the archive, and how large all may be.

    Raises:
        FetchError: it is no such archive, a program is missing in it or no plain file, or it holds too much.
    """
    wanted = {f"{release.folder}/{program}": program for program in release.programs}
    try:
        with tarfile.open(archive, "r|gz") as members:
            _take(members, wanted, folder, release)
    except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
        raise FetchError(f"what came from {release.url} cannot be unpacked: {error}") from error
    if wanted:
        raise FetchError(f"what came from {release.url} holds no {', no '.join(wanted.values())}")


def _take(members: tarfile.TarFile, wanted: dict[str, str], folder: Path, release: Release) -> None:
    """Take each program once; what is taken is no longer wanted."""
    size = 0
    for number, member in enumerate(members, start=1):
        size += member.size
        if number > MOST_MEMBERS or size > release.most_unpacked:
            raise FetchError(f"what came from {release.url} holds more than three programs can be")
        content = members.extractfile(member) if member.isreg() and member.name.lstrip("/") in wanted else None
        if content is None:
            continue
        program = folder / wanted.pop(member.name.lstrip("/"))
        with program.open("xb") as target:
            shutil.copyfileobj(content, target)
        program.chmod(0o755)

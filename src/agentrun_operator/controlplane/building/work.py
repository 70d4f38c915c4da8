"""How much work it is to compile a package, before it is done: by the size of its source. Reads sizes, nothing else.

Measured on Kubernetes: the processor's seconds for a package go with the bytes of its source (r = 0.87), and starting
the compiler is worth some more of them. The packages' number alone tells less: the largest is as much as a hundred.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# The packages that `go build` will compile, neither up to date nor cached: path, folder, and the files in it.
CACHED = "not installed but available in build cache"
TO_COMPILE = (
    f"{{{{if and .Stale (ne .StaleReason `{CACHED}`)}}}}"
    "{{.ImportPath}}\t{{.Dir}}{{range .GoFiles}}\t{{.}}{{end}}"
    "{{end}}"
)

START = 25_000.0  # what starting the compiler is worth, in bytes of source
LINK = 2_000_000.0  # what linking a program is


def work_of(listed: str) -> Mapping[str, float]:
    """The work of each package, in bytes of source, by its path.

    Args:
        listed: what `go list` says with TO_COMPILE.
    """
    packages = (line.split("\t") for line in listed.splitlines() if line)
    return {
        path: START + sum(_size(Path(*place, file)) for file in files) for path, place, files in map(_parts, packages)
    }


def _parts(fields: list[str]) -> tuple[str, list[str], list[str]]:
    """Path, folder if it is told, and files."""
    return fields[0], fields[1:2], fields[2:]


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:  # of use for an estimate, and for nothing else
        return 0

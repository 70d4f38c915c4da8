"""How much work it is to compile a package, before it is done: by what the compiler has to read. Looks at sizes only.

That is the package's own source, and what is told of each package below it. Measured on Kubernetes, the processor's
seconds for a package go with these two (r = 0.86), and for a whole program to within a few percent. The number of
packages alone tells less: the largest takes as long as hundreds of others.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# The packages that `go build` will compile, neither up to date nor cached: path, number of all packages below it,
# folder, and the files in it.
CACHED = "not installed but available in build cache"
TO_COMPILE = (
    f"{{{{if and .Stale (ne .StaleReason `{CACHED}`)}}}}"
    "{{.ImportPath}}\t{{len .Deps}}\t{{.Dir}}{{range .GoFiles}}\t{{.}}{{end}}"
    "{{end}}"
)

BELOW = 250.0  # what a package below is worth, in bytes of source
LINK = 1_500_000.0  # what linking a program is


def work_of(listed: str) -> Mapping[str, float]:
    """The work of each package, in bytes of source, by its path.

    Args:
        listed: what `go list` says with TO_COMPILE.
    """
    packages = (line.split("\t") for line in listed.splitlines() if line)
    return {
        path: int(below) * BELOW + sum(_size(Path(folder) / file) for file in files)
        for path, below, folder, *files in packages
    }


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:  # of use for an estimate, and for nothing else
        return 0

"""A Go module that pins programs to build, and is part of this package. What it says, no build."""

from __future__ import annotations

import hashlib
import platform
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from agentrun_operator.controlplane.building.golang import Version, parse_version

# The compiler leaves out what debuggers read, which `-w` keeps out of the programs anyway: a tenth of its time. The
# programs are no others by it, so it is no part of the fingerprint.
QUICK = "-gcflags=all=-dwarf=false"

KUBERNETES_VERSION = (
    "k8s.io/component-base/version.gitVersion={version}",
    "k8s.io/component-base/version.gitMajor={major}",
    "k8s.io/component-base/version.gitMinor={minor}",
)


@dataclass(frozen=True)
class GoModule:
    """A folder with a go.mod, and the programs that are built from it.

    Args:
        folder: where go.mod and go.sum are.
        programs: the package of each program, by the name the program gets.
        versioned: the Go module whose version the programs report.
        told: the variables that hold what they report, each with its value: `{version}`, `{major}` or `{minor}`.
    """

    folder: Path
    programs: dict[str, str]
    versioned: str
    told: tuple[str, ...] = KUBERNETES_VERSION

    @property
    def go_version(self) -> Version:
        """The oldest Go that builds it."""
        return parse_version(self._required("go")) or (0, 0)

    @property
    def version(self) -> str:
        """What the programs report, such as `v1.37.0`."""
        return self._required(self.versioned)

    @property
    def flags(self) -> list[str]:
        """What makes the programs what they are: small, with a true version, the same wherever they are built."""
        major, minor, *_ = self.version.removeprefix("v").split(".")
        told = (each.format(version=self.version, major=major, minor=minor) for each in self.told)
        definitions = (f"-X {variable}" for variable in told)
        return ["-trimpath", "-buildvcs=false", f"-ldflags={' '.join(['-s', '-w', *definitions])}"]

    @property
    def build_flags(self) -> list[str]:
        """What `go list` and `go build` must both be given: the flags, and what makes a build quicker."""
        return [*self.flags, QUICK]

    @property
    def fingerprint(self) -> str:
        """A text that is another when the programs may be: by sources, flags, names or platform."""
        content = hashlib.sha256()
        for part in (
            self._read("go.mod"),
            self._read("go.sum"),
            self.flags,
            self.programs,
            sys.platform,
            platform.machine(),
        ):
            content.update(repr(part).encode())
        return content.hexdigest()[:16]

    def _required(self, name: str) -> str:
        """The version that go.mod requires of a module, or of Go itself."""
        match = re.search(rf"^\s*{re.escape(name)} (\S+)", self._read("go.mod"), re.MULTILINE)
        if not match:
            raise ValueError(f"{self.folder / 'go.mod'} does not name {name}")
        return match[1]

    def _read(self, name: str) -> str:
        return (self.folder / name).read_text()


KUBERNETES = GoModule(
    Path(__file__).parents[1] / "modules" / "kubernetes",
    {
        "etcd": "go.etcd.io/etcd/server/v3",
        "kubectl": "k8s.io/kubernetes/cmd/kubectl",
        "kube-controller-manager": "k8s.io/kubernetes/cmd/kube-controller-manager",
        "kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver",
    },
    versioned="k8s.io/kubernetes",
)

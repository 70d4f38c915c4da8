"""What can go wrong with a control plane. Each message says what happened, where, and what to do about it.

ControlPlaneError
├── BinariesNotFoundError   nothing to run, and nothing to build it with
├── BuildError              Go was there, and failed
├── FetchError              what was to be fetched cannot be, or is not what was published
├── ComponentError          a program ended by itself, is not ready in time, or is not running
│   └── AddressInUseError   … because its port was taken meanwhile: another port will do
└── KubectlError            kubectl answered with an exit code
"""

from __future__ import annotations


class ControlPlaneError(Exception):
    """Anything that keeps a control plane from being found, built, started or talked to."""


class BinariesNotFoundError(ControlPlaneError):
    """There is no control plane on this machine, and no way to build one."""


class BuildError(ControlPlaneError):
    """The Go toolchain could not build the control plane."""


class FetchError(ControlPlaneError):
    """Prebuilt programs could not be fetched, or what came is not what was published."""


class ComponentError(ControlPlaneError):
    """A program ended by itself, was not ready in time, or is not running. Shows the end of its log where it failed."""


class AddressInUseError(ComponentError):
    """A component found its port taken."""


class KubectlError(ControlPlaneError):
    """A kubectl command failed.

    Attributes:
        exit_code: what kubectl exited with.
        stderr: what it said.
    """

    def __init__(self, command: str, exit_code: int, stderr: str) -> None:
        super().__init__(f"{command}: exit code {exit_code}: {stderr.strip()}")
        self.exit_code = exit_code
        self.stderr = stderr

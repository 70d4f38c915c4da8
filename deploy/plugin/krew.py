"""Writes the Krew manifest of a release: which archive is for whom, and its checksum.

Usage: python deploy/plugin/krew.py VERSION FOLDER > agentrun.yaml, with the archives of all platforms in FOLDER.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import yaml

NAME = "agentrun"
PROJECT = "https://github.com/agentrun-operator/agentrun-operator"
PLATFORMS = (("linux", "amd64"), ("linux", "arm64"), ("darwin", "amd64"), ("darwin", "arm64"), ("windows", "amd64"))
"""What a release has an archive for, by Go's words."""

SHORT = "See, preview, import and roll back AgentRun endpoints"
LONG = """\
AgentRuntimeEndpoints are Alibaba Cloud AgentRun endpoints as Kubernetes objects. This plugin shows
what is wrong with one and what to do, what a change would do to AgentRun before it is applied,
writes manifests of endpoints that exist already, steers rollouts, and goes back to a version that
was good. It needs the CustomResourceDefinition of agentrun-operator in the cluster, and for what
asks AgentRun itself the access key of somebody who may read there.
"""
CAVEATS = """\
kubectl agentrun check      tells whether cluster, rights and credentials are as they have to be
Completion by kubectl needs a second program on the PATH: kubectl agentrun completion kubectl
"""


def archive_of(system: str, machine: str) -> str:
    """The archive's name."""
    return f"kubectl-agentrun_{system}_{machine}.{'zip' if system == 'windows' else 'tar.gz'}"


def manifest(version: str, folder: Path) -> dict[str, object]:
    """The manifest.

    Args:
        version: without `v`.
        folder: where the archives are.

    Raises:
        FileNotFoundError: an archive is missing: a release serves every platform or none.
    """
    return {
        "apiVersion": "krew.googlecontainertools.github.com/v1alpha2",
        "kind": "Plugin",
        "metadata": {"name": NAME},
        "spec": {
            "version": f"v{version}",
            "homepage": PROJECT,
            "shortDescription": SHORT,
            "description": LONG,
            "caveats": CAVEATS,
            "platforms": [_platform(version, folder, *each) for each in PLATFORMS],
        },
    }


def _platform(version: str, folder: Path, system: str, machine: str) -> dict[str, object]:
    archive = archive_of(system, machine)
    return {
        "selector": {"matchLabels": {"os": system, "arch": machine}},
        "uri": f"{PROJECT}/releases/download/v{version}/{archive}",
        "sha256": hashlib.sha256((folder / archive).read_bytes()).hexdigest(),
        "files": [{"from": "kubectl-agentrun/*", "to": "."}],
        "bin": f"kubectl-agentrun{'.exe' * (system == 'windows')}",
    }


if __name__ == "__main__":
    yaml.safe_dump(manifest(sys.argv[1], Path(sys.argv[2])), sys.stdout, sort_keys=False, allow_unicode=True)

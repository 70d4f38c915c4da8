"""docs/guardrails.md, run as it stands, from top to bottom."""

import json
import os
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from agentrun_operator.controlplane import ControlPlane
from support.chart import CHART, ROOT
from support.cluster import Kubectl, eventually
from support.endpoints import KIND
from support.guide import CUT, Command, File, Shell, parts
from support.tenant_user import aggregated_roles

PAGE = (ROOT / "docs" / "guardrails.md").read_text(encoding="utf-8")
REFUSED = "denied request"


@pytest.fixture
def shell(control_plane: ControlPlane, tmp_path: Path) -> Iterator[Shell]:
    """A clone, and an administrator in it. What the page makes in the whole cluster is gone afterwards."""
    (tmp_path / "deploy").symlink_to(ROOT / "deploy")
    (tmp_path / "kubectl").symlink_to(control_plane.kubectl)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    kubectl = Kubectl(control_plane)
    roles = json.dumps({"apiVersion": "v1", "kind": "List", "items": aggregated_roles()})
    kubectl("apply", "--filename=-", input=roles)
    try:
        yield Shell(tmp_path, {"PATH": path, "KUBECONFIG": str(control_plane.kubeconfig), "KUBERC": "off"})
    finally:
        kubectl("delete", f"--kustomize={ROOT / 'deploy' / 'policies'}", "--ignore-not-found")
        kubectl("delete", KIND, "--all", "--namespace=team-a")
        kubectl("delete", f"--filename={tmp_path / 'override.yaml'}", "--ignore-not-found")
        kubectl("delete", "namespace", "team-a", "--wait=false", "--ignore-not-found")
        kubectl("delete", "--filename=-", input=roles)


def true(shell: Shell, command: Command) -> bool:
    """Whether the page is true of a command; else an AssertionError tells why not."""
    shell.run(command)
    return True


def run(shell: Shell, part: File | Command) -> None:
    """One part of the page. Labels, roles and policies come into force a moment later: until then it is only tried."""
    if isinstance(part, File):
        shell.run(part)
        return
    if "--as=" in part.text:
        tried = Command(f"{part.text} --dry-run=server", f"{part.printed}{CUT}")
        eventually(partial(true, shell, tried), within=30, what=part.text)
    shell.run(part)


def test_the_page_is_true_from_top_to_bottom(shell: Shell):
    for part in parts(PAGE):
        run(shell, part)


def test_each_policy_has_a_section_in_which_it_refuses():
    sections = [each for each in re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:] if REFUSED in each]

    assert len(sections) == len(list((CHART / "policies").iterdir()))

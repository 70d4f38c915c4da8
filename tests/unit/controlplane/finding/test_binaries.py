import io
from collections.abc import Iterable
from pathlib import Path

import pytest
from rich.console import Console

from agentrun_operator.controlplane import Binaries, BinariesNotFoundError, find_binaries, progress_on
from agentrun_operator.controlplane.building.module import KUBERNETES
from agentrun_operator.controlplane.kept import cache_folder

NEEDED = ("etcd", "kube-apiserver", "kubectl")
MANAGER = "kube-controller-manager"


def find(environ: dict[str, str]) -> Binaries:
    with progress_on(Console(file=io.StringIO())) as progress:
        return find_binaries(environ, progress)


def fill(folder: Path, names: Iterable[str]) -> None:
    folder.mkdir(parents=True)
    for name in names:
        (folder / name).touch()


def test_the_assets_folder_comes_first(tmp_path):
    fill(tmp_path / "assets", (*NEEDED, MANAGER))
    fill(tmp_path / "agentrun-operator" / "controlplane" / KUBERNETES.fingerprint, (*NEEDED, MANAGER))
    found = find({"KUBEBUILDER_ASSETS": str(tmp_path / "assets"), "XDG_CACHE_HOME": str(tmp_path)})
    assert found.kube_apiserver == tmp_path / "assets" / "kube-apiserver"
    assert found.kube_controller_manager == tmp_path / "assets" / MANAGER


def test_assets_as_setup_envtest_brings_them_have_no_controller_manager(tmp_path):
    fill(tmp_path / "assets", NEEDED)
    assert find({"KUBEBUILDER_ASSETS": str(tmp_path / "assets")}).kube_controller_manager is None


@pytest.mark.parametrize("missing", NEEDED)
def test_assets_without_a_needed_program_are_an_error_that_names_it(tmp_path, missing):
    fill(tmp_path / "assets", set(NEEDED) - {missing})
    with pytest.raises(BinariesNotFoundError, match=rf"KUBEBUILDER_ASSETS: .*assets holds no {missing}\. Set it"):
        find({"KUBEBUILDER_ASSETS": str(tmp_path / "assets")})


def test_the_cache_is_next(tmp_path):
    folder = cache_folder({"XDG_CACHE_HOME": str(tmp_path)}) / KUBERNETES.fingerprint
    fill(folder, (*NEEDED, MANAGER))
    assert find({"XDG_CACHE_HOME": str(tmp_path)}).etcd == folder / "etcd"


def test_the_cache_is_in_the_home_folder_unless_the_environment_says_otherwise(tmp_path):
    below = ("agentrun-operator", "controlplane")
    assert cache_folder({"HOME": "/home/me"}).parts[1:] == ("home", "me", ".cache", *below)
    assert cache_folder({"HOME": "/home/me", "XDG_CACHE_HOME": "/cache"}).parts[1:] == ("cache", *below)

"""Which way to a control plane is taken for the playground: the quickest one, and never one that nobody asked for."""

import platform
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from agentrun_operator.controlplane import (
    Binaries,
    BinariesNotFoundError,
    Download,
    FetchError,
    find_kubectl,
    find_to_play,
)
from agentrun_operator.controlplane.building.cache import build_folder
from agentrun_operator.controlplane.building.module import KUBERNETES
from agentrun_operator.controlplane.fetching.fetched import fetched_folder
from agentrun_operator.controlplane.fetching.release import release
from support.shelf import running_shelf
from support.told import Told

NO_DOWNLOAD = Download()
SERVERS = ("etcd", "kube-apiserver")
ALL = (*SERVERS, "kubectl", "kube-controller-manager")
TELLS = """echo '{"clientVersion": {"gitVersion": "%s"}}'"""

GO = """#!/bin/sh
case "$1" in
  env) echo go9.9 ;;
  build) while [ "$1" != -o ]; do shift; done; echo "$3" >> "$CALLS"; : > "$2" ;;
esac
"""


@pytest.fixture
def environ(tmp_path, monkeypatch):
    """An environment with no Go and no kubectl, and an empty cache."""
    monkeypatch.setitem(sys.modules, "go", None)  # as where the wheel is not installed
    return {"XDG_CACHE_HOME": str(tmp_path / "cache"), "PATH": str(tmp_path / "bin"), "CALLS": str(tmp_path / "calls")}


@pytest.fixture
def go(tmp_path, environ):
    """A stand-in for Go, that builds everything at once; returns what it was told to build."""
    program = tmp_path / "bin" / "go"
    program.parent.mkdir(exist_ok=True)
    program.write_text(GO)
    program.chmod(0o755)
    environ["PATH"] += ":/usr/bin:/bin"
    calls = Path(environ["CALLS"])
    return lambda: [line.rsplit("/", 1)[1] for line in calls.read_text().split()] if calls.exists() else []


def find(environ: Mapping[str, str], download: Download = NO_DOWNLOAD) -> Binaries:
    return find_to_play(environ, Told(), download)


def fill(folder: Path, names: Iterable[str]) -> Path:
    folder.mkdir(parents=True)
    for name in names:
        (folder / name).touch()
    return folder


def fetched(environ: Mapping[str, str]) -> Path:
    found = release(KUBERNETES.version, sys.platform, platform.machine())
    assert found
    return fetched_folder(environ, found)


def test_programs_that_somebody_names_come_first(environ, tmp_path):
    fill(build_folder(environ), ALL)
    environ["KUBEBUILDER_ASSETS"] = str(fill(tmp_path / "assets", (*SERVERS, "kubectl")))
    assert find(environ).etcd == tmp_path / "assets" / "etcd"


def test_what_was_built_comes_before_what_was_fetched(environ):
    built = fill(build_folder(environ), ALL)
    fill(fetched(environ), (*SERVERS, "kubectl"))
    assert find(environ).kube_apiserver == built / "kube-apiserver"


def test_what_was_fetched_once_is_used_without_being_asked_for_again(environ):
    folder = fill(fetched(environ), (*SERVERS, "kubectl"))
    found = find(environ)
    assert (found.kubectl, found.kube_controller_manager) == (folder / "kubectl", None)


def test_a_kubectl_on_path_that_is_new_enough_saves_building_one(environ, go, kubectl):
    program = kubectl(TELLS % KUBERNETES.version)
    assert find(environ).kubectl == program
    assert go() == ["v3", "kube-apiserver"]


def test_a_kubectl_that_is_too_old_is_built_and_a_controller_manager_is_not(environ, go, kubectl):
    kubectl(TELLS % "v1.20.0")
    assert find(environ).kubectl == build_folder(environ) / "kubectl"
    assert go() == ["v3", "kube-apiserver", "kubectl"]


def test_nothing_is_fetched_that_nobody_asked_for(environ, monkeypatch):
    with running_shelf() as shelf:
        monkeypatch.setattr("agentrun_operator.controlplane.fetching.release.PUBLISHED", shelf.url)
        with pytest.raises(BinariesNotFoundError, match="no Go to build one with"):
            find(environ)
        assert shelf.asked == []


def test_what_cannot_be_fetched_is_told_with_the_other_ways(environ):
    with running_shelf() as shelf:
        shelf.status = 404
        with pytest.raises(FetchError, match=r"(?s)404.*--context=NAME.*make playground\n.*KUBEBUILDER_ASSETS"):
            find(environ, Download(wanted=True, site=shelf.url))
        assert len(shelf.asked) == 1


def test_a_mirror_with_other_content_is_refused(environ):
    with running_shelf() as shelf:
        shelf.content = b"something else"
        with pytest.raises(FetchError, match="not what was published"):
            find(environ, Download(wanted=True, site=shelf.url))
    assert not fetched(environ).exists()


def test_a_platform_that_nothing_is_published_for_is_told_so(environ, monkeypatch):
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    with pytest.raises(FetchError, match=r"nothing is published for \w+ on riscv64"):
        find(environ, Download(wanted=True))


def test_a_cluster_that_is_there_takes_the_kubectl_on_path_whatever_its_version(environ, kubectl):
    fill(build_folder(environ), ALL)
    program = kubectl(TELLS % "v1.20.0")
    assert find_kubectl(environ) == program


def test_where_path_has_no_kubectl_one_of_a_control_plane_serves(environ):
    built = fill(build_folder(environ), ALL)
    assert find_kubectl(environ) == built / "kubectl"


def test_where_there_is_no_kubectl_at_all_it_is_told_where_to_get_one(environ):
    with pytest.raises(BinariesNotFoundError, match="needs kubectl on PATH"):
        find_kubectl(environ)

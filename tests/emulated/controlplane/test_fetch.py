"""Prebuilt programs, from a server of our own: what is right is kept, and of anything else nothing stays."""

import hashlib
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from agentrun_operator.controlplane import FetchError
from agentrun_operator.controlplane.fetching.download import Patience
from agentrun_operator.controlplane.fetching.fetched import fetch
from agentrun_operator.controlplane.fetching.release import Release
from support.shelf import Shelf, archive, running_shelf
from support.told import Told

FOLDER = "controller-tools/envtest"
PROGRAMS = {"etcd": b"#!etcd", "kube-apiserver": b"#!apiserver" * 400_000, "kubectl": b"#!kubectl"}
RIGHT = archive({f"{FOLDER}/{name}": content for name, content in PROGRAMS.items()})
QUICK = Patience(silence=0.3, total=30)


@pytest.fixture
def shelf():
    with running_shelf() as shelf:
        shelf.content = RIGHT
        yield shelf


@pytest.fixture
def environ(tmp_path, monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    return {"XDG_CACHE_HOME": str(tmp_path)}


def published(shelf: Shelf, content: bytes = RIGHT) -> Release:
    """The release whose right content this is."""
    return Release(f"{shelf.url}/envtest.tar.gz", hashlib.sha512(content).hexdigest())


def left(tmp_path: Path) -> list[str]:
    """All files but the lock."""
    return [path.name for path in tmp_path.rglob("*") if path.is_file() and path.suffix != ".lock"]


def test_what_is_right_is_kept_and_fetched_once(shelf, environ):
    folder = fetch(environ, Told(), published(shelf), QUICK)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == PROGRAMS
    assert all(path.stat().st_mode & 0o111 for path in folder.iterdir())
    assert fetch(environ, Told(), published(shelf), QUICK) == folder
    assert len(shelf.asked) == 1


def test_how_much_arrives_is_told(shelf, environ):
    told = Told()
    fetch(environ, told, published(shelf), QUICK)
    assert told.stages == [("Fetching kube-apiserver, etcd and kubectl, in MiB", 1)]


def test_a_server_that_tells_no_length_and_redirects_is_followed(shelf, environ):
    shelf.status, shelf.location, shelf.announced = 302, "/elsewhere", -1
    assert (fetch(environ, Told(), published(shelf), QUICK) / "etcd").exists()
    assert shelf.asked == ["/envtest.tar.gz", "/elsewhere"]


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        pytest.param({"content": RIGHT + b"!"}, "is not what was published: its SHA-512 is", id="another checksum"),
        pytest.param({"content": b""}, "is not what was published", id="nothing in it"),
        pytest.param({"content": RIGHT[:-9], "announced": len(RIGHT)}, "broke off: ", id="truncated"),
        pytest.param(
            {"content": RIGHT[:-9], "announced": len(RIGHT), "hold": True}, "to its end: .*timed out", id="stalled"
        ),
        pytest.param({"announced": 2**40}, "is larger than 1 MiB", id="announced too large"),
        pytest.param({"content": b"x" * 2**21, "announced": -1}, "is larger than 1 MiB", id="too large"),
        pytest.param({"status": 404}, "the answer was 404 Not Found", id="not there"),
        pytest.param({"status": 503}, "the answer was 503", id="an error"),
        pytest.param({"status": 302, "location": "/envtest.tar.gz"}, "would lead to an infinite loop", id="a loop"),
        pytest.param({"status": 302, "location": "file:///etc/hostname"}, "not allowed", id="to a file"),
    ],
)
def test_of_what_is_not_right_nothing_stays(shelf, environ, tmp_path, answer, told):
    for name, value in answer.items():
        setattr(shelf, name, value)
    with pytest.raises(FetchError, match=told):
        fetch(environ, Told(), replace(published(shelf), most=2**20), QUICK)
    assert left(tmp_path) == []


def test_a_transfer_that_takes_too_long_is_ended(shelf, environ, tmp_path):
    with pytest.raises(FetchError, match="takes too long"):
        fetch(environ, Told(), published(shelf), Patience(silence=5, total=0))
    assert left(tmp_path) == []


def test_a_server_that_does_not_answer_is_an_error_and_not_a_wait(environ, tmp_path):
    with running_shelf() as gone:
        pass
    with pytest.raises(FetchError, match=r"cannot be fetched: .*refused"):
        fetch(environ, Told(), published(gone), QUICK)
    assert left(tmp_path) == []


def member(name: str, **fields: object) -> tarfile.TarInfo:
    found = tarfile.TarInfo(name)
    for field, value in fields.items():
        setattr(found, field, value)
    return found


def link(name: str) -> tarfile.TarInfo:
    return member(name, type=tarfile.SYMTYPE, linkname="/etc/hostname")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param(archive({}), "holds no etcd, no kube-apiserver, no kubectl", id="empty"),
        pytest.param(b"no archive", "cannot be unpacked", id="no archive"),
        pytest.param(RIGHT[:2000], "cannot be unpacked", id="a part of one"),
        pytest.param(archive({f"../../{name}": b"" for name in PROGRAMS}), "holds no", id="paths that lead out"),
        pytest.param(archive({}, *(link(f"{FOLDER}/{name}") for name in PROGRAMS)), "holds no", id="links"),
        pytest.param(archive({}, *(member(f"{number}") for number in range(101))), "holds more", id="many members"),
    ],
)
def test_an_archive_that_is_odd_is_refused_though_its_checksum_is_right(shelf, environ, tmp_path, content, told):
    shelf.content = content
    with pytest.raises(FetchError, match=told):
        fetch(environ, Told(), published(shelf, content), QUICK)
    assert left(tmp_path) == []


def test_more_than_programs_can_be_is_not_unpacked(shelf, environ, tmp_path):
    with pytest.raises(FetchError, match="holds more than three programs can be"):
        fetch(environ, Told(), replace(published(shelf), most_unpacked=1000), QUICK)
    assert left(tmp_path) == []


def test_what_else_is_in_the_archive_is_left_there(shelf, environ):
    content = archive(
        {"../escaped": b"!", "/absolute": b"!", **{f"{FOLDER}/{name}": content for name, content in PROGRAMS.items()}},
        link(f"{FOLDER}/other"),
    )
    shelf.content = content
    folder = fetch(environ, Told(), published(shelf, content), QUICK)
    assert {path.name for path in folder.iterdir()} == set(PROGRAMS)
    assert not (folder.parent / "escaped").exists()

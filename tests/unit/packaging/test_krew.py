"""The Krew manifest, by the rules of krew's own validator."""

import hashlib
import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[3]
KREW = ROOT / "deploy" / "plugin" / "krew.py"
WORKFLOW = yaml.safe_load((ROOT / ".github" / "workflows" / "release.yml").read_text())
known = runpy.run_path(str(KREW))


@pytest.fixture
def archives(tmp_path: Path) -> Path:
    for place in known["PLATFORMS"]:
        (tmp_path / known["archive_of"](*place)).write_text(f"an archive for {place}")
    return tmp_path


@pytest.fixture
def manifest(archives: Path) -> dict[str, Any]:
    command = [sys.executable, str(KREW), "1.2.3", str(archives)]
    finished = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own script
    read: dict[str, Any] = yaml.safe_load(finished.stdout)
    return read


def test_the_manifest_is_what_krew_takes(manifest: dict[str, Any]):
    spec = manifest["spec"]
    assert (manifest["apiVersion"], manifest["kind"]) == ("krew.googlecontainertools.github.com/v1alpha2", "Plugin")
    assert manifest["metadata"] == {"name": "agentrun"}
    assert re.fullmatch(r"v\d+\.\d+\.\d+", spec["version"])
    assert spec["homepage"].startswith("https://")
    assert 0 < len(spec["shortDescription"]) <= 60
    assert not spec["shortDescription"].endswith(".")
    for place in spec["platforms"]:
        assert set(place["selector"]["matchLabels"]) == {"os", "arch"}
        assert re.fullmatch(r"[a-f0-9]{64}", place["sha256"])
        assert place["files"] == [{"from": "kubectl-agentrun/*", "to": "."}]


def test_each_platform_has_its_own_archive_by_its_checksum(manifest: dict[str, Any], archives: Path):
    for place in manifest["spec"]["platforms"]:
        archive = archives / place["uri"].rpartition("/")[2]
        assert place["sha256"] == hashlib.sha256(archive.read_bytes()).hexdigest()
        assert all(word in archive.name for word in place["selector"]["matchLabels"].values())
        assert place["bin"].endswith(".exe") == (place["selector"]["matchLabels"]["os"] == "windows")


def test_a_release_without_one_of_the_archives_has_no_manifest(archives: Path):
    (archives / known["archive_of"]("darwin", "arm64")).unlink()
    with pytest.raises(FileNotFoundError, match="darwin_arm64"):
        known["manifest"]("1.2.3", archives)


def test_a_release_builds_an_archive_for_every_platform_of_the_manifest():
    built = WORKFLOW["jobs"]["plugin"]["strategy"]["matrix"]["include"]
    assert {each["platform"] for each in built} == {"_".join(place) for place in known["PLATFORMS"]}

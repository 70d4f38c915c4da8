import re

import pytest

from agentrun_operator.controlplane.building.module import KUBERNETES
from agentrun_operator.controlplane.fetching.release import CHECKSUMS, release

SITE = "https://github.com/kubernetes-sigs/controller-tools/releases/download"


@pytest.mark.parametrize("machine", ["x86_64", "arm64"])
@pytest.mark.parametrize("system", ["linux", "darwin"])
def test_the_pinned_version_is_known_for_each_platform_that_people_have(system, machine):
    assert release(KUBERNETES.version, system, machine)


def test_a_file_is_named_as_it_is_published():
    found = release("v1.37.0", "linux", "aarch64")
    assert found
    assert found.url == f"{SITE}/envtest-v1.37.0/envtest-v1.37.0-linux-arm64.tar.gz"


def test_a_mirror_has_the_same_files_with_the_same_checksums():
    theirs, ours = release("v1.37.0", "linux", "x86_64"), release("v1.37.0", "linux", "x86_64", "http://mirror/k8s/")
    assert theirs
    assert ours
    assert ours.url == "http://mirror/k8s" + theirs.url.removeprefix(SITE)
    assert ours.sha512 == theirs.sha512


@pytest.mark.parametrize(
    "of", [("v1.36.9", "linux", "x86_64"), ("v1.37.0", "sunos5", "x86_64"), ("v1.37.0", "linux", "riscv64")]
)
def test_what_is_not_known_is_not_guessed(of):
    assert release(*of) is None


def test_checksums_are_whole_and_each_is_another():
    assert all(re.fullmatch("[0-9a-f]{128}", sha512) for sha512 in CHECKSUMS.values())
    assert len(set(CHECKSUMS.values())) == len(CHECKSUMS)

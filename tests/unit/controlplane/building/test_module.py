from dataclasses import replace

import pytest

from agentrun_operator.controlplane.building.module import KUBERNETES, GoModule

GO_MOD = """module example

go 1.30.1

require (
	k8s.io/kubernetes v1.99.2 // indirect
)

replace (
	k8s.io/api => k8s.io/api v0.99.2
)
"""


@pytest.fixture
def module(tmp_path):
    (tmp_path / "go.mod").write_text(GO_MOD)
    (tmp_path / "go.sum").write_text("sums")
    return GoModule(tmp_path, {"kubectl": "k8s.io/kubernetes/cmd/kubectl"}, versioned="k8s.io/kubernetes")


def test_versions_are_those_of_go_mod(module):
    assert module.version == "v1.99.2"
    assert module.go_version == (1, 30)


def test_the_programs_are_told_their_version(module):
    assert module.flags[-1].endswith(
        "gitVersion=v1.99.2 {0}.gitMajor=1 {0}.gitMinor=99".format("-X k8s.io/component-base/version")
    )


def test_the_same_content_has_the_same_fingerprint(module):
    assert module.fingerprint == replace(module).fingerprint


@pytest.mark.parametrize("name", ["go.mod", "go.sum"])
def test_another_content_has_another_fingerprint(module, name):
    before = module.fingerprint
    with (module.folder / name).open("a") as file:
        file.write("\n")
    assert module.fingerprint != before


def test_other_programs_have_another_fingerprint(module):
    assert replace(module, programs={}).fingerprint != module.fingerprint


def test_a_module_that_go_mod_does_not_name_is_an_error(module):
    with pytest.raises(ValueError, match=r"go\.mod does not name example\.com/other"):
        _ = replace(module, versioned="example.com/other").version


def test_the_pinned_kubernetes_is_part_of_the_package():
    assert KUBERNETES.version.startswith("v1.")
    assert set(KUBERNETES.programs) == {"etcd", "kubectl", "kube-apiserver", "kube-controller-manager"}

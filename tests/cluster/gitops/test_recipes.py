"""The manifests of docs/recipes.md pass the API server, those of other tools by these tools' own CRDs."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentrun_operator.controlplane import ControlPlane
from agentrun_operator.resources.names import KIND
from support.argocd import PATCH
from support.cluster import Kubectl
from support.recipes import Object, documents, endpoint_of_crossplane, endpoint_of_kro, manifest

CRDS = Path(__file__).parent / "crds"
THEIRS = ("Kustomization", "ResourceGraphDefinition", "CompositeResourceDefinition", "Composition")


@pytest.fixture(scope="module")
def with_their_crds(control_plane: ControlPlane) -> Iterator[Kubectl]:
    kubectl = Kubectl(control_plane)
    kubectl("apply", "--server-side", f"--filename={CRDS}", "--recursive")
    kubectl("wait", "--for=condition=Established", f"--filename={CRDS}", "--recursive", "--timeout=30s")
    yield kubectl
    kubectl("delete", f"--filename={CRDS}", "--recursive", "--wait=false")


def passes(kubectl: Kubectl, found: Object) -> None:
    """The API server would take it, without a field that it does not know."""
    anywhere = {key: value for key, value in found["metadata"].items() if key != "namespace"}
    given = json.dumps(found | {"metadata": anywhere})
    kubectl("create", "--dry-run=server", "--validate=strict", "--filename=-", input=given)


@pytest.mark.parametrize("kind", THEIRS)
def test_what_other_tools_are_given_passes_their_own_crds(with_their_crds: Kubectl, namespace: str, kind: str):
    kubectl = with_their_crds.in_namespace(namespace)
    passes(kubectl, manifest(kind))


def test_the_endpoints_of_the_recipes_and_the_rights_pass(kubectl: Kubectl):
    passes(kubectl, manifest(KIND))
    passes(kubectl, endpoint_of_kro(manifest("Agent", "kro.run")))
    passes(kubectl, endpoint_of_crossplane(manifest("Agent", "platform.example.com")))
    for role in (each for each in documents() if each.get("kind") == "ClusterRole"):
        passes(kubectl, role)


def test_argo_cds_own_settings_stay_beside_the_patch(kubectl: Kubectl, tmp_path: Path):
    kubectl.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "argocd-cm"}, "data": {"url": "x"}})
    here = tmp_path / "argocd-cm.yaml"
    here.write_text(PATCH.read_text().replace("namespace: argocd", f"namespace: {kubectl.namespace}"))

    kubectl("patch", "configmap", "argocd-cm", f"--patch-file={here}")

    found = (kubectl.get("configmaps", "argocd-cm") or {})["data"]
    assert found["url"] == "x"
    assert len(found) == 3

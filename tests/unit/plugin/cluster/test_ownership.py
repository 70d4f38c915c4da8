from typing import Any

import pytest

from agentrun_operator.plugin.cluster.ownership import managed_by

Object = dict[str, Any]

APP = "agentrun.alibabacloud.com/AgentRuntimeEndpoint:team-a/chat"
WHOLE_SPEC: Object = {"f:spec": {"f:targetVersion": {}}}


def an_object(annotations: Object | None = None, labels: Object | None = None, **writers: Object) -> Object:
    managers = [{"manager": name.replace("_", "-"), "fieldsV1": fields} for name, fields in writers.items()]
    return {"metadata": {"annotations": annotations, "labels": labels, "managedFields": managers}}


def argo(application: str = "shop") -> Object:
    return {"argocd.argoproj.io/tracking-id": f"{application}:{APP}"}


@pytest.mark.parametrize(
    ("thing", "words"),
    [
        pytest.param(an_object(argo()), "Argo CD (application shop)", id="Argo CD by its annotation"),
        pytest.param(an_object(argo("ops_shop")), "Argo CD (application ops_shop)", id="an application elsewhere"),
        pytest.param(
            an_object(labels={f"kustomize.toolkit.fluxcd.io/{each}": each for each in ("name", "namespace")}),
            "Flux (Kustomization namespace/name)",
            id="Flux by a Kustomization",
        ),
        pytest.param(
            an_object({"meta.helm.sh/release-name": "chat"}, {"helm.toolkit.fluxcd.io/name": "chat"}),
            "Flux (HelmRelease chat)",
            id="Flux's Helm release rather than Helm: Flux would undo the edit",
        ),
        pytest.param(an_object({"meta.helm.sh/release-name": "chat"}), "Helm (release chat)", id="Helm"),
        pytest.param(
            an_object(argo() | {"meta.helm.sh/release-name": "chat"}), "Argo CD (application shop)", id="Argo CD first"
        ),
        pytest.param(
            an_object(argocd_controller=WHOLE_SPEC), "Argo CD (field manager argocd-controller)", id="by who wrote it"
        ),
        pytest.param(
            an_object({"meta.helm.sh/release-name": "chat"}, argocd_controller=WHOLE_SPEC),
            "Helm (release chat)",
            id="a mark before a writer",
        ),
        pytest.param(
            an_object({"argocd.argoproj.io/tracking-id": "a" * 999}),
            f"Argo CD (application {'a' * 200})",
            id="a name without end is cut",
        ),
    ],
)
def test_who_keeps_an_object_as_a_file_says(thing, words):
    assert managed_by(thing) == words


@pytest.mark.parametrize(
    "thing",
    [
        pytest.param({}, id="nothing at all"),
        pytest.param(an_object(), id="no marks"),
        pytest.param(an_object(kubectl_edit=WHOLE_SPEC), id="a person wrote it"),
        pytest.param(an_object(argocd_controller={"f:metadata": {}}), id="Argo CD's action set an annotation"),
        pytest.param(an_object({"argocd.argoproj.io/tracking-id": ""}), id="an empty mark"),
        pytest.param(an_object(labels={"app.kubernetes.io/managed-by": "Helm"}), id="a label that anybody's file has"),
        pytest.param({"metadata": {"annotations": [], "labels": 5, "managedFields": {"a": 1}}}, id="no such shapes"),
        pytest.param({"metadata": {"managedFields": [None, {"manager": []}]}}, id="odd entries"),
    ],
)
def test_nobody_keeps_an_object_that_bears_no_mark_of_a_tool(thing):
    assert managed_by(thing) is None

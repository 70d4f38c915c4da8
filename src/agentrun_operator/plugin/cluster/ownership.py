"""Who else writes an object's spec, and would undo what a person writes by hand. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

TRACKING_ID: Final = "argocd.argoproj.io/tracking-id"
KUSTOMIZATION: Final = "kustomize.toolkit.fluxcd.io"
HELM_RELEASE: Final = "helm.toolkit.fluxcd.io"
RELEASE: Final = "meta.helm.sh/release-name"

FIELD_MANAGERS: Final = {
    "argocd-controller": "Argo CD",
    "argocd-application-controller": "Argo CD",
    "kustomize-controller": "Flux",
    "helm-controller": "Flux",
    "helm": "Helm",
}
"""Who they are under which they write fields."""

LONGEST: Final = 200
"""Characters of a name that are told."""


def managed_by(thing: Mapping[str, object]) -> str | None:
    """Who keeps the object as a file says, such as "Argo CD (application shop)"; None: nobody that is known.

    Marks on the object count first, whoever set them; else who wrote fields of its spec.

    Args:
        thing: as Kubernetes tells of it. kubectl tells the field managers only with `--show-managed-fields`.
    """
    metadata = _mapping(thing.get("metadata"))
    return next(_marks(metadata), None) or next(_writers(metadata), None)


def _marks(metadata: Mapping[str, object]) -> Iterator[str]:
    annotations, labels = _mapping(metadata.get("annotations")), _mapping(metadata.get("labels"))
    if application := _text(annotations.get(TRACKING_ID)).partition(":")[0]:
        yield f"Argo CD (application {application})"
    for group, kind in ((KUSTOMIZATION, "Kustomization"), (HELM_RELEASE, "HelmRelease")):
        if name := _text(labels.get(f"{group}/name")):
            namespace = _text(labels.get(f"{group}/namespace"))
            yield f"Flux ({kind} {namespace}/{name})" if namespace else f"Flux ({kind} {name})"
    if release := _text(annotations.get(RELEASE)):
        yield f"Helm (release {release})"


def _writers(metadata: Mapping[str, object]) -> Iterator[str]:
    entries = metadata.get("managedFields")
    for entry in map(_mapping, entries if isinstance(entries, list) else ()):
        manager = _text(entry.get("manager"))
        if manager in FIELD_MANAGERS and "f:spec" in _mapping(entry.get("fieldsV1")):
            yield f"{FIELD_MANAGERS[manager]} (field manager {manager})"


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _text(value: object) -> str:
    return value[:LONGEST] if isinstance(value, str) else ""

"""Changes objects by what they are at that moment: one that somebody else changed meanwhile is read and judged anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from agentrun_operator.plugin.cluster.reading import full_name, mapping, text
from agentrun_operator.plugin.cluster.refusals import ConflictError, NotFoundError
from agentrun_operator.plugin.cluster.rights import ENDPOINTS, GET, PATCH

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from agentrun_operator.plugin.cluster.kubectl import Kubectl, Object

TRIES: Final = 5


def edit(kubectl: Kubectl, thing: Object, change: Callable[[Object], Mapping[str, object] | None]) -> Object:
    """Change an object by a merge patch, and return it as it is then.

    Args:
        kubectl: the cluster.
        thing: the object as it was last read.
        change: what to change, from the object as it is; None where nothing is to be done. May refuse by an error.

    Raises:
        NotFoundError: it is gone.
        ConflictError: somebody else changes it all the time.
        RefusedError, UnknownError: see `Kubectl.get`.
    """
    name, namespace = (text(mapping(thing, "metadata").get(each)) for each in ("name", "namespace"))
    for _ in range(TRIES):
        patch = change(thing)
        if patch is None:
            return thing
        try:
            return kubectl.patch(ENDPOINTS, name, _at_version(patch, thing), PATCH, namespace)
        except ConflictError:
            thing = _again(kubectl, name, namespace, full_name(thing))
    raise ConflictError(f"{full_name(thing)}: somebody else changes it all the time; nothing was changed")


def _at_version(patch: Mapping[str, object], thing: Object) -> Mapping[str, object]:
    metadata = dict(mapping(patch, "metadata"))
    return dict(patch) | {"metadata": metadata | {"resourceVersion": thing["metadata"]["resourceVersion"]}}


def _again(kubectl: Kubectl, name: str, namespace: str, shown: str) -> Object:
    found = kubectl.get(ENDPOINTS, name, GET, namespace)
    if found is None:
        raise NotFoundError(f"{shown}: it was deleted meanwhile")
    return found

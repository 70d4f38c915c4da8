"""What the cluster has and would take, as far as whoever asks may know; what they may not know, is said."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from agentrun_operator.plugin.cluster.kubectl.refusals import (
    ForbiddenError,
    NoKindError,
    NotFoundError,
    RefusedError,
    UnreachableError,
)
from agentrun_operator.plugin.cluster.kubectl.rights import CREATE, ENDPOINTS, LIST
from agentrun_operator.plugin.exits import PluginError, UnknownError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from agentrun_operator.plugin.cluster.kubectl.kubectl import Kubectl, Object

BATCH = 100
"""Manifests that the API server is asked about at once."""


class Known(NamedTuple):
    """What the cluster has.

    Args:
        objects: those that were seen.
        namespace: where the manifests are for.
        lacking: what is not known, and why; empty if all is.
        there: whether there is a cluster that knows the kind.
    """

    objects: Sequence[Object]
    namespace: str
    lacking: str
    there: bool

    @property
    def names(self) -> set[str]:
        """The names that objects have where the manifests are for."""
        return {
            each["metadata"]["name"] for each in self.objects if each["metadata"].get("namespace") == self.namespace
        }


def known(kubectl: Kubectl) -> Known:
    """What the cluster has.

    Raises:
        UsageError: the flags lead to no cluster.
    """
    try:
        objects = kubectl.items(ENDPOINTS, LIST, everywhere=True)
    except ForbiddenError as refused:
        return _nearby(kubectl, refused)
    except NoKindError:
        return Known(
            (), kubectl.namespace, "The cluster does not know the kind: no endpoint has an object", there=False
        )
    except UsageError:
        raise
    except UnknownError as error:
        return Known(
            (), "", f"No cluster tells which endpoints have objects, so all are imported: {error}", there=False
        )
    return Known(objects, kubectl.namespace, "", there=True)


def _nearby(kubectl: Kubectl, refused: ForbiddenError) -> Known:
    namespace = kubectl.namespace
    try:
        objects = kubectl.items(ENDPOINTS, LIST, namespace=namespace)
    except ForbiddenError as error:
        lacking = f"You may not see which endpoints have objects, so all are imported: {error}"
        return Known((), namespace, lacking, there=True)
    lacking = f"You may not see which endpoints have objects in other namespaces: {refused}"
    return Known(objects, namespace, lacking, there=True)


class Verdict(NamedTuple):
    """What the API server says to manifests.

    Args:
        refused: its words, by the manifest's place.
        unasked: why it could not be asked; empty if it was.
    """

    refused: Mapping[int, str]
    unasked: str


def verdict(kubectl: Kubectl, texts: Sequence[str], progress: Callable[[str], None]) -> Verdict:
    """Ask the API server whether it would take manifests; it keeps none.

    Args:
        kubectl: the cluster.
        texts: the manifests as YAML.
        progress: told how far this is.
    """
    refused: dict[int, str] = {}
    for start in range(0, len(texts), BATCH):
        progress(f"Asking the API server about manifest {start + 1} of {len(texts)}")
        places = range(start, min(start + BATCH, len(texts)))
        try:
            refused |= _refused(kubectl, texts, places)
        except PluginError as error:
            return Verdict(refused, f"The API server was not asked whether it takes the manifests: {error}")
    return Verdict(refused, "")


def _refused(kubectl: Kubectl, texts: Sequence[str], places: Sequence[int]) -> dict[int, str]:
    """Why manifests are refused, by their places: halved until each that is refused is alone.

    Raises:
        ForbiddenError, NotFoundError, UnreachableError: nothing is known of any.
    """
    try:
        kubectl.would_create("---\n".join(texts[place] for place in places), CREATE)
    except (ForbiddenError, NotFoundError, UnreachableError):
        raise
    except RefusedError as error:
        if len(places) == 1:
            return {places[0]: str(error)}
        middle = len(places) // 2
        return _refused(kubectl, texts, places[:middle]) | _refused(kubectl, texts, places[middle:])
    return {}

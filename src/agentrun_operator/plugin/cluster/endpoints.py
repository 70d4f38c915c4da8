"""The objects that a command is about: by name, or all of a namespace or of the cluster."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlencode

from agentrun_operator.plugin.cluster.kubectl.refusals import NO_CRD, NoKindError, NotFoundError
from agentrun_operator.plugin.cluster.kubectl.rights import ENDPOINTS, GET, LIST
from agentrun_operator.plugin.cluster.reading import mapping, text
from agentrun_operator.plugin.exits import UsageError
from agentrun_operator.resources.names import API_VERSION, PLURAL

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from agentrun_operator.plugin.cluster.kubectl.kubectl import Kubectl, Object

NAME: Final = re.compile("[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")
PAGE: Final = 500
"""Objects that are asked for at once: what the cluster has in all is never held together."""


@dataclass(frozen=True)
class Selection:
    """Which objects.

    Args:
        names: of these names; none: all.
        everywhere: in all namespaces.
        selector: by labels; empty: all.

    Raises:
        UsageError: names are in one namespace, and are no question of labels.
    """

    names: tuple[str, ...] = ()
    everywhere: bool = False
    selector: str = ""

    def __post_init__(self) -> None:
        """Refuse what contradicts itself."""
        if self.names and (self.everywhere or self.selector):
            raise UsageError("give names, or -A and -l, not both: an object's name counts in one namespace")


class Found(NamedTuple):
    """What is there, and the names that nothing has."""

    objects: list[Object]
    missing: list[str]


def find(kubectl: Kubectl, selection: Selection) -> Found:
    """The objects, all at once.

    Raises:
        RefusedError, UnknownError: see `Kubectl.get`.
    """
    if not selection.names:
        return Found([each for page in pages(kubectl, selection) for each in page], [])
    names = list(dict.fromkeys(selection.names))
    found = kubectl.named(ENDPOINTS, [name for name in names if NAME.fullmatch(name)], GET)
    there = {text(mapping(each, "metadata").get("name")): each for each in found}
    return Found([there[name] for name in names if name in there], [name for name in names if name not in there])


def again(kubectl: Kubectl, objects: Iterable[Object]) -> list[Object]:
    """The objects that were found, as they are now; those that are gone are left out.

    Raises:
        RefusedError, UnknownError: see `Kubectl.get`.
    """
    names: dict[str, list[str]] = {}
    for each in objects:
        names.setdefault(each["metadata"]["namespace"], []).append(each["metadata"]["name"])
    found = (kubectl.named(ENDPOINTS, these, GET, namespace) for namespace, these in names.items())
    return [each for some in found for each in some]


class Page(NamedTuple):
    """Some of all objects, and the version of the list that they belong to, from which a watch goes on."""

    objects: list[Object]
    version: str


def pages(kubectl: Kubectl, selection: Selection) -> Iterator[list[Object]]:
    """All objects, some at a time, by namespace and name.

    Raises:
        RefusedError, UnknownError: see `Kubectl.get`.
    """
    return (each.objects for each in listed(kubectl, selection))


def listed(kubectl: Kubectl, selection: Selection) -> Iterator[Page]:
    """The same, with the list's version.

    Raises:
        RefusedError, UnknownError: see `Kubectl.get`.
    """
    more = ""
    while True:
        asked = {"limit": str(PAGE)} | ({"continue": more} if more else {})
        try:
            answer = kubectl.raw(path_of(kubectl, selection, asked), LIST)
        except NotFoundError:
            raise NoKindError(
                f"the cluster does not know {ENDPOINTS}: {NO_CRD.format(check=kubectl.connection.again('check'))}"
            ) from None
        listing = mapping(answer, "metadata")
        yield Page(answer.get("items") or [], text(listing.get("resourceVersion")))
        more = text(listing.get("continue"))
        if not more:
            return


def path_of(kubectl: Kubectl, selection: Selection, asked: Mapping[str, str]) -> str:
    """Where all objects are at the API server, with what is asked of it."""
    where = "" if selection.everywhere else f"/namespaces/{kubectl.namespace}"
    labels = {"labelSelector": selection.selector} if selection.selector else {}
    return f"/apis/{API_VERSION}{where}/{PLURAL}?{urlencode({**asked, **labels})}"

"""Changes objects: each change is planned by what was read, and sent for just that version of it.

Somebody who writes in between is met with a new look: nothing is planned by what was, and nothing of theirs is lost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from agentrun_operator.plugin.cluster.endpoints import Selection, find
from agentrun_operator.plugin.cluster.kubectl.refusals import ConflictError, NotFoundError
from agentrun_operator.plugin.cluster.kubectl.rights import ENDPOINTS, GET, PATCH
from agentrun_operator.plugin.cluster.reading import full_name, mapping, text
from agentrun_operator.plugin.exits import PluginError
from agentrun_operator.resources.names import KIND

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from agentrun_operator.plugin.cluster.kubectl.kubectl import Kubectl, Object

ATTEMPTS: Final = 5
"""How often a change is planned anew before it is given up."""


class NoSuchError(PluginError):
    """There is no object of the name that was given, or none any more."""


def no_such(kubectl: Kubectl, name: str) -> NoSuchError:
    """That there is no object of a name where all is looked for."""
    return NoSuchError(f"there is no {KIND} {name} in namespace {kubectl.namespace}")


def existing(kubectl: Kubectl, name: str) -> Object:
    """An object with its field managers, by which it is known who keeps it.

    Raises:
        NoSuchError: there is none.
        RefusedError, UnknownError: see `Kubectl.get`.
    """
    found = find(kubectl, Selection((name,))).objects
    if not found:
        raise no_such(kubectl, name)
    return found[0]


def changed(kubectl: Kubectl, name: str, planned: Callable[[Object], Mapping[str, object] | None]) -> Object:
    """Change an object by its name; see `edit`."""
    return edit(kubectl, existing(kubectl, name), planned)


def edit(kubectl: Kubectl, thing: Object, planned: Callable[[Object], Mapping[str, object] | None]) -> Object:
    """Change an object, and return it as it is then.

    Args:
        kubectl: the cluster.
        thing: the object as it was last read.
        planned: the merge patch for the object as it is, without a version; None if nothing is to be changed.
            What it raises ends the change. It is asked again where somebody wrote in between.

    Raises:
        NoSuchError: it was deleted meanwhile.
        ConflictError: others wrote in between each time.
        RefusedError, UnknownError: see `Kubectl.get`.
    """
    name, namespace = (text(mapping(thing, "metadata").get(each)) for each in ("name", "namespace"))
    for _ in range(ATTEMPTS):
        patch = planned(thing)
        if patch is None:
            return thing
        try:
            return kubectl.patch(ENDPOINTS, name, _for_this_version(patch, thing), PATCH, namespace)
        except ConflictError:
            found = kubectl.named(ENDPOINTS, [name], GET, namespace)
        except NotFoundError:
            found = []
        if not found:
            raise NoSuchError(f"{full_name(thing)} was deleted meanwhile")
        thing = found[0]
    raise ConflictError(f"{full_name(thing)}: somebody else wrote it between look and change, {ATTEMPTS} times")


def _for_this_version(patch: Mapping[str, object], thing: Object) -> Mapping[str, object]:
    version = {"resourceVersion": thing["metadata"]["resourceVersion"]}
    return {**patch, "metadata": {**mapping(patch, "metadata"), **version}}

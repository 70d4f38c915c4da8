"""Changes one object: it is read, the change is planned by what was read, and sent for just that version of it.

Somebody who writes in between is met with a new look: nothing is planned by what was, and nothing of theirs is lost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agentrun_operator.plugin.cluster.refusals import ConflictError, NotFoundError
from agentrun_operator.plugin.cluster.rights import ENDPOINTS, GET, PATCH
from agentrun_operator.plugin.exits import PluginError, UnknownError
from agentrun_operator.resources.names import KIND

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from agentrun_operator.plugin.cluster.kubectl import Kubectl, Object

ATTEMPTS = 5
"""How often a change is planned anew before it is given up."""


class NoSuchError(PluginError):
    """There is no object of the name that was given."""


def existing(kubectl: Kubectl, name: str) -> Object:
    """An object with its field managers, by which it is known who keeps it.

    Raises:
        NoSuchError: there is none.
        RefusedError, UnknownError: see `Kubectl.get`.
    """
    where = kubectl.connection.namespace
    asked = ["get", ENDPOINTS, name, "--ignore-not-found", "--show-managed-fields"]
    found = kubectl.ask([*asked, *([f"--namespace={where}"] if where else [])], GET)
    if not found:
        raise NoSuchError(f"there is no {KIND} {kubectl.namespace}/{name}")
    return found


def full_name(found: Mapping[str, Any]) -> str:
    """The namespace and the name of an object."""
    metadata = found["metadata"]
    return f"{metadata['namespace']}/{metadata['name']}"


def changed(kubectl: Kubectl, name: str, planned: Callable[[Object], Mapping[str, Any] | None]) -> Object:
    """Change an object, and return it as it is then.

    Args:
        kubectl: the cluster.
        name: the object's name.
        planned: the merge patch for the object as it was read, without a version; None if nothing is to be changed.
            What it raises ends the change. It is asked again where somebody wrote in between.

    Raises:
        NoSuchError: there is none, or none any more.
        UnknownError: others wrote in between each time.
        RefusedError, UnknownError: see `Kubectl.get`.
    """
    for _ in range(ATTEMPTS):
        found = existing(kubectl, name)
        patch = planned(found)
        if patch is None:
            return found
        try:
            return kubectl.patch(ENDPOINTS, name, _for_this_version(patch, found), PATCH)
        except ConflictError:
            continue
        except NotFoundError:
            raise NoSuchError(f"{full_name(found)} was deleted meanwhile") from None
    raise UnknownError(f"{name}: somebody else wrote it between look and change, {ATTEMPTS} times; try again")


def _for_this_version(patch: Mapping[str, Any], found: Object) -> dict[str, Any]:
    metadata = {**patch.get("metadata", {}), "resourceVersion": found["metadata"]["resourceVersion"]}
    return {**patch, "metadata": metadata}

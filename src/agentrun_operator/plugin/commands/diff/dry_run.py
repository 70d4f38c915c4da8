"""The cluster, for a preview: how objects would be after an apply, which there are, and their Secrets. Reads only."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from agentrun_operator.plugin.cluster.kubectl.refusals import ForbiddenError, NoKindError, RefusedError
from agentrun_operator.plugin.cluster.kubectl.rights import ENDPOINTS, GET, GET_SECRET, LIST, PATCH

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from agentrun_operator.plugin.cluster.kubectl.kubectl import Kubectl

Body = dict[str, Any]
Key = tuple[str, str]

AT_ONCE = 500
"""Objects that one apply is given."""


class Cluster:
    """What a preview asks of the cluster.

    Args:
        kubectl: the cluster.
        server_side: whether the apply would be a server-side one.
    """

    def __init__(self, kubectl: Kubectl, *, server_side: bool) -> None:
        self._kubectl = kubectl
        self._flags = ["--dry-run=server", *(["--server-side"] if server_side else []), "--filename=-"]

    def applied(self, manifests: dict[Key, Body]) -> dict[Key, Body | RefusedError]:
        """The objects as they would be after an apply, or why they would not.

        Args:
            manifests: the objects, by namespace and name.

        Raises:
            NoKindError: the cluster does not know the kind.
            UnknownError: it could not be asked.
        """
        found: dict[Key, Body | RefusedError] = {}
        keys = list(manifests)
        for start in range(0, len(keys), AT_ONCE):
            found |= self._some({key: manifests[key] for key in keys[start : start + AT_ONCE]})
        return found

    def _some(self, manifests: dict[Key, Body]) -> dict[Key, Body | RefusedError]:
        """By one call, unless one of them is refused: then each half by its own, until the refused ones are alone."""
        try:
            return {_key(each): each for each in self._apply(list(manifests.values()))}
        except NoKindError:
            raise
        except RefusedError as refusal:
            if len(manifests) == 1:
                return dict.fromkeys(manifests, refusal)
        keys = list(manifests)
        middle = len(keys) // 2
        first, rest = ({key: manifests[key] for key in half} for half in (keys[:middle], keys[middle:]))
        return self._some(first) | self._some(rest)

    def _apply(self, manifests: Sequence[Body]) -> list[Body]:
        given = json.dumps({"apiVersion": "v1", "kind": "List", "items": manifests})
        told = self._kubectl.ask(["apply", *self._flags], PATCH, given)
        return told["items"] if told.get("kind") == "List" else [told]

    def live(self, key: Key) -> Body | None:
        """An object as it is; None if there is none.

        Raises:
            RefusedError, UnknownError: see `Kubectl.get`.
        """
        return self._kubectl.get(ENDPOINTS, key[1], GET, key[0])

    def objects(self, namespaces: Iterable[str]) -> tuple[list[Body], ForbiddenError | None]:
        """All objects, in whose names endpoints may be, and the right that is lacking for all of them.

        Args:
            namespaces: where to look if one may not look everywhere.
        """
        try:
            return self._kubectl.items(ENDPOINTS, LIST, everywhere=True), None
        except ForbiddenError as lacking:
            return self._within(namespaces), lacking

    def _within(self, namespaces: Iterable[str]) -> list[Body]:
        found = []
        for namespace in sorted(set(namespaces)):
            try:
                found += self._kubectl.items(ENDPOINTS, LIST, namespace=namespace)
            except ForbiddenError:
                continue
        return found

    def labelled(self, selector: str, namespaces: Iterable[str]) -> list[Body]:
        """The objects of some namespaces with these labels.

        Raises:
            RefusedError, UnknownError: see `Kubectl.items`.
        """
        return [
            each
            for namespace in sorted(set(namespaces))
            for each in self._kubectl.items(ENDPOINTS, LIST, selector=selector, namespace=namespace)
        ]

    def secret(self, namespace: str, name: str) -> Body | None:
        """A Secret; None if there is none.

        Raises:
            RefusedError, UnknownError: see `Kubectl.get`.
        """
        return self._kubectl.get("secrets", name, GET_SECRET, namespace)


def _key(body: Body) -> Key:
    return body["metadata"]["namespace"], body["metadata"]["name"]

"""What the caller may do, as the API server itself says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from agentrun_operator.plugin.cluster.kubectl.rights import Right
from agentrun_operator.plugin.exits import UnknownError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from agentrun_operator.plugin.cluster.kubectl.kubectl import Kubectl

ASK: Right = Right("create", "selfsubjectaccessreviews", "authorization.k8s.io")


def held(kubectl: Kubectl, rights: Sequence[Right], namespace: str) -> dict[Right, bool]:
    """Whether the caller has each of the rights in a namespace; asked for all at once.

    Raises:
        UnknownError: the cluster does not tell.
    """
    reviews = {"apiVersion": "v1", "kind": "List", "items": [_review(each, namespace) for each in rights]}
    told = kubectl.text(["create", "--validate=false", "--output=json", "--filename=-"], ASK, json.dumps(reviews))
    answers = [bool(each.get("status", {}).get("allowed")) for each in _documents(told)]
    if len(answers) != len(rights):
        raise UnknownError(f"the cluster answered {len(answers)} of {len(rights)} questions about rights")
    return dict(zip(rights, answers, strict=True))


def _review(right: Right, namespace: str) -> dict[str, object]:
    resource, _, subresource = right.resource.partition("/")
    asked = {"namespace": namespace, "verb": right.verb, "group": right.group, "resource": resource}
    if subresource:
        asked["subresource"] = subresource
    return {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": asked},
    }


def _documents(text: str) -> Iterator[dict[str, Any]]:
    """The objects that kubectl prints one behind the other."""
    decoder, place = json.JSONDecoder(), 0
    while place < len(text.rstrip()):
        try:
            found, place = decoder.raw_decode(text, place)
        except ValueError:
            raise UnknownError(f"kubectl answered something else than JSON: {text[:80]!r}") from None
        yield found
        place += len(text[place:]) - len(text[place:].lstrip())

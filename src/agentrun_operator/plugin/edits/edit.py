"""What is to become of a spec, and how that is told. Pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from agentrun_operator.plugin.exits import PluginError
from agentrun_operator.resources.names import LATEST

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Spec = dict[str, Any]

LONGEST = 80
"""Characters of a value that are told."""

ABSENT: Mapping[str, object] = {
    "targetVersion": LATEST,
    "routing": {},
    "scaling": {},
    "description": "",
    "disablePublicNetworkAccess": False,
}
"""What it means that a field is not there."""


class NotPossibleError(PluginError):
    """The object is not such that this can be done with it; the message says why."""


class Edit(NamedTuple):
    """An edit of a spec.

    Args:
        patch: the fields that are to be, each as a whole; None stands for one that goes.
        notes: what is to be known of it, each for people.
    """

    patch: Spec
    notes: tuple[str, ...] = ()

    def of(self, spec: Mapping[str, Any]) -> Spec:
        """The spec once it is made."""
        return {field: value for field, value in {**spec, **self.patch}.items() if value is not None}

    def needed(self, spec: Mapping[str, Any]) -> Edit:
        """The same without what the spec asks for already."""
        patch = {field: value for field, value in self.patch.items() if _differs(field, spec.get(field), value)}
        return self._replace(patch=patch)

    def told(self, spec: Mapping[str, Any]) -> list[str]:
        """What it changes of a spec, a line for each field; empty if it changes nothing."""
        return list(self._changes(spec))

    def _changes(self, spec: Mapping[str, Any]) -> Iterator[str]:
        for field, value in self.needed(spec).patch.items():
            before, after = _meant(field, spec.get(field)), _meant(field, value)
            yield f"{field}: {_shown(field, before)} → {_shown(field, after)}"


def weights_of(spec: Mapping[str, Any]) -> dict[str, int]:
    """The canaries of a spec that passed its schema, with their shares in percent."""
    found = (spec.get("routing") or {}).get("versionWeights") or ()
    return {each["version"]: each["weight"] for each in found}


def routing_of(weights: Mapping[str, int]) -> Spec | None:
    """The routing of canaries with their shares in percent; None without any."""
    if not weights:
        return None
    return {"versionWeights": [{"version": version, "weight": weight} for version, weight in weights.items()]}


def _differs(field: str, one: object, other: object) -> bool:
    return _meant(field, one) != _meant(field, other)


def _meant(field: str, value: object) -> object:
    """A value such that two that mean the same are equal."""
    if field == "routing":
        return weights_of({field: value})
    found = ABSENT[field] if value is None else value
    if field != "scaling" or not isinstance(found, dict):
        return found
    return {"minInstances": 0, "scheduledPolicies": []} | found


def _shown(field: str, value: object) -> str:
    if field == "routing" and isinstance(value, dict):
        return ", ".join(f"{version}={weight}%" for version, weight in value.items()) or "no canaries"
    text = value if field == "targetVersion" and isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"

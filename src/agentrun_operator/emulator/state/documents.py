"""The document of an endpoint, as a get shows it: checks the body of a create or an update, and applies it. Pure.

No state and no time in here: `endpoints` knows which document is current.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from agentrun_operator.emulator.answers import encode, invalid
from agentrun_operator.emulator.checks import Check, InvalidError, array, boolean, integer, number, record, string

Document = Mapping[str, Any]

NAME = r"[a-zA-Z][a-zA-Z0-9_-]{0,63}"
LATEST = "LATEST"

_VERSION = string(rf"{LATEST}|[1-9][0-9]*")
_POLICY = record(
    {
        "name": string(),
        "startTime": string(),
        "endTime": string(),
        "scheduleExpression": string(),
        "timeZone": string(),
        "target": integer(minimum=0),
    },
    required=("name", "scheduleExpression", "target"),
)
_WEIGHT = record({"version": _VERSION, "weight": number(0, 1, exclusive=True)}, required=("version", "weight"))
_FIELDS: Mapping[str, Check] = {
    "agentRuntimeEndpointName": string(NAME),
    "description": string(max_length=256),
    "disablePublicNetworkAccess": boolean,
    "routingConfiguration": record({"versionWeights": array(_WEIGHT)}),
    "scalingConfig": record({"minInstances": integer(minimum=0), "scheduledPolicies": array(_POLICY)}),
    "targetVersion": _VERSION,
}
_CREATE = record(_FIELDS, required=("agentRuntimeEndpointName",))
_UPDATE = record({**_FIELDS, "deleteScalingConfig": boolean})

_ROUNDING = 1e-9
"""Tolerance for a sum of weights: in floats, ten times 0.1 is not 1."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One state of an endpoint with its JSON, which is encoded once, however often it is listed."""

    document: Document
    encoded: bytes

    @classmethod
    def of(cls, document: Document) -> Snapshot:
        return cls(document, encode(document))


def read_create(body: object, versions: Collection[str]) -> Document:
    """The fields of a create.

    Args:
        body: the request's JSON.
        versions: published by the runtime.

    Raises:
        ApiError: a field is unknown, malformed or contradicts another.
    """
    return _read(_CREATE, body, versions)


def read_update(body: object, versions: Collection[str], current: Document) -> Document:
    """The fields of an update of `current`; an endpoint keeps its name.

    Raises:
        ApiError: as `read_create`.
    """
    fields = _read(_UPDATE, body, versions)
    name = current["agentRuntimeEndpointName"]
    if fields.get("agentRuntimeEndpointName", name) != name:
        raise invalid(f"agentRuntimeEndpointName of {name} cannot be changed")
    if fields.get("deleteScalingConfig") and "scalingConfig" in fields:
        raise invalid("scalingConfig and deleteScalingConfig exclude each other")
    return fields


def _read(shape: Check, body: object, versions: Collection[str]) -> Document:
    try:
        fields: Document = shape("", body)
    except InvalidError as error:
        raise invalid(str(error)) from None
    _check_versions(fields, versions)
    return fields


def _check_versions(fields: Document, versions: Collection[str]) -> None:
    target = fields.get("targetVersion", LATEST)
    if target != LATEST and target not in versions:
        raise invalid(f"targetVersion {target} is not a published version")
    weights = fields.get("routingConfiguration", {}).get("versionWeights", [])
    named = [weight["version"] for weight in weights]
    if unknown := [version for version in named if version != LATEST and version not in versions]:
        raise invalid(f"routingConfiguration.versionWeights: {', '.join(unknown)} is not a published version")
    if len(set(named)) != len(named):
        raise invalid("routingConfiguration.versionWeights names a version twice")
    if sum(weight["weight"] for weight in weights) > 1 - _ROUNDING:
        raise invalid("routingConfiguration.versionWeights must sum to less than 1: targetVersion gets the remainder")


def merged(current: Document, fields: Document) -> dict[str, Any]:
    """`current` with the `fields` of a create or an update; fields that are left out stay.

    The service takes a scalingConfig and shows a scalingStatus.
    """
    document = {**current, **fields}
    scaling = document.pop("scalingConfig", None)
    if document.pop("deleteScalingConfig", False):
        document.pop("scalingStatus", None)
    if scaling is not None:
        document["scalingStatus"] = _scaling_status(scaling)
    return document


def _scaling_status(scaling: Document) -> Document:
    least = scaling.get("minInstances", 0)
    return {
        "minInstances": least,
        "scheduledPolicies": scaling.get("scheduledPolicies", []),
        "currentInstances": least,
        "targetInstances": least,
    }


def _strip_description(document: Document, _newest: str) -> Document:
    return {**document, "description": document["description"].strip()} if "description" in document else document


def _forget_description(document: Document, _newest: str) -> Document:
    return {name: value for name, value in document.items() if name != "description"}


def _show_no_scaling_as_zero(document: Document, _newest: str) -> Document:
    return document if "scalingStatus" in document else {**document, "scalingStatus": _scaling_status({})}


def _resolve_latest(document: Document, newest: str) -> Document:
    resolved = {**document, "targetVersion": newest} if document.get("targetVersion") == LATEST else document
    return _with_weights(
        resolved, lambda weight: {**weight, "version": newest} if weight["version"] == LATEST else weight
    )


def _single_precision_weights(document: Document, _newest: str) -> Document:
    return _with_weights(
        document, lambda weight: {**weight, "weight": struct.unpack("f", struct.pack("f", weight["weight"]))[0]}
    )


def _with_weights(document: Document, change: Callable[[Document], Document]) -> Document:
    routing = document.get("routingConfiguration")
    if not routing:
        return document
    weights = [change(weight) for weight in routing.get("versionWeights", [])]
    return {**document, "routingConfiguration": {"versionWeights": weights}}


NORMALISATIONS: Mapping[str, Callable[[Document, str], Document]] = {
    "strip-description": _strip_description,
    "forget-description": _forget_description,
    "show-no-scaling-as-zero": _show_no_scaling_as_zero,
    "resolve-latest": _resolve_latest,
    "single-precision-weights": _single_precision_weights,
}
"""Ways in which a service may alter a document before it stores it, by name.

Each takes the document and the newest version of the runtime.
"""


def normalised(document: Document, names: Collection[str], newest: str) -> Document:
    """`document` after the normalisations of these names, in order."""
    for name in names:
        document = NORMALISATIONS[name](document, newest)
    return document

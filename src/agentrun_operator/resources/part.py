"""The base of every model here: camelCase in manifests, snake_case in Python, and the schema's extensions beside the
field.

Nothing of the resource itself may enter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

if TYPE_CHECKING:
    from pydantic.config import JsonDict


class Part(BaseModel):
    """A piece of the resource. Unknown fields are ignored: a newer CRD may know more than this operator."""

    model_config = ConfigDict(
        alias_generator=to_camel, validate_by_name=True, frozen=True, extra="ignore", use_attribute_docstrings=True
    )


def rule(expression: str, message: str, *, reason: str = "FieldValueInvalid", path: str = "") -> JsonDict:
    """A CEL rule of the schema.

    Args:
        expression: the CEL expression that must hold; `self` is the value, `oldSelf` the one before.
        message: what the person who applied the object reads: it names the field and what to do.
        reason: how the API server classes the error.
        path: the field below `self` that the error is about, as `.spec.region`; empty for `self`.
    """
    found: JsonDict = {"rule": expression, "message": message, "reason": reason}
    return found | ({"fieldPath": path} if path else {})


def rules(*found: JsonDict) -> JsonDict:
    """The schema extension that holds CEL rules, for `json_schema_extra`."""
    return {"x-kubernetes-validations": list(found)}


def list_map(key: str) -> JsonDict:
    """The schema extension of a list that is a map by `key`: entries are unique and merge one by one."""
    return {"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": [key]}


ATOMIC: JsonDict = {"x-kubernetes-list-type": "atomic"}

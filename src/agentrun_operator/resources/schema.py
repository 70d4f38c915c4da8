"""From a pydantic model to a structural OpenAPI v3 schema, the only kind a CustomResourceDefinition takes.

Structural means: no `$ref`, no `anyOf` with null, a type everywhere. Knows pydantic and JSON Schema; nothing of this
resource.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic.config import JsonDict, JsonValue

DROPPED = frozenset({"title", "$defs"})


def structural(model: type[BaseModel]) -> JsonDict:
    """The structural schema of a model, with its docstring and its fields' docstrings as descriptions.

    Defaults of null and of an empty list are left out: absent says the same, and adds nothing to what users applied.
    """
    schema = cast("JsonDict", model.model_json_schema(by_alias=True))
    return _flat(schema, cast("JsonDict", schema.get("$defs", {})))


def _flat(schema: JsonDict, models: JsonDict) -> JsonDict:
    schema = _without_null(_without_ref(schema, models), models)
    return {
        name: _described(name, value, models)
        for name, value in schema.items()
        if name not in DROPPED and not (name == "default" and value in (None, []))
    }


def _described(name: str, value: JsonValue, models: JsonDict) -> JsonValue:
    if name == "properties":
        return {key: _flat(cast("JsonDict", field), models) for key, field in cast("JsonDict", value).items()}
    if name in ("items", "additionalProperties"):
        return _flat(cast("JsonDict", value), models)
    if name == "description":
        return " ".join(cast("str", value).split())
    return list(value) if isinstance(value, list) else value  # a model that stands twice is written out twice


def _without_ref(schema: JsonDict, models: JsonDict) -> JsonDict:
    """The referenced model in place of its reference; what stands beside the reference (a field's description) wins."""
    reference = schema.get("$ref")
    if not isinstance(reference, str):
        return schema
    model = cast("JsonDict", models[reference.rsplit("/", 1)[-1]])
    return model | {name: value for name, value in schema.items() if name != "$ref"}


def _without_null(schema: JsonDict, models: JsonDict) -> JsonDict:
    """An optional field is one that is not required: Kubernetes prunes nulls, so the null variant is dropped."""
    variants = cast("list[JsonDict]", schema.get("anyOf", []))
    present = [variant for variant in variants if variant.get("type") != "null"]
    if len(present) != 1:
        return schema
    rest = {name: value for name, value in schema.items() if name != "anyOf"}
    return _without_ref(present[0], models) | rest

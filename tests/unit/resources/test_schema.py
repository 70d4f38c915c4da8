"""From a model to a schema that a CustomResourceDefinition takes."""

from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field

from agentrun_operator.resources.part import Part, list_map, rule, rules
from agentrun_operator.resources.schema import structural


class Leaf(Part):
    """A leaf."""

    title: str
    """A field whose name is a word of JSON Schema."""


class Tree(Part):
    """A tree,
    told over two lines."""

    leaf: Leaf
    leaves: Annotated[list[Leaf], Field(json_schema_extra=list_map("title"))] = []  # noqa: RUF012 - pydantic copies it
    """The other leaves."""

    best_leaf: Leaf | None = None
    """The field's own words
    stand before the model's."""

    height: Annotated[int, Field(ge=1)] | None = None
    kind: Literal["oak", "ash"] = "oak"
    empty: str = ""


class Loose(BaseModel):
    either: int | str


@pytest.fixture
def schema():
    return structural(Tree)


def test_a_reference_is_replaced_by_what_it_refers_to(schema):
    assert schema["properties"]["leaf"] == {
        "type": "object",
        "description": "A leaf.",
        "required": ["title"],
        "properties": {
            "title": {"type": "string", "description": "A field whose name is a word of JSON Schema."},
        },
    }


def test_what_stands_at_a_field_wins_over_what_its_model_says(schema):
    assert schema["properties"]["bestLeaf"]["description"] == "The field's own words stand before the model's."
    assert schema["properties"]["bestLeaf"]["type"] == "object"


def test_an_optional_field_keeps_its_rules_and_loses_its_null(schema):
    assert schema["properties"]["height"] == {"type": "integer", "minimum": 1}


def test_a_list_says_what_its_items_are_and_has_no_empty_default(schema):
    leaves = schema["properties"]["leaves"]
    assert leaves["items"]["properties"].keys() == {"title"}
    assert leaves["x-kubernetes-list-map-keys"] == ["title"]
    assert "default" not in leaves


def test_a_default_that_says_something_stays(schema):
    assert schema["properties"]["kind"]["default"] == "oak"
    assert schema["properties"]["empty"]["default"] == ""


def test_only_what_has_no_default_is_required(schema):
    assert schema["required"] == ["leaf"]


def test_names_are_camel_case(schema):
    assert list(schema["properties"]) == ["leaf", "leaves", "bestLeaf", "height", "kind", "empty"]


def test_descriptions_are_one_line(schema):
    assert schema["description"] == "A tree, told over two lines."


def test_a_choice_between_types_is_left_as_it_is_since_no_structural_schema_can_say_it():
    found: dict[str, Any] = structural(Loose)
    assert found["properties"]["either"] == {"anyOf": [{"type": "integer"}, {"type": "string"}]}


def test_a_rule_names_its_path_only_where_it_has_one():
    assert rule("self.a", "a is needed") == {"rule": "self.a", "message": "a is needed", "reason": "FieldValueInvalid"}
    assert rule("self.a", "a is needed", path=".a")["fieldPath"] == ".a"


def test_rules_come_in_the_order_in_which_they_were_given():
    first, second = rule("self.a", "a"), rule("self.b", "b")
    assert rules(first, second) == {"x-kubernetes-validations": [first, second]}

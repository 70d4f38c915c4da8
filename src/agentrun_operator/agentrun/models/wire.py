"""The form of every object of the wire: how it is read, and how it is written.

The API writes camelCase, Python reads snake_case; both are accepted. An object that is read may lack any field, and may
have others, which are ignored. An object that is sent has only what was set: *unset means unsent*, a null never is.
"""

from __future__ import annotations

from pydantic import AliasChoices, AliasGenerator, BaseModel, ConfigDict, JsonValue
from pydantic.alias_generators import to_camel


class WireModel(BaseModel):
    """An object of the API: immutable where nothing else is said, lenient in what it reads, camelCase when dumped."""

    model_config = ConfigDict(
        alias_generator=AliasGenerator(
            validation_alias=lambda name: AliasChoices(name, to_camel(name)), serialization_alias=to_camel
        ),
        serialize_by_alias=True,
        extra="ignore",
        frozen=True,
        coerce_numbers_to_str=True,  # a version written as 3 means "3"
        allow_inf_nan=False,  # JSON has no word for them
        hide_input_in_errors=True,  # an answer's content is none of a log's business
    )

    def to_wire(self) -> dict[str, JsonValue]:
        """The JSON object to send: camelCase, only what was set, no nulls."""
        wire: dict[str, JsonValue] = self.model_dump(mode="json", by_alias=True, exclude_none=True)
        return wire

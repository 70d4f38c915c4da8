"""The base of the settings: pydantic's models, refused in the words of `checks`. Pure; holds no setting."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from agentrun_operator.emulator.checks import Check, InvalidError, boolean, integer, number, string

_ERRORS = {"missing": "is required", "extra_forbidden": "is not a known field", "tuple_type": "must be a list"}
"""What pydantic itself refuses, by its name for it; what is not named here is a value that must be an object."""


def checked(check: Check) -> BeforeValidator:
    """A check as the validator of a model's field."""
    return BeforeValidator(partial(check, ""))


Text = Annotated[str, checked(string())]
Flag = Annotated[bool, checked(boolean)]
Count = Annotated[int, checked(integer(minimum=0))]
Seconds = Annotated[float, checked(number(0))]
Status = Annotated[int, checked(integer(minimum=200))]


class Model(BaseModel):
    """A JSON object with these fields and no others: camelCase in JSON, snake_case in Python."""

    model_config = ConfigDict(
        alias_generator=to_camel, validate_by_name=True, extra="forbid", frozen=True, use_attribute_docstrings=True
    )

    @classmethod
    def read(cls, document: object) -> Self:
        """The object in a document.

        Raises:
            InvalidError: a field is unknown, missing or has a value it cannot have; names the path of the first.
        """
        try:
            return cls.model_validate(document, by_name=False)
        except ValidationError as error:
            first = error.errors()[0]
        path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in first["loc"]).removeprefix(".")
        if "error" in first.get("ctx", {}):
            raise InvalidError(f"{path}{first['ctx']['error']}")
        raise InvalidError(f"{path or 'the body'} {_ERRORS.get(first['type'], 'must be an object')}")

    def show(self) -> dict[str, Any]:
        """The object as JSON, as `read` takes it."""
        return self.model_dump(mode="json", by_alias=True)

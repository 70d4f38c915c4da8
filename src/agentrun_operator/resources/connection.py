"""`spec.connection`: how the address of an endpoint gets to the apps, as a ConfigMap, as a Secret, or as both.

Names, rules and the grammar of a value; what stands for a placeholder is not known here. No credential has a place.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field

from agentrun_operator.resources.part import Part, rule, rules

if TYPE_CHECKING:
    from collections.abc import Mapping

MANAGED_BY: tuple[str, str] = ("app.kubernetes.io/managed-by", "agentrun-operator")
"""The label that each object has which is made here."""

SECRET_TYPE = "servicebinding.io/agentrun"  # noqa: S105 - a type, no password
"""The type of the Secret, as the Service Binding Specification forms it from its entry `type`."""


class Placeholder(StrEnum):
    """What a value may refer to."""

    PUBLIC_URL = "publicUrl"
    OPENAI_BASE_URL = "openaiBaseUrl"
    OPENAI_BASE_URL_SIGNED = "openaiBaseUrlSigned"
    HOST = "host"
    RUNTIME_NAME = "runtimeName"
    RUNTIME_ID = "runtimeId"
    ENDPOINT_NAME = "endpointName"
    REGION = "region"


_REFERENCE = rf"\{{({'|'.join(Placeholder)})\}}"
_LITERAL = r"[^{}]|\{\{|\}\}"
VALUE_PATTERN = f"^({_LITERAL})*{_REFERENCE}({_LITERAL}|{_REFERENCE})*$"
"""A value: text, in which a literal brace is doubled, with at least one placeholder."""

KEY_PATTERN = "^([-_A-Za-z0-9]|[.][-_A-Za-z0-9])[-._A-Za-z0-9]*$"
"""A key of a ConfigMap; `.` and what begins with `..` is none."""

KEY_LENGTH = 253

NEEDS_ONE = "connection needs configMap, secret or both"
BAD_KEY = "a key of connection.keys has 1 to 253 letters, digits, '-', '_' or '.', and begins with no '..'"
BAD_VALUE = (
    "each value of connection.keys needs a placeholder and may have no other than"
    f" {' '.join(f'{{{each}}}' for each in Placeholder)}; a literal brace is doubled"
)

ObjectName = Annotated[
    str,
    Field(pattern=r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$", min_length=1, max_length=253),
]


def good_keys(keys: Mapping[str, str]) -> bool:
    """Whether each key is one that a ConfigMap may have."""
    return all(len(key) <= KEY_LENGTH and re.fullmatch(KEY_PATTERN, key) for key in keys)


def good_values(keys: Mapping[str, str]) -> bool:
    """Whether each value has a placeholder, and none that is not known."""
    return all(re.fullmatch(VALUE_PATTERN, value) for value in keys.values())


def _checked(keys: Any) -> Any:  # noqa: ANN401 - as pydantic hands it on
    """The keys.

    Raises:
        ValueError: one is not what the schema's rules let in.
    """
    for holds, message in ((good_keys, BAD_KEY), (good_values, BAD_VALUE)):
        if not holds(keys):
            raise ValueError(message)
    return keys


class NamedObject(Part):
    """Names an object that the operator makes in the object's own namespace."""

    name: ObjectName
    """Its name. One that exists and was not made for this object is never touched."""


class Connection(Part):
    """What tells apps how the endpoint is reached."""

    model_config = ConfigDict(json_schema_extra=rules(rule("has(self.configMap) || has(self.secret)", NEEDS_ONE)))

    config_map: NamedObject | None = None
    """A ConfigMap to make, for `envFrom`: the address is no secret. Needs the operator's right on ConfigMaps."""

    secret: NamedObject | None = None
    """A Secret to make, which makes this object a Provisioned Service of the Service Binding Specification. Needs the
    operator's right on Secrets."""

    keys: (
        Annotated[
            dict[str, Annotated[str, Field(max_length=256)]],
            Field(
                min_length=1,
                max_length=32,
                json_schema_extra=rules(
                    rule(f"self.all(key, size(key) <= {KEY_LENGTH} && key.matches('{KEY_PATTERN}'))", BAD_KEY),
                    rule(f"self.all(key, self[key].matches(r'{VALUE_PATTERN}'))", BAD_VALUE),
                ),
            ),
            AfterValidator(_checked),
        ]
        | None
    ) = None
    """What they hold, in the app's own words: text with {publicUrl}, {openaiBaseUrl}, {openaiBaseUrlSigned}, {host},
    {runtimeName}, {runtimeId}, {endpointName} or {region} in it; a literal brace is doubled. A key whose placeholder
    has no value is left out. Absent: type, provider, uri, host, openai-base-url, model, runtime, endpoint, region."""

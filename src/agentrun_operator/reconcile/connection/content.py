"""What the objects of `spec.connection` are to hold, by what was seen of the endpoint. Whether they do is not asked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from agentrun_operator.reconcile.connection.address import address_of
from agentrun_operator.resources.connection import Placeholder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agentrun_operator.reconcile.input import Input

DEFAULT_KEYS = {
    "type": "agentrun",
    "provider": "alibaba-cloud",
    "uri": "{publicUrl}",
    "host": "{host}",
    "openai-base-url": "{openaiBaseUrl}",
    "model": "{runtimeName}",
    "runtime": "{runtimeName}",
    "endpoint": "{endpointName}",
    "region": "{region}",
}
"""What is told where the spec does not say, by the Service Binding Specification's names where it has some."""

LONGEST_VALUE = 2048
"""Characters of what a value comes to; what is longer is left out: nothing that AgentRun says fills an object."""

_PARTS = re.compile(r"\{\{|\}\}|\{([^{}]*)\}")

Facts = dict[str, str]
"""What stands for each placeholder that has a value."""


class Content(NamedTuple):
    """What each object is to hold.

    Args:
        data: the values by their keys.
        left_out: for each placeholder without a value, the keys that are left out because of it; the empty one stands
            for those that come out too long.
    """

    data: Mapping[str, str]
    left_out: Mapping[str, tuple[str, ...]]


def facts_of(given: Input) -> Facts | None:
    """What there is to tell of the endpoint; None as long as none of this object's was seen."""
    seen, runtime = given.observed.endpoint, given.observed.runtime
    if seen is None or runtime is None or not (given.ours or given.desired.observes):
        return None
    address = address_of(seen.wire.endpoint_public_url)
    told = {
        Placeholder.PUBLIC_URL: address and address.public_url,
        Placeholder.OPENAI_BASE_URL: address and address.openai_base_url,
        Placeholder.OPENAI_BASE_URL_SIGNED: address and address.openai_base_url_signed,
        Placeholder.HOST: address and address.host,
        Placeholder.RUNTIME_NAME: runtime.name,
        Placeholder.RUNTIME_ID: runtime.id,
        Placeholder.ENDPOINT_NAME: given.desired.endpoint_name,
        Placeholder.REGION: runtime.region or given.desired.spec.region,
    }
    return {placeholder.value: value for placeholder, value in told.items() if value}


def content_of(keys: Mapping[str, str] | None, facts: Facts) -> Content:
    """What the objects are to hold.

    Args:
        keys: the values as the spec writes them; None for the default ones.
        facts: what there is to tell.
    """
    data: dict[str, str] = {}
    left_out: dict[str, list[str]] = {}
    for key, value in (keys or DEFAULT_KEYS).items():
        missing = next((each for each in _PARTS.findall(value) if each and each not in facts), None)
        text = "" if missing else _PARTS.sub(lambda part: _text(part, facts), value)
        if missing is None and len(text) <= LONGEST_VALUE:
            data[key] = text
        else:
            left_out.setdefault(missing or "", []).append(key)
    return Content(data, {placeholder: tuple(sorted(each)) for placeholder, each in left_out.items()})


def _text(part: re.Match[str], facts: Facts) -> str:
    """What stands for a doubled brace, or a placeholder."""
    return facts[part[1]] if part[1] else part[0][:1]

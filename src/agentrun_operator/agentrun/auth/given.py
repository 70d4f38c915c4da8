"""What a Config was given, before the environment and the defaults: checked, and merged with what another was given."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

from agentrun_operator.agentrun.api.errors import ConfigError
from agentrun_operator.agentrun.auth.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The arguments of a Config; None where there was none. See there."""

    access_key_id: str | None = None
    access_key_secret: Secret | None = None
    security_token: Secret | None = None
    account_id: str | None = None
    token: Secret | None = None
    region_id: str | None = None
    timeout: float | None = None
    read_timeout: float | None = None
    control_endpoint: str | None = None
    data_endpoint: str | None = None
    devs_endpoint: str | None = None
    bailian_endpoint: str | None = None
    use_vpc_endpoint: bool | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] | None = None

    def updated_by(self, later: Given) -> Given:
        """The same, with what another was given in its place. A token goes with its key; headers add up."""
        told: dict[str, Any] = {each.name: getattr(later, each.name) for each in fields(later)}
        told = {name: value for name, value in told.items() if value is not None}
        if later.access_key_id not in (None, self.access_key_id):
            told.setdefault("security_token", None)
        replaced = {name.lower() for name in later.headers}
        kept = {name: value for name, value in self.headers.items() if name.lower() not in replaced}
        return replace(self, **{**told, "headers": {**kept, **later.headers}})


def text(name: str, value: object) -> str | None:
    """A text without the white space around it. One that is empty takes the place of an earlier one, and is then none.

    Raises:
        ConfigError: it is something else.
    """
    if value is not None and not isinstance(value, str):
        # The value stays out: it may be a secret.
        raise ConfigError(f"{name} must be a string, not {type(value).__name__}")
    return None if value is None else value.strip()


def number_or_text(name: str, value: object) -> str | None:
    """As `text`, of what may be written as a number."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else text(name, value)


def secret(name: str, value: object) -> Secret | None:
    """As `text`, hidden."""
    if isinstance(value, Secret):
        return value
    found = text(name, value)
    return None if found is None else Secret(found)


def seconds(name: str, value: object) -> float | None:
    """A time to wait.

    Raises:
        ConfigError: it is none.
    """
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not (math.isfinite(value) and value > 0):
        raise ConfigError(f"{name} must be a number of seconds above 0, not {value!r:.100}")
    return float(value)


def sendable(headers: object) -> dict[str, str]:
    """HTTP headers.

    Raises:
        ConfigError: they are no dict, or cannot be sent.
    """
    if headers is None:
        return {}
    try:
        named: dict[object, object] = dict(headers)  # type: ignore[call-overload]  # that is what is tried
    except (TypeError, ValueError):
        raise ConfigError(f"headers must be a dict of names and values, not {type(headers).__name__}") from None
    return dict(_header(name, value) for name, value in named.items())


def _header(name: object, value: object) -> tuple[str, str]:
    if not (isinstance(name, str) and isinstance(value, str)):
        raise ConfigError(f"the header {name!r:.100} must be a string with a string, not {type(value).__name__}")
    if not (_HEADER_NAME.fullmatch(name) and value.isascii() and value.isprintable()):
        raise ConfigError(f"the header {name!r} cannot be sent: its name or value has characters that HTTP forbids")
    return name, value

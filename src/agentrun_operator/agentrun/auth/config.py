"""Where AgentRun is and who calls: explicit values first, then the environment, then defaults. No I/O.

The variables are those of the official SDK. They are read when a Config is made, never at import.
"""

from __future__ import annotations

import math
import os
import re
from typing import TYPE_CHECKING, Final, NoReturn
from urllib.parse import urlsplit

from agentrun_operator.agentrun.api.errors import ConfigError
from agentrun_operator.agentrun.auth.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_REGION = "cn-hangzhou"
DEFAULT_TIMEOUT = 10.0
DEFAULT_READ_TIMEOUT = 30.0
DEFAULT_DATA_READ_TIMEOUT = 600.0
"""An agent that thinks for minutes is no rarity; the control plane answers in seconds."""

PUBLIC_CONTROL_HOST = "agentrun.{region}.aliyuncs.com"

_HOST = re.compile(r"[A-Za-z0-9.:-]+")
_LABEL = re.compile(r"[A-Za-z0-9-]{1,63}")  # of a host name: a region or account must not lead to another host
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")


class Config:
    """Where AgentRun is and who calls. Every argument is optional and falls back to the environment.

    Args:
        access_key_id: the access key's id, else `AGENTRUN_ACCESS_KEY_ID`, else `ALIBABA_CLOUD_ACCESS_KEY_ID`. Without
            any, the default provider chain is asked (RRSA, CLI profiles, RAM roles; see `credentials`).
        access_key_secret: its secret, else `AGENTRUN_ACCESS_KEY_SECRET`, else `ALIBABA_CLOUD_ACCESS_KEY_SECRET`.
        security_token: the token of temporary credentials, else `AGENTRUN_SECURITY_TOKEN`, else
            `ALIBABA_CLOUD_SECURITY_TOKEN`. A token belongs to its key: one from a weaker source than the key id is
            not taken.
        account_id: the Alibaba Cloud account, part of the data plane's host, else `AGENTRUN_ACCOUNT_ID`, else
            `FC_ACCOUNT_ID`.
        token: a token for the data plane, used there in place of the access key.
        region_id: the region, else `AGENTRUN_REGION`, else `FC_REGION`, else `cn-hangzhou`. Any region is accepted.
        timeout: seconds to wait for a connection, default 10.
        read_timeout: seconds to wait for the service's next bytes, default 30 and, for the data plane, 600.
        control_endpoint: the control plane's address, else `AGENTRUN_CONTROL_ENDPOINT`, else the region's public host.
            With or without a scheme (then https); `{region}` in it stands for the region.
        data_endpoint: the data plane's address, likewise, else `AGENTRUN_DATA_ENDPOINT`, else the account's host.
        headers: HTTP headers to send with every request.

    Raises:
        ConfigError: a value cannot work.

    Attributes:
        any_region: whether the control plane's address follows the region, so that there is one for every region.

    A Config shows no secret in `repr` or a traceback, and refuses to be pickled: make it where it is needed.
    """

    def __init__(
        self,
        *,
        access_key_id: str | None = None,
        access_key_secret: str | None = None,
        security_token: str | None = None,
        account_id: str | None = None,
        token: str | None = None,
        region_id: str | None = None,
        timeout: float | None = None,
        read_timeout: float | None = None,
        control_endpoint: str | None = None,
        data_endpoint: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        key_ids = (access_key_id, *_environment("AGENTRUN_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_ID"))
        strength = next((place for place, key_id in enumerate(key_ids, start=1) if _first(key_id)), None)
        self.access_key_id: Final = _first(*key_ids)
        self.access_key_secret: Final = _secret(
            access_key_secret, *_environment("AGENTRUN_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_ACCESS_KEY_SECRET")
        )
        self.security_token: Final = _secret(
            *(security_token, *_environment("AGENTRUN_SECURITY_TOKEN", "ALIBABA_CLOUD_SECURITY_TOKEN"))[:strength]
        )
        self.token: Final = _secret(token)
        self.account_id: Final = _label("account_id", account_id, *_environment("AGENTRUN_ACCOUNT_ID", "FC_ACCOUNT_ID"))
        region = _label("region_id", region_id, *_environment("AGENTRUN_REGION", "FC_REGION"))
        self.region_id: Final = region or DEFAULT_REGION
        self.timeout: Final = _seconds("timeout", timeout, DEFAULT_TIMEOUT)
        self.read_timeout: Final = _seconds("read_timeout", read_timeout, DEFAULT_READ_TIMEOUT)
        self.data_read_timeout: Final = _seconds("read_timeout", read_timeout, DEFAULT_DATA_READ_TIMEOUT)
        control = _first(control_endpoint, *_environment("AGENTRUN_CONTROL_ENDPOINT")) or PUBLIC_CONTROL_HOST
        self.any_region: Final = "{region}" in control
        self.control_endpoint: Final = _address("control_endpoint", control, self.region_id)
        data = _first(data_endpoint, *_environment("AGENTRUN_DATA_ENDPOINT"))
        self.data_endpoint: Final = None if data is None else _address("data_endpoint", data, self.region_id)
        self.headers: Final[Mapping[str, str]] = _headers(headers or {})

    def __repr__(self) -> str:
        """The settings; of secrets whether they are there, of headers the names."""
        hidden = {"any_region", "headers"}
        shown = {name: value for name, value in vars(self).items() if value is not None and name not in hidden}
        if self.headers:
            shown["headers"] = sorted(self.headers)
        return f"Config({', '.join(f'{name}={value!r}' for name, value in shown.items())})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Config holds secrets and is not pickled: make it where it is needed")


def _address(name: str, value: str, region: str) -> str:
    """The base URL that an endpoint setting stands for, without a slash at its end."""
    value = value.replace("{region}", region)
    url = value if "://" in value else f"https://{value}"
    if not _is_address(url):
        # The value stays out: what is wrong with it may be a password in it.
        raise ConfigError(f"{name} is no address: give a host, with http(s)://, a port or a path if need be")
    return url.rstrip("/")


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    extras = parts.query or parts.fragment or "@" in parts.netloc or port == 0
    return parts.scheme in {"http", "https"} and bool(_HOST.fullmatch(parts.hostname or "")) and not extras


def _environment(*names: str) -> tuple[str | None, ...]:
    return tuple(os.environ.get(name) for name in names)


def _first(*values: str | None) -> str | None:
    """The first value that is there; an empty one is not."""
    return next((value.strip() for value in values if value and value.strip()), None)


def _secret(*values: str | None) -> Secret | None:
    """The first value that is there, hidden."""
    return next((Secret(value) for value in values if value and value.strip()), None)


def _label(name: str, *values: str | None) -> str | None:
    value = _first(*values)
    if value is not None and not _LABEL.fullmatch(value):
        raise ConfigError(f"{name} {value!r} cannot be part of a host name: letters, digits and dashes only")
    return value


def _seconds(name: str, value: float | None, default: float) -> float:
    if value is None:
        return default
    if not (math.isfinite(value) and value > 0):
        raise ConfigError(f"{name} must be a number of seconds above 0, not {value!r}")
    return float(value)


def _headers(headers: Mapping[str, str]) -> dict[str, str]:
    for name, value in headers.items():
        if not (_HEADER_NAME.fullmatch(name) and value.isascii() and value.isprintable()):
            raise ConfigError(f"the header {name!r} cannot be sent: its name or value has characters that HTTP forbids")
    return dict(headers)

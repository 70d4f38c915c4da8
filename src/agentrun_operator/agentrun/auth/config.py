"""Where AgentRun is and who calls: explicit values first, then the environment, then defaults. No I/O.

The variables are those of the official SDK. They are read when a Config is made or changed, never at import.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NoReturn, Self
from urllib.parse import urlsplit

from agentrun_operator.agentrun.api.errors import ConfigError
from agentrun_operator.agentrun.auth.environment import variables
from agentrun_operator.agentrun.auth.given import Given, number_or_text, seconds, secret, sendable, text
from agentrun_operator.agentrun.auth.readers import ConfigReaders

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agentrun_operator.agentrun.auth.secret import Secret

DEFAULT_REGION = "cn-hangzhou"
DEFAULT_TIMEOUT = 10.0
DEFAULT_READ_TIMEOUT = 30.0
DEFAULT_DATA_READ_TIMEOUT = 600.0
"""An agent that thinks for minutes is no rarity; the control plane answers in seconds."""

PUBLIC_CONTROL_HOST = "agentrun.{region}.aliyuncs.com"

YES = frozenset({"1", "true", "yes", "on"})

_HOST = re.compile(r"[A-Za-z0-9.:-]+")
_LABEL = re.compile(r"[A-Za-z0-9-]{1,63}")  # of a host name: a region or account must not lead to another host


class Config(ConfigReaders):
    """Where AgentRun is and who calls. Every argument is optional and falls back to the environment.

    Args:
        access_key_id: the access key's id, else `AGENTRUN_ACCESS_KEY_ID`, else `ALIBABA_CLOUD_ACCESS_KEY_ID`. Without
            any, the default provider chain is asked (RRSA, CLI profiles, RAM roles; see `credentials`).
        access_key_secret: its secret, else `AGENTRUN_ACCESS_KEY_SECRET`, else `ALIBABA_CLOUD_ACCESS_KEY_SECRET`.
        security_token: the token of temporary credentials, else `AGENTRUN_SECURITY_TOKEN`, else
            `ALIBABA_CLOUD_SECURITY_TOKEN`. A token belongs to its key: one from a weaker source than the key id is
            not taken.
        account_id: the Alibaba Cloud account, a string or a number, part of the data plane's host, else
            `AGENTRUN_ACCOUNT_ID`, else `FC_ACCOUNT_ID`.
        token: a token for the data plane, used there in place of the access key.
        region_id: the region, else `AGENTRUN_REGION`, else `FC_REGION`, else `cn-hangzhou`. Any region is accepted.
        timeout: seconds to wait for a connection, default 10.
        read_timeout: seconds to wait for the service's next bytes, default 30 and, for the data plane, 600.
        control_endpoint: the control plane's address, else `AGENTRUN_CONTROL_ENDPOINT`, else the region's public host.
            With or without a scheme (then https); `{region}` in it stands for the region.
        data_endpoint: the data plane's address, likewise, else `AGENTRUN_DATA_ENDPOINT`, else the account's host.
        devs_endpoint, bailian_endpoint, use_vpc_endpoint: kept for code that reads them, else `DEVS_ENDPOINT`,
            `BAILIAN_ENDPOINT`, `AGENTRUN_KB_USE_VPC`; this client calls neither.
        headers: HTTP headers to send with every request.
        environment: the variables to fall back to, by default the process's and those of the nearest `.env` file.

    Raises:
        ConfigError: a value cannot work, or is of another type. (A ValueError.)

    Attributes:
        any_region: whether the control plane's address follows the region, so that there is one for every region.

    A Config shows no secret in `repr` or a traceback, and refuses to be pickled: make it where it is needed.
    """

    def __init__(  # noqa: PLR0917 - in the official SDK's order
        self,
        access_key_id: str | None = None,
        access_key_secret: str | Secret | None = None,
        security_token: str | Secret | None = None,
        account_id: str | int | None = None,
        token: str | Secret | None = None,
        region_id: str | None = None,
        timeout: float | None = None,
        read_timeout: float | None = None,
        control_endpoint: str | None = None,
        data_endpoint: str | None = None,
        devs_endpoint: str | None = None,
        bailian_endpoint: str | None = None,
        use_vpc_endpoint: bool | None = None,  # noqa: FBT001 - see above
        headers: Mapping[str, str] | None = None,
        *,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._settle(
            Given(
                access_key_id=text("access_key_id", access_key_id),
                access_key_secret=secret("access_key_secret", access_key_secret),
                security_token=secret("security_token", security_token),
                account_id=number_or_text("account_id", account_id),
                token=secret("token", token),
                region_id=text("region_id", region_id),
                timeout=seconds("timeout", timeout),
                read_timeout=seconds("read_timeout", read_timeout),
                control_endpoint=text("control_endpoint", control_endpoint),
                data_endpoint=text("data_endpoint", data_endpoint),
                devs_endpoint=text("devs_endpoint", devs_endpoint),
                bailian_endpoint=text("bailian_endpoint", bailian_endpoint),
                use_vpc_endpoint=use_vpc_endpoint,
                headers=sendable(headers),
                environment=environment,
            )
        )

    @classmethod
    def with_configs(cls, *configs: Config | None) -> Self:
        """One Config of several: what a later one was given wins over an earlier one, and any over the environment.

        A security token goes with its access key, and headers add up.

        Args:
            configs: the Configs; None stands for nothing given.

        Raises:
            TypeError: one is no Config.
        """
        return cls().update(*configs)

    def update(self, *configs: Config | None) -> Self:
        """Change this Config to what others were given, as `with_configs`; what they leave out stays.

        Objects that keep this Config follow; clients that are open do not.

        Args:
            configs: the Configs; None stands for nothing given.

        Returns:
            this Config.

        Raises:
            TypeError: one is no Config.
        """
        given = self._given
        for config in configs:
            if (told := checked(config)) is not None:
                given = given.updated_by(told._given)  # noqa: SLF001 - of another Config
        self._settle(given)
        return self

    def _settle(self, given: Given) -> None:
        """Take what was given, and for what was not the environment, or a default."""
        environment = variables() if given.environment is None else given.environment
        self._given = given
        self._settle_key(given, environment)
        account_ids = _found(environment, "AGENTRUN_ACCOUNT_ID", "FC_ACCOUNT_ID")
        self.account_id = _label("account_id", given.account_id, *account_ids)
        regions = _found(environment, "AGENTRUN_REGION", "FC_REGION")
        self.region_id = _label("region_id", given.region_id, *regions) or DEFAULT_REGION
        self.timeout = given.timeout or DEFAULT_TIMEOUT
        self.read_timeout = given.read_timeout or DEFAULT_READ_TIMEOUT
        self.data_read_timeout = given.read_timeout or DEFAULT_DATA_READ_TIMEOUT
        self.headers = dict(given.headers)
        self._settle_addresses(given, environment)

    def _settle_key(self, given: Given, environment: Mapping[str, str]) -> None:
        key_ids = (given.access_key_id, *_found(environment, "AGENTRUN_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_ID"))
        strength = next((place for place, key_id in enumerate(key_ids, start=1) if _first(key_id)), None)
        secrets = _found(environment, "AGENTRUN_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_ACCESS_KEY_SECRET")
        tokens = _found(environment, "AGENTRUN_SECURITY_TOKEN", "ALIBABA_CLOUD_SECURITY_TOKEN")
        self.access_key_id = _first(*key_ids)
        self.access_key_secret = given.access_key_secret or secret("access_key_secret", _first(*secrets))
        weaker = tokens if strength is None else tokens[: strength - 1]
        self.security_token = given.security_token or secret("security_token", _first(*weaker))
        self.token = given.token or None

    def _settle_addresses(self, given: Given, environment: Mapping[str, str]) -> None:
        control = _first(given.control_endpoint, *_found(environment, "AGENTRUN_CONTROL_ENDPOINT"))
        self.any_region = "{region}" in (control or PUBLIC_CONTROL_HOST)
        self.control_endpoint = _address("control_endpoint", control or PUBLIC_CONTROL_HOST, self.region_id)
        data = _first(given.data_endpoint, *_found(environment, "AGENTRUN_DATA_ENDPOINT"))
        self.data_endpoint = None if data is None else _address("data_endpoint", data, self.region_id)
        self.devs_endpoint = _first(given.devs_endpoint, *_found(environment, "DEVS_ENDPOINT"))
        self.bailian_endpoint = _first(given.bailian_endpoint, *_found(environment, "BAILIAN_ENDPOINT"))
        (vpc,) = _found(environment, "AGENTRUN_KB_USE_VPC")
        told = given.use_vpc_endpoint
        self.use_vpc_endpoint = (vpc or "").strip().lower() in YES if told is None else told

    def __repr__(self) -> str:
        """The settings; of secrets whether they are there, of headers the names."""
        hidden = {"_given", "any_region", "headers"}
        shown = {name: value for name, value in sorted(vars(self).items()) if value and name not in hidden}
        if self.headers:
            shown["headers"] = sorted(self.headers)
        return f"Config({', '.join(f'{name}={value!r}' for name, value in shown.items())})"

    def __copy__(self) -> Self:
        copy = object.__new__(type(self))
        vars(copy).update(vars(self))
        return copy

    def __deepcopy__(self, _memo: object) -> Self:
        return self.__copy__()  # its parts are never changed, but replaced

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Config holds secrets and is not pickled: make it where it is needed")


def checked(config: object) -> Config | None:
    """What may have been given as a Config.

    Raises:
        TypeError: it is something else.
    """
    if config is None or isinstance(config, Config):
        return config
    raise TypeError(f"config must be a Config, not {type(config).__name__}: make one of a dict by Config(**settings)")


def merged(own: Config | None, given: Config | None) -> Config | None:
    """The Config of an object, with what one that is for a call only was given in its place.

    Raises:
        TypeError: one is no Config.
    """
    own, given = checked(own), checked(given)
    return Config.with_configs(own, given) if own and given else given or own


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


def _found(environment: Mapping[str, str], *names: str) -> tuple[str | None, ...]:
    return tuple(environment.get(name) for name in names)


def _first(*values: str | None) -> str | None:
    """The first value that is there; an empty one is not."""
    return next((value.strip() for value in values if value and value.strip()), None)


def _label(name: str, *values: str | None) -> str | None:
    value = _first(*values)
    if value is not None and not _LABEL.fullmatch(value):
        raise ConfigError(f"{name} {value!r} cannot be part of a host name: letters, digits and dashes only")
    return value

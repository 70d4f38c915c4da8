"""Every setting of `run`: a flag, an environment variable `AGENTRUN_OPERATOR_<NAME>` and a Helm value of the same name.

Read once at the start and frozen. What depends on a setting gets it passed in; nothing here does anything.
"""

from __future__ import annotations

import os
import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from agentrun_operator.controller.errors import StartError
from agentrun_operator.observation.selectors import parsed

if TYPE_CHECKING:
    from collections.abc import Mapping

UNITS = {"": 1.0, "ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|)")
NAME = re.compile(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?")
ADDRESS = re.compile(r".*:(\d{1,5})", re.ASCII)
LAST_PORT = 65535
ENV_PREFIX = "AGENTRUN_OPERATOR_"
EVERYWHERE = "*"
NAMESPACE = "{namespace}"
USER_INFO = re.compile("//[^/]*@")
FENCES = ("ambient_credentials_namespaces",)
"""Settings of which an empty variable is no absent one: nobody is let in by a text that names nobody."""

SERVICE_LINK = re.compile(r"(\w+_)?(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)")
"""What Kubernetes adds to a Pod's environment for each Service; ours has the prefix of the settings."""


def seconds(value: object) -> object:
    """A duration in seconds from a number or a text such as `90s`, `10m`, `1h`; anything else is left for the
    validation.
    """
    if not isinstance(value, str):
        return value
    match = DURATION.fullmatch(value.strip())
    if match is None:
        raise ValueError("a duration is a number of seconds, or a number with a unit: 60, 90s, 10m")
    return float(match[1]) * UNITS[match[2]]


def names(value: object) -> object:
    """A list from a text with commas."""
    return [name.strip() for name in value.split(",") if name.strip()] if isinstance(value, str) else value


def names_or_all(value: object) -> object:
    """A list from a text with commas, of which an empty one stands for all: a text that only looks so does not."""
    found = names(value)
    if value and not found:
        raise ValueError("it names none; leave it empty for all")
    return found


def each_once(value: tuple[str, ...]) -> tuple[str, ...]:
    """Names without those that were named before."""
    return tuple(dict.fromkeys(value))


def everywhere_or_names(value: tuple[str, ...]) -> tuple[str, ...]:
    """Names, or the one word for all of them."""
    if value == (EVERYWHERE,):
        return value
    if EVERYWHERE in value:
        raise ValueError(f"{EVERYWHERE} stands for all namespaces: give it alone, or names")
    return tuple(name(each) for each in value)


def name(value: str) -> str:
    """A name as Kubernetes takes it; an empty one stands for a default."""
    if value and not NAME.fullmatch(value):
        raise ValueError("a name in Kubernetes has lower-case letters and digits, and dashes and dots between them")
    return value


def address(value: str) -> str:
    """Where to listen: host and port, or a port alone after a colon."""
    match = ADDRESS.fullmatch(value)
    if match is None or int(match[1]) > LAST_PORT:
        raise ValueError("an address is HOST:PORT, or :PORT for every address of the machine; ports end at 65535")
    return value


def selector(value: str) -> str:
    """A label selector as the API server takes it; an empty one selects everything."""
    parsed(value)
    return value.strip()


def base_url(value: str) -> str:
    """The address of a service of HTTP, to which paths are added; an empty one stands for none."""
    if not value:
        return value
    told = urlsplit(value.replace(NAMESPACE, "namespace"))
    reached = told.scheme in ("http", "https") and told.hostname and told.port != 0
    if not reached or told.query or told.fragment or not value.isprintable():
        raise ValueError(
            "an address is http://HOST or https://HOST, with a port and a path if need be, and nothing more"
        )
    if "@" in told.netloc:
        raise ValueError(
            "a name and a password have no place in it: put a token into a file, for prometheus-token-file"
        )
    if {"{", "}"} & set(told.netloc + told.path):
        raise ValueError(f"only {NAMESPACE} can be filled in")
    return value


Duration = Annotated[float, BeforeValidator(seconds), Field(gt=0, allow_inf_nan=False)]
Name = Annotated[str, AfterValidator(name)]
NamesOrAll = Annotated[tuple[Name, ...], BeforeValidator(names_or_all), AfterValidator(each_once)]
Fence = Annotated[tuple[str, ...], BeforeValidator(names), AfterValidator(everywhere_or_names)]


class Settings(BaseModel):
    """How the operator runs. Durations are in seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    namespaces: NamesOrAll = ()
    """Namespaces to look at, by commas; empty: all."""

    watch_label_selector: Annotated[str, AfterValidator(selector)] = ""
    """Which objects to look at, by their labels, such as sharding.agentrun.alibabacloud.com/key=blue: several operators
    share a cluster by it; empty: all."""

    workers: Annotated[int, Field(ge=1)] = 32
    """How many objects of one runtime are worked on at the same time, and twice as many in all; a broken runtime
    cannot take another's."""

    poll_interval: Duration = 60.0
    """How often a runtime's endpoints are listed at rest."""

    fast_poll_interval: Duration = 1.0
    """How soon a change under way is looked at again; the pause grows with how long nothing has moved."""

    resync_interval: Duration = 600.0
    """How often all objects are compared with the API server's list, for what the watch missed."""

    stale_after: Duration = 300.0
    """How old the last look at AgentRun may be before Ready becomes Unknown."""

    retry_max: Duration = 300.0
    """Longest pause between two tries; the first is a second."""

    api_qps: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 20.0
    """Calls to AgentRun per second, for each account and address."""

    api_burst: Annotated[int, Field(ge=1)] = 40
    """Calls that may be made at once after a quiet time."""

    poll_share: Annotated[int, Field(ge=1, le=100)] = 25
    """Percent of api-qps that looks at what is at rest may take; where they do not fit, they come less often."""

    leader_elect: bool = True
    """Whether to take a Lease first, so that one replica works and the others stand by."""

    lease_name: Annotated[str, Field(min_length=1), AfterValidator(name)] = "agentrun-operator"
    """The Lease's name, to which a hash of watch-label-selector is added."""

    lease_namespace: Name = ""
    """The Lease's namespace; empty: the Pod's own, else `default`."""

    lease_duration: Duration = 15.0
    """After how long without renewal another replica may take the Lease; whole seconds."""

    renew_deadline: Duration = 10.0
    """After how long without renewal the leader stops."""

    retry_period: Duration = 2.0
    """Pause between two tries for the Lease."""

    health_address: Annotated[str, AfterValidator(address)] = ":8080"
    """Where /livez, /readyz and /metrics are served; port 0 takes a free one."""

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """The least severe messages to log."""

    log_format: Literal["", "console", "json"] = ""
    """How to log; empty: `console` on a terminal, else `json`."""

    ambient_credentials_namespaces: Fence = (EVERYWHERE,)
    """Namespaces whose objects may use the operator's own credentials, by commas; * for all; empty: none, which is the
    default with watch-label-selector."""

    rollouts: Literal["run", "hold"] = "run"
    """Whether rollouts go on. `hold` is a change freeze: none begins and none takes a step, and what fails is reverted
    all the same."""

    probe_concurrency: Annotated[int, Field(ge=1)] = 8
    """How many questions of probes may be open at the same time."""

    probe_calls_per_minute: Annotated[int, Field(ge=1)] = 60
    """Questions of probes per minute, for each account; as many may be asked at once after a quiet time."""

    prometheus_url: Annotated[str, AfterValidator(base_url)] = ""
    """The address of the Prometheus that rollouts ask, before /api/v1; {namespace} in it stands for the object's;
    empty: none."""

    prometheus_token_file: str = ""
    """A file with the bearer token for Prometheus, which is read again when it changes; empty: none is sent."""

    metrics_namespaces: Fence = ()
    """Namespaces whose objects may ask Prometheus, by commas; * for all, with {namespace} in prometheus-url; empty:
    none."""

    @model_validator(mode="before")
    @classmethod
    def _fenced(cls, given: dict[str, Any]) -> dict[str, Any]:
        """With a selector the operator's own credentials are for nobody by default: labels are the tenants' own, and
        whoever gives an object to another shard gets none by that.
        """
        sharded = str(given.get("watch_label_selector") or "").strip()
        return ({"ambient_credentials_namespaces": ()} if sharded else {}) | given

    @model_validator(mode="after")
    def _consistent(self) -> Settings:
        if not self.lease_duration > self.renew_deadline > self.retry_period * 1.2:
            raise ValueError(
                "lease-duration must be longer than renew-deadline, and that longer than 1.2 times retry-period"
            )
        if self.lease_duration != int(self.lease_duration):
            raise ValueError("lease-duration must be whole seconds")
        if self.fast_poll_interval > self.poll_interval:
            raise ValueError("fast-poll-interval must not be longer than poll-interval")
        if EVERYWHERE in self.metrics_namespaces and NAMESPACE not in self.prometheus_url:
            raise ValueError(
                f"metrics-namespaces {EVERYWHERE} would let every namespace read the metrics of all others: put"
                f" {NAMESPACE} into prometheus-url, or give metrics-namespaces names"
            )
        return self


def load(**given: Any) -> Settings:  # noqa: ANN401 - texts from the command line; the model says what each must be
    """The settings from flags, then the environment, then the defaults.

    Args:
        given: the flags that were given, by the field's name.

    Raises:
        StartError: a value is not acceptable, or a variable is no setting; the message names each, and how to set it.
    """
    # It comes with the extra `operator`. The help of `run` tells the settings without it.
    from pydantic_settings import BaseSettings, SettingsConfigDict  # noqa: PLC0415 - see above

    class FromEnvironment(Settings, BaseSettings):
        model_config = SettingsConfigDict(env_prefix=ENV_PREFIX, env_ignore_empty=True, enable_decoding=False)

    variables = {name.upper(): value for name, value in os.environ.items() if name.upper().startswith(ENV_PREFIX)}
    _refuse_unknown(variables)
    closed = {name: "" for name in FENCES if variables.get(_variable(name)) == ""}
    try:
        return FromEnvironment(**closed | given)
    except ValidationError as error:
        raise StartError("Bad settings: " + "; ".join(_explained(found) for found in error.errors())) from None


def _refuse_unknown(variables: Mapping[str, str]) -> None:
    """A fence that is misspelt must not stand open."""
    given = {variable.removeprefix(ENV_PREFIX) for variable in variables}
    known = [name.upper() for name in Settings.model_fields]
    unknown = [
        f"{ENV_PREFIX}{name} (the nearest setting is {ENV_PREFIX}{_nearest(name, known)})"
        for name in sorted(given - set(known))
        if not SERVICE_LINK.fullmatch(name)
    ]
    if unknown:
        raise StartError(
            f"Bad settings in the environment: no setting is {', or '.join(unknown)}: correct it, or unset it"
        )


def _nearest(name: str, known: list[str]) -> str:
    """The setting that was most likely meant: one that begins with the same word, if there is one."""
    word = name.partition("_")[0]
    alike = [each for each in known if each.partition("_")[0] == word]
    return get_close_matches(name, alike or known, n=1, cutoff=0.0)[0]


def _variable(name: str) -> str:
    return f"{ENV_PREFIX}{name.upper()}"


def _explained(found: Any) -> str:  # noqa: ANN401 - pydantic's own error record
    said = str(found["msg"]).removeprefix("Value error, ")
    if not found["loc"]:
        return said
    name = str(found["loc"][0])
    given = USER_INFO.sub("//***@", repr(found["input"]))
    return f"--{name.replace('_', '-')} (or {_variable(name)}) is {given}: {said}"

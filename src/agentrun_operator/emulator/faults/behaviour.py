"""How the emulated service behaves: the settings of `PUT /_emulator/behaviour`, read from JSON and shown again. Pure.

What a setting does happens elsewhere; in here it is only said, with its unit and its default.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, TypeVar

from agentrun_operator.emulator.checks import (
    Check,
    anything,
    array,
    boolean,
    integer,
    mapping,
    number,
    one_of,
    optional,
    record,
    string,
)
from agentrun_operator.emulator.state.documents import NORMALISATIONS

Setting = TypeVar("Setting", bound="Behaviour | Fault | Throttling | Transitions")


@dataclass(frozen=True, slots=True)
class Transitions:
    """Seconds that a change takes; 0: it is done when it is answered."""

    create: float = 1.5
    update: float = 1.0
    delete: float = 1.0


@dataclass(frozen=True, slots=True)
class Throttling:
    """A token bucket for each account.

    Attributes:
        qps: requests per second.
        burst: requests at once; None: a second's worth.
        status: HTTP status of the error.
        retry_after: whether `x-acs-retry-after` (milliseconds) says when to come back.
    """

    qps: float
    burst: float | None = None
    status: int = 429
    retry_after: bool = True


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that goes wrong, for some calls. The first fault that hits a call is the one it gets.

    Attributes:
        action: which calls: the API's name of the action, or `*` for all.
        account_id, access_key_id, runtime_id, endpoint_id, endpoint_name: only calls about these.
        skip: let this many matching calls pass first.
        times: hit this many calls, then never again; None: no end.
        fraction: hit this fraction of the calls, drawn from the seeded generator.
        delay: seconds before anything else happens.
        drop: close the connection without an answer, `before` or `after` the call has its effect; or `midway`, after
            its effect and half of its answer.
        hang: hold the call for this many seconds, then close the connection; the client may go before.
        answer: answer with `html`, `empty` (both 502 unless there is a `status`) or `malformed`: half of the JSON.
        status: answer with this HTTP status.
        code, message: of the error that goes with `status`; the code's default is the one that is usual for it.
        body: sent instead of an error with `status`: text as it is, anything else as JSON.
        headers: sent with it.
        after_effect: `status`, `answer` and `hang` come after the call had its effect, instead of before.
        ends_in: the change that the call begins ends in this status, any word, and `status_reason` tells why.
        takes: seconds that change takes.
    """

    action: str = "*"
    account_id: str | None = None
    access_key_id: str | None = None
    runtime_id: str | None = None
    endpoint_id: str | None = None
    endpoint_name: str | None = None
    skip: int = 0
    times: int | None = None
    fraction: float = 1.0
    delay: float = 0.0
    drop: str | None = None
    hang: float | None = None
    answer: str | None = None
    status: int | None = None
    code: str | None = None
    message: str = "injected by the emulator"
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    after_effect: bool = False
    ends_in: str | None = None
    status_reason: str | None = None
    takes: float | None = None

    @property
    def lets_through(self) -> bool:
        """Whether the call has its effect in spite of the fault."""
        if self.drop is not None:
            return self.drop != "before"
        obstructs = self.status is not None or self.answer is not None or self.hang is not None
        return self.after_effect or not obstructs


@dataclass(frozen=True, slots=True)
class Behaviour:
    """Every setting; the defaults are those of a playground.

    Attributes:
        latency: seconds before each call is looked at.
        transitions: seconds that changes take.
        page_limit: most items on a page, whatever size is asked for.
        throttling: None: there is none.
        list_lag: seconds the lists are behind; what a list has shown once, it never goes back before.
        list_drift: items by which the order of a runtime's list moves on with each look; above 0 pages overlap and
            below 0 they leave gaps.
        conflict_status: HTTP status of "already exists".
        refuse_delete_while_creating: an endpoint in CREATING cannot be deleted (400), instead of being so at once.
        refuse_update_while_busy: an endpoint in CREATING or UPDATING cannot be updated (400), instead of starting over.
        normalise: alterations of what is stored, by their names in `documents.NORMALISATIONS`.
        seed: of the generator that fractions are drawn from.
        faults: see `Fault`.
    """

    latency: float = 0.0
    transitions: Transitions = field(default_factory=Transitions)
    page_limit: int = 100
    throttling: Throttling | None = None
    list_lag: float = 0.0
    list_drift: int = 0
    conflict_status: int = 409
    refuse_delete_while_creating: bool = False
    refuse_update_while_busy: bool = False
    normalise: tuple[str, ...] = ()
    seed: int = 0
    faults: tuple[Fault, ...] = ()


_SECONDS = number(0)
_STATUS = integer(minimum=200)
_TRANSITIONS = record({"create": _SECONDS, "update": _SECONDS, "delete": _SECONDS})
_THROTTLING = record(
    {"qps": number(0, exclusive=True), "burst": optional(number(1)), "status": _STATUS, "retryAfter": boolean},
    required=("qps",),
)
_FAULT = record(
    {
        "action": string(),
        "accountId": optional(string()),
        "accessKeyId": optional(string()),
        "runtimeId": optional(string()),
        "endpointId": optional(string()),
        "endpointName": optional(string()),
        "skip": integer(minimum=0),
        "times": optional(integer(minimum=0)),
        "fraction": number(0, 1),
        "delay": _SECONDS,
        "drop": optional(one_of("before", "after", "midway")),
        "hang": optional(_SECONDS),
        "answer": optional(one_of("html", "empty", "malformed")),
        "status": optional(_STATUS),
        "code": optional(string()),
        "message": string(),
        "body": anything,
        "headers": mapping(string()),
        "afterEffect": boolean,
        "endsIn": optional(string()),
        "statusReason": optional(string()),
        "takes": optional(_SECONDS),
    }
)
_BEHAVIOUR: Mapping[str, Check] = {
    "latency": _SECONDS,
    "transitions": _TRANSITIONS,
    "pageLimit": integer(minimum=1),
    "throttling": optional(_THROTTLING),
    "listLag": _SECONDS,
    "listDrift": integer(),
    "conflictStatus": _STATUS,
    "refuseDeleteWhileCreating": boolean,
    "refuseUpdateWhileBusy": boolean,
    "normalise": array(one_of(*NORMALISATIONS)),
    "seed": integer(),
    "faults": array(_FAULT),
}
_CHANGES = record({name: optional(check) for name, check in _BEHAVIOUR.items()})


def changed(current: Behaviour, changes: object) -> Behaviour:
    """`current` after a PUT: a setting that is not named stays, null sets it back to its default.

    Of `transitions` each time is a setting of its own; `faults` is one setting and replaced as a whole.

    Raises:
        InvalidError: a setting is unknown or has a value it cannot have.
    """
    given: dict[str, Any] = _CHANGES("", changes)
    settings = {_snake(name): value for name, value in given.items()}
    for name, value in settings.items():
        settings[name] = getattr(Behaviour(), name) if value is None else _setting(current, name, value)
    return replace(current, **settings)


def read_fault(document: object) -> Fault:
    """A fault, from its JSON.

    Raises:
        InvalidError: as `changed`.
    """
    given: dict[str, Any] = _FAULT("", document)
    return _made(Fault, given)


def shown(settings: "Behaviour | Fault | Throttling | Transitions") -> dict[str, Any]:
    """The settings as JSON, with the names `changed` knows."""
    return {_camel(each.name): _plain(getattr(settings, each.name)) for each in fields(settings)}


def _setting(current: Behaviour, name: str, value: Any) -> Any:  # noqa: ANN401 - JSON that was checked, of any setting
    match name:
        case "transitions":
            return replace(current.transitions, **value)
        case "throttling":
            return _made(Throttling, value)
        case "faults":
            return tuple(_made(Fault, fault) for fault in value)
        case "normalise":
            return tuple(value)
        case _:
            return value


def _made(kind: type[Setting], given: Mapping[str, Any]) -> Setting:
    return kind(**{_snake(name): value for name, value in given.items()})


def _plain(value: object) -> object:
    if isinstance(value, Fault | Throttling | Transitions):
        return shown(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)

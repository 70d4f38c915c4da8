"""What the status says of `spec.connection`: the condition Exported, the entries, the binding, OpenAI's base URL."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from agentrun_operator.reconcile.connection.content import facts_of
from agentrun_operator.reconcile.connection.steps import wanted_of
from agentrun_operator.reconcile.state.exports import Export, Kind
from agentrun_operator.reconcile.verdict import Statement, bad, good
from agentrun_operator.resources.connection import Placeholder
from agentrun_operator.resources.reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from agentrun_operator.reconcile.desired import Desired
    from agentrun_operator.reconcile.input import Input
    from agentrun_operator.reconcile.verdict import Verdict

Json = dict[str, Any]

WORST_FIRST = (Reason.EXPORT_CONFLICT, Reason.EXPORT_FORBIDDEN, Reason.WRITE_REFUSED)

OF_THE_URL = frozenset(
    {Placeholder.PUBLIC_URL, Placeholder.OPENAI_BASE_URL, Placeholder.OPENAI_BASE_URL_SIGNED, Placeholder.HOST}
)

VALUES = {Kind.CONFIG_MAP: "rbac.connectionConfigMaps", Kind.SECRET: "rbac.connectionSecrets"}
"""The chart's values that give the rights."""


class Trouble(NamedTuple):
    """Why an object is not as it is to be.

    Args:
        reason: the condition's reason.
        message: for people.
    """

    reason: Reason
    message: str


def taken(export: Export) -> Trouble:
    """Somebody else's object has the name."""
    told = f"{export} exists and was not made for this object, which leaves it alone: choose another name, or delete it"
    return Trouble(Reason.EXPORT_CONFLICT, told)


def refused(export: Export, *, forbidden: bool, said: str) -> Trouble:
    """The API server does not let the operator do what it has to."""
    if not forbidden:
        return Trouble(Reason.WRITE_REFUSED, f"{export}: {said}")
    way = f"if the operator's account lacks the right, set the Helm value {VALUES[export.kind]}=true"
    return Trouble(Reason.EXPORT_FORBIDDEN, f"{export}: {way}. {said}")


def exported(
    exports: Sequence[Export], left_out: Mapping[str, tuple[str, ...]], troubles: Sequence[Trouble]
) -> Statement:
    """What Exported says once each object was brought to where it is to be, or that failed.

    Args:
        exports: the objects that the spec asks for.
        left_out: for each placeholder without a value, the keys that are left out; not told while there is trouble.
        troubles: what failed.
    """
    if troubles:
        worst = min(troubles, key=lambda each: WORST_FIRST.index(each.reason))
        return bad(worst.reason, "; ".join(each.message for each in troubles))
    names, tell = " and ".join(map(str, exports)), "tells" if len(exports) == 1 else "tell"
    return good(Reason.EXPORTED, f"{names} {tell} how the endpoint is reached{_lacking(left_out)}")


def _lacking(left_out: Mapping[str, tuple[str, ...]]) -> str:
    """What is not told, and why."""
    of_url = sorted({key for placeholder in OF_THE_URL for key in left_out.get(placeholder, ())})
    others = {placeholder: keys for placeholder, keys in left_out.items() if placeholder not in OF_THE_URL}
    told = [f"the endpoint has no public URL: without {', '.join(of_url)}"] if of_url else []
    for placeholder, keys in sorted(others.items()):
        why = f"AgentRun tells no {placeholder}" if placeholder else "a value is too long"
        told.append(f"{why}: without {', '.join(keys)}")
    return "".join(f"; {each}" for each in told)


def with_exported(given: Input, verdict: Verdict, before: Iterable[Mapping[str, Any]]) -> tuple[Verdict, list[Json]]:
    """The verdict with what Exported says, and that condition as it was where nothing new is known of it.

    Args:
        given: the object and the last look.
        verdict: what the conditions are to say.
        before: the conditions so far.
    """
    if given.desired.spec.connection is None:
        return replace(verdict, exported=None), []
    if verdict.exported is not None:
        return verdict, []
    kept = [dict(each) for each in before if each["type"] == "Exported"]
    return (verdict, kept) if kept else (replace(verdict, exported=_waiting(given)), [])


def _waiting(given: Input) -> Statement:
    if given.desired.paused:
        return bad(Reason.PAUSED, "Nothing is written while paused")
    message = "No endpoint of this object was seen yet; what tells of it is made before it is Ready"
    return bad(Reason.EXPORT_WAITING, message)


def exported_fields(given: Input, before: Mapping[str, Any]) -> Json:
    """The fields of the status; those that are None go."""
    desired = given.desired
    url = before.get("openaiBaseUrl")
    if desired.spec.connection is None:
        url = None
    elif given.observed.runtime is not None:
        url = (facts_of(given) or {}).get(Placeholder.OPENAI_BASE_URL)
    binding = _binding(desired)
    return {
        "openaiBaseUrl": url,
        "binding": {"name": binding} if binding else None,
        "exports": documents(desired.recorded.exports),
    }


def documents(exports: Iterable[Export]) -> list[Json]:
    """The entries of the status."""
    return [each.document() for each in exports]


def _binding(desired: Desired) -> str:
    """The Secret that the spec asks for, if it is there; else empty."""
    wanted = {each for each in wanted_of(desired) if each.kind is Kind.SECRET}
    return next((each.name for each in desired.recorded.exports if each.uid and each.nameless in wanted), "")

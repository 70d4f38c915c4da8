"""Objects that no operator looks after, and the Secrets that objects name."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from agentrun_operator.plugin.cluster.kubectl.refusals import ForbiddenError
from agentrun_operator.plugin.cluster.kubectl.rights import ENDPOINTS, GET_SECRET, LIST
from agentrun_operator.plugin.commands.check.finding import Finding, Standing, unknown
from agentrun_operator.plugin.exits import PluginError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from agentrun_operator.plugin.cluster.kubectl.kubectl import Kubectl
    from agentrun_operator.plugin.session import Session

LATE = timedelta(minutes=5)
MOST = 5
"""Objects that are named."""

MOST_NAMESPACES = 20
"""Namespaces whose Secrets are looked for: each is a call."""


def findings(session: Session) -> list[Finding]:
    """How the objects stand that the caller may see.

    Raises:
        UnknownError: the cluster does not tell.
    """
    objects, where = visible(session.kubectl)
    return [looked_after(objects, where, session.now()), *_secrets(session.kubectl, objects)]


def visible(kubectl: Kubectl) -> tuple[list[dict[str, Any]], str]:
    """The objects of all namespaces, or of one's own where that is all that one may see; and which it was.

    Raises:
        UnknownError: the cluster does not tell.
    """
    if not kubectl.connection.namespace:
        try:
            return kubectl.items(ENDPOINTS, LIST, everywhere=True), "all namespaces"
        except ForbiddenError:
            pass
    return kubectl.items(ENDPOINTS, LIST), f"namespace {kubectl.namespace}"


def looked_after(objects: Sequence[Mapping[str, Any]], where: str, now: datetime) -> Finding:
    """Whether an operator has told of each object within five minutes.

    Args:
        objects: all that are seen.
        where: where they are, for people.
        now: the time of day.
    """
    late = [_name(each) for each in objects if not (each.get("status") or {}).get("conditions") and _late(each, now)]
    if not late:
        return Finding(Standing.OK, "objects", f"{len(objects)} in {where}, each with a status or new")
    told = f"no operator looks after {some(late)}: does one run, for this namespace and these labels?"
    return Finding(Standing.WRONG, "objects", told)


def _late(found: Mapping[str, Any], now: datetime) -> bool:
    return now - datetime.fromisoformat(found["metadata"]["creationTimestamp"]) > LATE


def _secrets(kubectl: Kubectl, objects: Sequence[Mapping[str, Any]]) -> list[Finding]:
    """Whether the Secrets exist that objects name, where the caller may see it."""
    named = named_secrets(objects)
    found = [_of_namespace(kubectl, *each) for each in list(named.items())[:MOST_NAMESPACES]]
    if (rest := len(named) - MOST_NAMESPACES) > 0:
        found.append(Finding(Standing.TOLD, "secrets", f"{rest} more namespaces were not looked at: use -n"))
    return found


def named_secrets(objects: Sequence[Mapping[str, Any]]) -> dict[str, set[str]]:
    """The names of the Secrets that objects take credentials from, by namespace."""
    named: dict[str, set[str]] = defaultdict(set)
    for each in objects:
        if reference := each["spec"].get("credentialsSecretRef"):
            named[each["metadata"]["namespace"]].add(reference["name"])
    return dict(named)


def _of_namespace(kubectl: Kubectl, namespace: str, names: set[str]) -> Finding:
    asked = ["get", f"--namespace={namespace}", "--ignore-not-found", "--output=name", "--", "secrets", *sorted(names)]
    try:
        told = kubectl.text(asked, GET_SECRET)
    except ForbiddenError as error:
        return Finding(Standing.TOLD, "secrets", f"in {namespace} not shown: {error}")
    except PluginError as error:
        return unknown("secrets", error)
    missing = names - {line.removeprefix("secret/") for line in told.split()}
    if missing:
        return Finding(Standing.WRONG, "secrets", f"{namespace}: no Secret {some(sorted(missing))}, which objects name")
    return Finding(Standing.OK, "secrets", f"{namespace}: {some(sorted(names))} exist")


def some(names: Sequence[str]) -> str:
    """The first of the names, and how many more there are."""
    rest = len(names) - MOST
    return ", ".join(names[:MOST]) + (f" and {rest} more" if rest > 0 else "")


def _name(found: Mapping[str, Any]) -> str:
    return f"{found['metadata']['namespace']}/{found['metadata']['name']}"

"""`release`: the way out of a deletion that is stuck. The object goes, and its endpoint stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from agentrun_operator.plugin.cluster.changes import NoSuchError, edit, existing
from agentrun_operator.plugin.cluster.endpoints import Selection, find
from agentrun_operator.plugin.cluster.kubectl.refusals import ForbiddenError, RefusedError
from agentrun_operator.plugin.cluster.reading import entries, full_name, mapping, text
from agentrun_operator.plugin.cluster.standing import is_deleted, is_paused, standing_of
from agentrun_operator.plugin.cluster.waiting import seconds_of, until
from agentrun_operator.plugin.exits import PluginError, UnknownError
from agentrun_operator.plugin.flags import Timeout, with_flags
from agentrun_operator.plugin.session import Session
from agentrun_operator.printable import printable
from agentrun_operator.resources.names import FINALIZER, GROUP
from agentrun_operator.resources.reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agentrun_operator.plugin.cluster.kubectl.kubectl import Object

ORPHAN = "Orphan"

EXEMPT = (
    Reason.CREDENTIALS_NOT_FOUND,
    Reason.CREDENTIALS_REJECTED,
    Reason.CREDENTIALS_NOT_ALLOWED,
    Reason.REGION_NOT_SERVED,
    Reason.DELETE_FAILED,
)
"""Reasons with which the cluster's guardrails let anybody give an endpoint up."""

Name = Annotated[str, typer.Argument(metavar="NAME", help="An object that is being deleted.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


@with_flags
def release(session: Session, *, name: Name, yes: Yes = False, timeout: Timeout = "5m") -> None:
    """Let an object go whose deletion is stuck, and leave its endpoint at AgentRun."""
    limit = seconds_of(timeout)
    thing = existing(session.kubectl, name)
    patch_for(thing, thing)
    for line in left_behind(thing):
        session.screen.warn(line)
    if not yes and not session.screen.confirmed(f"Let {full_name(thing)} go, and leave this at AgentRun?"):
        raise PluginError("nothing was changed")
    _give_up(session, thing)
    if is_paused(thing):
        raise PluginError(
            f"{full_name(thing)} is {ORPHAN} now, and paused, which holds that too."
            f" It goes by: {session.kubectl.connection.again(f'resume {name}')}"
        )
    _wait_gone(session, name, thing, limit)
    session.screen.write(printable(f"{full_name(thing)}: it is gone"))


def patch_for(first: Object, now: Object) -> dict[str, object] | None:
    """What lets an object go; None where that was asked for already.

    Args:
        first: the object that was asked about.
        now: what has its name.

    Raises:
        PluginError: it is another one, is not being deleted, or nothing of ours holds it.
    """
    where, finalizers = full_name(now), now["metadata"].get("finalizers") or []
    if now["metadata"].get("uid") != first["metadata"].get("uid"):
        raise PluginError(f"{where} is another object by now; nothing was changed")
    if not is_deleted(now):
        raise PluginError(f"{where} is not being deleted: this is the way out of a deletion that is stuck")
    if FINALIZER not in finalizers:
        others = ", ".join(map(str, finalizers)) or "none"
        raise PluginError(f"{where} is held by nothing of this operator; its finalizers: {others}")
    return None if mapping(now, "spec").get("deletionPolicy") == ORPHAN else {"spec": {"deletionPolicy": ORPHAN}}


def left_behind(thing: Object) -> Iterator[str]:
    """What stays at AgentRun when the object is let go, line by line."""
    status = mapping(thing, "status")
    claim = mapping(status, "claim")
    if not claim or claim.get("uid") != mapping(thing, "metadata").get("uid"):
        yield "Nothing stays at AgentRun: no endpoint was made or taken over for this object."
        return
    name, runtime = text(claim.get("endpointName")), text(claim.get("runtimeId"))
    where = f"account {text(claim.get('account')) or 'unknown'}, region {text(claim.get('region')) or 'unknown'}"
    yield f"The endpoint {name} ({text(status.get('endpointId')) or 'id unknown'}) of runtime {runtime} stays: {where}."
    if url := text(status.get("publicUrl")):
        yield f"It goes on to serve, and to cost: {url}"
    for each in entries(mapping(status, "rollout").get("probeEndpoints")):
        yield f"The probe endpoint {text(each.get('id')) or 'of version ' + text(each.get('version'))} may stay too."


def _give_up(session: Session, thing: Object) -> None:
    """Set the policy; that the object went meanwhile is as good."""
    try:
        edit(session.kubectl, thing, lambda now: patch_for(thing, now))
    except NoSuchError:
        return
    except ForbiddenError:
        raise
    except RefusedError as error:
        if "denied" not in str(error):
            raise
        raise RefusedError(f"{error}\n{what_it_needs()}") from None


def what_it_needs() -> str:
    """What the guardrails ask for, where they refused."""
    reasons = ", ".join(EXEMPT)
    return (
        f"Orphan needs the label {GROUP}/orphan=allowed on the Namespace, or one of these reasons in the object's"
        f" status: {reasons}"
    )


def _wait_gone(session: Session, name: str, thing: Object, limit: float) -> None:
    uid = thing["metadata"]["uid"]
    session.screen.hint(f"{full_name(thing)}: waiting until it is gone")

    def look() -> list[Object]:
        return [each for each in find(session.kubectl, Selection((name,))).objects if each["metadata"]["uid"] == uid]

    check = session.kubectl.connection.again("check")
    if left := until(look, lambda found: not found, limit, session):
        raise UnknownError(f"{full_name(thing)} is not gone yet: {_holder(left[0], check)}")


def _holder(thing: Object, check: str) -> str:
    finalizers = thing["metadata"].get("finalizers") or []
    if FINALIZER not in finalizers:
        return f"this operator let it go, and others hold it by their finalizers {', '.join(map(str, finalizers))}"
    said = standing_of(thing)
    why = f" It says {said.reason}: {said.message}" if said.reason else ""
    return f"no operator let it go. Is one running? {check}.{why}"

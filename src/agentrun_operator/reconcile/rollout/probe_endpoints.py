"""What becomes of the endpoints that probes use: one for each version that is asked, in the same runtime. Pure.

A version cannot be asked for on the data plane, so each gets an endpoint that pins it. It is recorded before it is
made: what exists under its name with a record, and says that it was made for this object, is ours; anything else is
somebody else's, and left alone. Whoever carries this out writes the record first, if it changes, and asks again; what
is done in AgentRun follows from what is recorded.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from agentrun_operator.agentrun.models import MOVING_STATES, READY_STATES
from agentrun_operator.reconcile.rollout.memory import ProbeEndpoint
from agentrun_operator.reconcile.state.comparable import Comparable
from agentrun_operator.reconcile.state.payload import create_body, update_body

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from agentrun_operator.agentrun.models import EndpointCreate, EndpointUpdate
    from agentrun_operator.reconcile.state.observed import EndpointSeen

CANARY, STABLE = "canary", "stable"
LETTERS = {CANARY: "c", STABLE: "s"}
DIGITS = 16
DESCRIPTION_LIMIT = 256
FAILED_CREATION = "CREATE_FAILED"
DELETING = "DELETING"


class Owner(NamedTuple):
    """Whose probe endpoints they are.

    Args:
        namespace: of the object.
        name: of the object.
        uid: which of those that had its name.
        private: whether its endpoint is reachable from the VPC only; then they are too.
    """

    namespace: str
    name: str
    uid: str
    private: bool = False

    def endpoint_name(self, role: str) -> str:
        """What the endpoint of a role is called: found again whatever was forgotten."""
        return f"are-{sha256(self.uid.encode()).hexdigest()[:DIGITS]}-{LETTERS[role]}"


class ProbeLook(NamedTuple):
    """What was seen of a role's endpoint.

    Args:
        named: what is there under its name; None if nothing is.
        known: what is there under the id that is recorded, whatever it is called now; None if nothing is.
        fresh: whether AgentRun itself was asked, so that an absence means something.
        doubtful: whether a create of ours may have made one that no look shows yet.
        noted: whether its record was written in this very pass, so that no create of ours went before.
    """

    named: EndpointSeen | None = None
    known: EndpointSeen | None = None
    fresh: bool = False
    doubtful: bool = False
    noted: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """Ask AgentRun itself for what is there under the name, and decide again."""

    role: str


@dataclass(frozen=True, slots=True)
class Wait:
    """A change is under way: look again later."""

    role: str


@dataclass(frozen=True, slots=True)
class Make:
    """Create the endpoint. Where the name is taken, `taken` says what follows."""

    role: str
    body: EndpointCreate


@dataclass(frozen=True, slots=True)
class Repoint:
    """Have the endpoint serve another version, or serve again."""

    role: str
    id: str
    body: EndpointUpdate


@dataclass(frozen=True, slots=True)
class Remove:
    """Delete the endpoint; its record stays until it was seen gone."""

    role: str
    id: str


@dataclass(frozen=True, slots=True)
class Foreign:
    """Somebody else's endpoint has the name. It is left alone, and this role has none until the name is free."""

    role: str
    name: str


Step: TypeAlias = Look | Wait | Make | Repoint | Remove | Foreign


class ProbePlan(NamedTuple):
    """What follows from a look.

    Args:
        entries: what is to be recorded. Where that differs from what is, it is written first, and asked again.
        steps: what to do in AgentRun, at most one thing for each role; nothing where the record is to change first.
        ready: those that may be asked.
    """

    entries: tuple[ProbeEndpoint, ...]
    steps: tuple[Step, ...] = ()
    ready: tuple[ProbeEndpoint, ...] = ()


class _Next(NamedTuple):
    """What follows for one role."""

    entry: ProbeEndpoint | None
    step: Step | None = None
    ready: bool = False


def wanted_versions(canary: str, stable: str, *, compared: bool) -> dict[str, str]:
    """Which version each role is to serve while a rollout with probes is under way; at rest nothing is wanted.

    Args:
        canary: the version that is rolled out; empty when none is.
        stable: the version that was proved.
        compared: whether the stable one is asked too: `againstStable`, or the evidence wants a control.
    """
    if not canary:
        return {}
    return {CANARY: canary} | ({STABLE: stable} if compared else {})


def plan_probe_endpoints(
    owner: Owner, wanted: Mapping[str, str], recorded: Iterable[ProbeEndpoint], looks: Mapping[str, ProbeLook]
) -> ProbePlan:
    """What to record, and what to do.

    Args:
        owner: whose endpoints they are.
        wanted: the version that each role is to serve; a role that is not in it is to have none.
        recorded: what the API server holds of them.
        looks: what was seen of each role; where nobody looked, a look comes first.
    """
    recorded = tuple(recorded)
    entries = {entry.role: entry for entry in reversed(recorded) if entry.role in LETTERS}
    found = [
        _next(owner, role, wanted.get(role, ""), entries.get(role), looks.get(role, ProbeLook())) for role in LETTERS
    ]
    kept = tuple(each.entry for each in found if each.entry)
    ready = tuple(each.entry for each in found if each.entry and each.ready)
    if kept != recorded:
        return ProbePlan(kept, ready=ready)
    return ProbePlan(kept, tuple(each.step for each in found if each.step), ready)


def taken(recorded: Iterable[ProbeEndpoint], role: str, *, noted: bool) -> tuple[ProbeEndpoint, ...]:
    """What to record when a create was answered by "already exists".

    Args:
        recorded: what the API server holds.
        role: whose name is taken.
        noted: whether its record was written in this very pass. Then no create of ours went before, and what has the
            name is somebody else's: the record is dropped. Else it may be ours, and the next look finds it.
    """
    return tuple(entry for entry in recorded if not (noted and entry.role == role and not entry.id))


def parting(recorded: Iterable[ProbeEndpoint], looks: Mapping[str, ProbeLook]) -> tuple[Remove, ...]:
    """What is tried once when the object goes and leaves its endpoint (Orphan), whatever comes of it."""
    ids = {entry.role: _id(entry, looks.get(entry.role, ProbeLook())) for entry in recorded if entry.role in LETTERS}
    return tuple(Remove(role, found) for role, found in ids.items() if found)


def _next(owner: Owner, role: str, version: str, entry: ProbeEndpoint | None, look: ProbeLook) -> _Next:
    if entry is None:
        return _unrecorded(owner, role, version, look)
    seen = look.known or look.named if entry.id else look.named
    if seen is None or (entry.id and seen.id != entry.id):
        return _unseen(owner, role, version, entry, look)
    if not entry.id:
        return _found(owner, entry, seen)
    return _serving(owner, version, entry, seen) if version else _going(entry, seen)


def _unrecorded(owner: Owner, role: str, version: str, look: ProbeLook) -> _Next:
    """Nothing is recorded: what has the name is not ours, and what is to be made is recorded first."""
    if not version:
        return _Next(None)
    if look.named:
        return _Next(None, Foreign(role, owner.endpoint_name(role)))
    return _Next(ProbeEndpoint(role, version)) if look.fresh else _Next(None, Look(role))


def _unseen(owner: Owner, role: str, version: str, entry: ProbeEndpoint, look: ProbeLook) -> _Next:
    """What is recorded is not there."""
    if look.doubtful:
        return _Next(entry, Wait(role))
    if not look.fresh:
        return _Next(entry, Look(role))
    if entry.id or not version:
        return _Next(None)  # seen gone, or never made
    if entry.version != version:
        return _Next(entry._replace(version=version))
    return _Next(entry, Make(role, create_body(owner.endpoint_name(role), _shape(owner, version))))


def _found(owner: Owner, entry: ProbeEndpoint, seen: EndpointSeen) -> _Next:
    """Something has the name since it was recorded: what a create of ours made, or somebody else's, who was faster."""
    if "description" not in seen.comparable.unread and owner.uid not in seen.comparable.description:
        return _Next(None)
    return _Next(entry._replace(id=seen.id), None if seen.id else Look(entry.role))


def _serving(owner: Owner, version: str, entry: ProbeEndpoint, seen: EndpointSeen) -> _Next:
    """It is there, and is to serve a version."""
    if entry.version != version:
        return _Next(entry._replace(version=version))
    if seen.state in MOVING_STATES or "targetVersion" in seen.comparable.unread:
        return _Next(entry, Wait(entry.role))
    if seen.state == FAILED_CREATION:
        return _Next(entry, Remove(entry.role, entry.id))
    serves = _serves(owner, version, seen.comparable)
    if serves and seen.state in READY_STATES:
        return _Next(entry, ready=True)
    body = update_body(_shape(owner, version))
    return _Next(entry, Repoint(entry.role, entry.id, body))


def _going(entry: ProbeEndpoint, seen: EndpointSeen) -> _Next:
    """It is there, and nobody needs it."""
    return _Next(entry, Wait(entry.role) if seen.state == DELETING else Remove(entry.role, entry.id))


def _serves(owner: Owner, version: str, found: Comparable) -> bool:
    """Whether an endpoint serves this version and no other, to those whom the object's own endpoint serves."""
    private = "disablePublicNetworkAccess" in found.unread or found.disable_public_network_access == owner.private
    return found.target_version == version and not found.weights and private


def _shape(owner: Owner, version: str) -> Comparable:
    description = f"agentrun-operator asks probes here for {owner.uid}: {owner.namespace}/{owner.name}"
    return Comparable(description[:DESCRIPTION_LIMIT], version, (), 0, (), owner.private)


def _id(entry: ProbeEndpoint, look: ProbeLook) -> str:
    return entry.id or (look.named.id if look.named else "")

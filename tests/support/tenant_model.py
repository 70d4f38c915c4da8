"""What a user of one namespace may do there, as values, and what another namespace does meanwhile. Pure.

The victim's endpoints are called by what happens to them: `steady` was adopted and rests, `edited` is edited, `made` is
made and `deleted` is deleted, each once during the attack; `another` is nobody's.
"""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from support.emulator import REGION
from support.endpoints import GROUP

FINALIZER = f"{GROUP}/endpoint"
CLAIM = f"{GROUP}/claim"
ENDPOINTS = ("steady", "edited", "made", "deleted", "another")
SECRETS = ("key-0", "key-1")
COLLEAGUE = "colleague"
"""An access key of the victim's own account."""


class Victim(StrEnum):
    """What the other namespace does."""

    EDITS = "edits"
    MAKES = "makes"
    DELETES = "deletes"


@dataclass(frozen=True)
class Put:
    """Create an object, or replace one: its spec says all of this.

    Attributes:
        slot: Which one.
        endpoint: One of `ENDPOINTS`.
        runtime: How it names the victim's runtime: by `id`, in `capitals`, by `name`; or a `ghost`.
        region: Empty for the operator's own.
        secret: Empty for the operator's own credentials.
    """

    slot: int = 0
    endpoint: str = "steady"
    runtime: str = "id"
    region: str = ""
    secret: str = ""
    management: str = "Manage"
    adoption: str = "Adopt"
    deletion: str = "Delete"
    drift: str = "Correct"

    def changed(self, change: "Change") -> "Put":
        """The same after a change, as far as that says who may have an endpoint."""
        match change.field:
            case "managementPolicy":
                return replace(self, management=change.value or "Manage")
            case "credentialsSecretRef":
                return replace(self, secret=change.value or "")
        return self


@dataclass(frozen=True)
class Change:
    """Change a field of the spec; None removes it."""

    slot: int
    field: str
    value: str | None


@dataclass(frozen=True)
class Annotate:
    """Write an annotation of the operator's: `paused` or `reconcile-requested-at`; None removes it."""

    slot: int
    annotation: str
    value: str | None


@dataclass(frozen=True)
class Forge:
    """Write the annotation by which the operator once knew whose an endpoint is.

    Attributes:
        slot: On which object.
        runtime: Whose endpoint: in the `victim`'s runtime, or in the `vault` that no object leads to.
        adopted: Whether it says that the endpoint was adopted.
        uid: Whose uid it has: the object's `own`, or the `victim`'s.
    """

    slot: int = 0
    runtime: str = "victim"
    adopted: bool = False
    uid: str = "own"


@dataclass(frozen=True)
class Label:
    """Write a label; None removes it."""

    slot: int
    label: str
    value: str | None


@dataclass(frozen=True)
class Hold:
    """Have these finalizers, and no others."""

    slot: int
    finalizers: tuple[str, ...]


@dataclass(frozen=True)
class Delete:
    """Delete an object."""

    slot: int = 0


@dataclass(frozen=True)
class PutSecret:
    """Write a Secret.

    Attributes:
        name: One of `SECRETS`.
        holds: The operator's key id and a `wrong` secret; a key of one's `own` account, a `colleague`'s; `garbage`.
    """

    name: str
    holds: str


@dataclass(frozen=True)
class DropSecret:
    """Delete a Secret."""

    name: str


@dataclass(frozen=True)
class Trespass:
    """What a role in one's own namespace does not give.

    Attributes:
        what: `edit`, `delete` or `read` an object of the victim's, or a `secret`; write an own object's `status`.
    """

    what: str


@dataclass(frozen=True)
class Wait:
    """Until the operator has dealt with all that was done."""


Step = Put | Change | Annotate | Forge | Label | Hold | Delete | PutSecret | DropSecret | Trespass | Wait | Victim
Attack = tuple[Step, ...]


@dataclass(frozen=True)
class Holdings:
    """The objects of the tenant by their slot, as far as it decides who may have an endpoint that nobody has yet.

    Attributes:
        objects: What each says.
        colleagues: The Secrets that ever held a key of the victim's account: the last good credentials stay in use.
    """

    objects: dict[int, Put] = field(default_factory=dict)
    colleagues: frozenset[str] = frozenset()

    def after(self, step: Step) -> "Holdings":
        """What the tenant has after something that was not refused."""
        if isinstance(step, Put):
            return replace(self, objects=self.objects | {step.slot: step})
        if isinstance(step, PutSecret) and step.holds == COLLEAGUE:
            return replace(self, colleagues=self.colleagues | {step.name})
        if isinstance(step, Change) and step.slot in self.objects:
            changed = self.objects[step.slot].changed(step)
            return replace(self, objects=self.objects | {step.slot: changed})
        return self

    def manages(self, endpoint: str) -> bool:
        """Whether an object may rightly have the endpoint if nobody has it: it can work, or could soon."""
        return any(each.endpoint == endpoint and self._could_work(each) for each in self.objects.values())

    def _could_work(self, put: Put) -> bool:
        in_account = not put.secret or put.secret in self.colleagues
        return put.management == "Manage" and put.runtime != "ghost" and put.region in ("", REGION) and in_account


def spec_of(put: Put, endpoint_name: str, reference: dict[str, str]) -> dict[str, Any]:
    """The spec in the manifest's notation."""
    spec: dict[str, Any] = {
        "agentRuntimeRef": reference,
        "endpointName": endpoint_name,
        "description": "the tenant's",
        "managementPolicy": put.management,
        "adoptionPolicy": put.adoption,
        "deletionPolicy": put.deletion,
        "driftPolicy": put.drift,
    }
    spec |= {"region": put.region} if put.region else {}
    return spec | ({"credentialsSecretRef": {"name": put.secret}} if put.secret else {})

"""Does what the model of a tenant says, as the user: through the API server, which refuses what the role does not
give.
"""

from contextlib import suppress
from functools import singledispatchmethod
from itertools import count
from typing import Any

from support.cluster import eventually
from support.endpoints import GROUP, manifest
from support.tenant_model import (
    CLAIM,
    Annotate,
    Change,
    Delete,
    DropSecret,
    Forge,
    Hold,
    Label,
    Put,
    PutSecret,
    Wait,
    spec_of,
)
from support.tenant_stage import KEYS, TenantStage
from support.tenant_user import NOT_FOUND, OK, SECRETS_API, secret_of

Object = dict[str, Any]

RECONCILE_REQUESTED_AT = f"{GROUP}/reconcile-requested-at"

MOMENT = 3.0
"""Seconds for which the operator is given time to deal with what the tenant did."""

numbers = count(1)


class Tenant:
    """The tenant of one scene.

    Args:
        stage: The stage.
        number: Of the scene: names end in it.
        runtime: The name of the victim's runtime.
        runtime_id: Its id.
        vault_id: The id of another one of the same account.
    """

    def __init__(self, stage: TenantStage, number: int, runtime: str, runtime_id: str, vault_id: str) -> None:
        self._stage = stage
        self._number = number
        self._references = {
            "id": {"id": runtime_id},
            "capitals": {"id": runtime_id.upper()},
            "name": {"name": runtime},
            "ghost": {"name": f"ghost-{number}"},
        }
        self._runtime_ids = {"victim": runtime_id, "vault": vault_id}

    @singledispatchmethod
    def do(self, step: object) -> int:
        """Do something; the API server's code, or 200."""
        raise TypeError(step)

    @do.register
    def _put(self, step: Put) -> int:
        spec = spec_of(step, f"{step.endpoint}-{self._number}", self._references[step.runtime])
        return self._stage.user.apply(manifest(self._named(step.slot)) | {"spec": spec})

    @do.register
    def _change(self, step: Change) -> int:
        value: object = step.value
        if step.field == "credentialsSecretRef" and step.value:
            value = {"name": step.value}
        return self._patch(step.slot, {"spec": {step.field: value}})

    @do.register
    def _annotate(self, step: Annotate) -> int:
        return self._patch(step.slot, {"metadata": {"annotations": {f"{GROUP}/{step.annotation}": step.value}}})

    @do.register
    def _forge(self, step: Forge) -> int:
        found = self._stage.user.objects().get(self._named(step.slot))
        if found is None:
            return NOT_FOUND
        endpoint = found["spec"]["endpointName"]
        of = found if step.uid == "own" else self._stage.victims.get(endpoint)
        uid = (of or found)["metadata"]["uid"]
        adopted = ("adopted",) if step.adopted else ()
        claim = "/".join((uid, self._runtime_ids[step.runtime], endpoint, *adopted))
        return self._patch(step.slot, {"metadata": {"annotations": {CLAIM: claim}}})

    @do.register
    def _label(self, step: Label) -> int:
        return self._patch(step.slot, {"metadata": {"labels": {step.label: step.value}}})

    @do.register
    def _hold(self, step: Hold) -> int:
        return self._patch(step.slot, {"metadata": {"finalizers": list(step.finalizers)}})

    @do.register
    def _delete(self, step: Delete) -> int:
        return self._stage.user.delete(self._named(step.slot))

    @do.register
    def _put_secret(self, step: PutSecret) -> int:
        return self._stage.user.apply(secret_of(step.name, **KEYS[step.holds]), SECRETS_API)

    @do.register
    def _drop_secret(self, step: DropSecret) -> int:
        return self._stage.user.delete(step.name, SECRETS_API)

    @do.register
    def _wait(self, _: Wait) -> int:
        """Or until enough time has passed: what cannot be dealt with is no reason to stop."""
        asked = f"wait-{next(numbers)}"
        for name in self._stage.user.objects():
            self._stage.user.patch(name, {"metadata": {"annotations": {RECONCILE_REQUESTED_AT: asked}}})
        with suppress(AssertionError):
            eventually(lambda: self._is_answered(asked), MOMENT)
        return OK

    def _patch(self, slot: int, patch: Object) -> int:
        return self._stage.user.patch(self._named(slot), patch)

    def _named(self, slot: int) -> str:
        return f"intruder-{slot}-{self._number}"

    def _is_answered(self, asked: str) -> bool:
        living = (each for each in self._stage.user.objects().values() if "deletionTimestamp" not in each["metadata"])
        return all(each.get("status", {}).get("lastHandledReconcileAt") == asked for each in living)

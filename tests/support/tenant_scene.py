"""One attack of a tenant on a victim at steady work. Nothing is asserted here, but that what has to come in time does
come.
"""

from contextlib import suppress
from copy import deepcopy
from functools import partial
from itertools import count
from typing import Any

from support.cluster import eventually
from support.emulator import Json
from support.tenant_acts import MOMENT, Tenant
from support.tenant_model import ENDPOINTS, FINALIZER, SECRETS, Attack, Holdings, Step, Trespass, Victim, Wait
from support.tenant_stage import TENANTS_ACCOUNT, TenantStage
from support.tenant_user import REFUSED, SECRETS_API

Object = dict[str, Any]

BOUND = 20.0
"""Seconds within which what the victim asks for is done. Alone it takes less than one."""

AT_FIRST = ("steady", "edited", "deleted")
LASTING = ("steady", "edited", "made")

numbers = count(1)


class Scene:
    """A runtime, the victim's endpoints in it, and what becomes of them.

    Attributes:
        ids: The ids of the victim's endpoints, once they are known.
        written: The victim's objects as the victim left them.
        vault: The endpoints of a runtime of the same account that no object leads to; they have the same names.
        trespasses: What the API server answered to what the role does not give.
    """

    def __init__(self, stage: TenantStage) -> None:
        self.stage = stage
        self.number = next(numbers)
        runtime, emulator = f"bot-{self.number}", stage.emulator
        self.runtime_id = emulator.add_runtime(runtime)
        self._tenants_runtime_id = emulator.add_runtime(runtime, account_id=TENANTS_ACCOUNT)
        self._vault_id = emulator.add_runtime(f"vault-{self.number}")
        emulator.add_endpoints(self._vault_id, [self.named(each) for each in ENDPOINTS])
        self.vault = self.vault_now()
        self.tenant = Tenant(stage, self.number, runtime, self.runtime_id, self._vault_id)
        self.ids: dict[str, str] = {}
        self.written: dict[str, Object] = {}
        self.trespasses: list[tuple[str, int]] = []
        self._holdings = Holdings()

    def begin(self) -> None:
        """The victim adopts an endpoint and makes two; what AgentRun is asked from now on is counted."""
        adopted = self.stage.emulator.add_endpoint(self.runtime_id, self.named("steady"))
        for endpoint in AT_FIRST:
            self._write(endpoint, "Adopt" if endpoint == "steady" else "Refuse")
        for endpoint in AT_FIRST:
            self._note_id(endpoint)
        if self.ids["steady"] != adopted:
            raise AssertionError("the victim's endpoint was not adopted")
        self.stage.emulator.forget_requests()

    def play(self, attack: Attack) -> None:
        """One step after the other, then what the victim has not done by then; the operator is given time to deal with
        the last ones.
        """
        for step in (*attack, *(each for each in Victim if each not in attack)):
            if isinstance(step, Victim):
                self._work(step)
            elif isinstance(step, Trespass):
                self.trespasses.append((step.what, self._trespass(step)))
            else:
                self._act(step)
        self.tenant.do(Wait())

    def wait_for_victim(self) -> None:
        """Until all that the victim asked for is done."""
        self._wait_made()
        self.stage.endpoints.wait_ready(self.named("edited"), BOUND)
        self.stage.endpoints.wait_gone(self.named("deleted"), BOUND)

    def tenant_leaves(self) -> None:
        """The tenant deletes everything. What cannot go, since its credentials are missing, the tenant lets go."""
        user = self.stage.user
        user.delete()
        with suppress(AssertionError):
            eventually(lambda: not any(map(_is_held, user.objects().values())), MOMENT)
        for name in user.objects():
            user.patch(name, {"metadata": {"finalizers": None}})
        eventually(lambda: not user.objects(), what="the tenant's objects gone")
        for name in SECRETS:
            user.delete(name, SECRETS_API)

    def victim_leaves(self) -> None:
        """The victim deletes everything, which takes its endpoints along."""
        for endpoint in LASTING:
            self.stage.endpoints.delete(self.named(endpoint))
        for endpoint in LASTING:
            self.stage.endpoints.wait_gone(self.named(endpoint), BOUND)

    def close(self) -> None:
        """Nothing of it is left in AgentRun."""
        for runtime_id in (self.runtime_id, self._tenants_runtime_id, self._vault_id):
            self.stage.emulator.remove_runtime(runtime_id)

    def named(self, endpoint: str) -> str:
        """The name of an endpoint in this scene, and of the victim's object for it."""
        return f"{endpoint}-{self.number}"

    def found(self, endpoint: str) -> Object:
        """The victim's object as it is now."""
        return self.stage.endpoints.get(self.named(endpoint))

    def remotes(self, endpoint: str) -> list[Json]:
        """The endpoints of this name in the victim's runtime."""
        found = self.stage.emulator.endpoints(self.runtime_id)
        return [each for each in found if each["agentRuntimeEndpointName"] == self.named(endpoint)]

    def vault_now(self) -> list[Json]:
        """The endpoints of the vault as they are now."""
        return self.stage.emulator.endpoints(self._vault_id)

    def _work(self, victim: Victim) -> None:
        match victim:
            case Victim.EDITS:
                self.stage.endpoints.change(self.named("edited"), description="edited by the victim")
                self.written["edited"] = deepcopy(self.found("edited"))
            case Victim.MAKES:
                self._write("made", "Refuse")
            case Victim.DELETES:
                self.stage.endpoints.delete(self.named("deleted"))

    def _write(self, endpoint: str, adoption: str) -> None:
        self.stage.endpoints.apply(
            self.named(endpoint),
            agentRuntimeRef={"id": self.runtime_id},
            description="the victim's",
            targetVersion="2",
            adoptionPolicy=adoption,
        )
        self.written[endpoint] = deepcopy(self.found(endpoint))

    def _note_id(self, endpoint: str) -> None:
        found = self.stage.endpoints.wait_ready(self.named(endpoint), BOUND)
        self.ids[endpoint] = found["status"]["endpointId"]

    def _wait_made(self) -> None:
        if "made" not in self.ids:
            self._note_id("made")

    def _act(self, step: Step) -> None:
        """Do it, unless that would make an endpoint the tenant's that nobody has yet: that is no attack.

        Once the victim asked for it, the tenant strikes when the victim has it.
        """
        after = self._holdings.after(step)
        if after.manages("made") and "made" in self.written:
            self._wait_made()
        if after.manages("made") and "made" not in self.ids:
            return
        if self.tenant.do(step) not in REFUSED:
            self._holdings = after

    def _trespass(self, step: Trespass) -> int:
        user, theirs, victims = self.stage.user, self.named("steady"), self.stage.endpoints.kubectl.namespace
        acts = {
            "edit": partial(user.patch, theirs, {"spec": {"description": "mine"}}, namespace=victims),
            "delete": partial(user.delete, theirs, namespace=victims),
            "read": partial(user.read, theirs, namespace=victims),
            "secret": partial(user.read, "agentrun", SECRETS_API, namespace=victims),
            "status": partial(user.patch, f"intruder-0-{self.number}", {"status": {"state": "READY"}}, below="/status"),
        }
        return acts[step.what]()


def _is_held(found: Object) -> bool:
    return FINALIZER in found["metadata"].get("finalizers", ())

"""Cases of decisions, set up for real: the object on a control plane with its status, the endpoint in AgentRun's
emulator. What a case holds of times, ids and names becomes what is true there.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from agentrun_operator.agentrun.models import MOVING_STATES
from agentrun_operator.reconcile.rollout.plan import block_digest, plan_of
from agentrun_operator.reconcile.state.claim import Claim
from agentrun_operator.resources.names import FINALIZER
from agentrun_operator.resources.reasons import Reason
from agentrun_operator.resources.rollout.plan import Rollout
from support.emulator import ACCOUNT_ID, REGION
from support.endpoints import KIND, Endpoints, manifest
from support.objects import ACCOUNT, ENDPOINT_ID, NAME, NOW, RUNTIME, RUNTIME_ID, UID, Case, Object

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from support.emulator import Emulator

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
NO_ID = "00000000-0000-4000-8000-000000000000"
"""Of nothing."""

LONG_AGO = "2020-01-01T00:00:00Z"
TWIN, BUSY, NOBODY = "twin-bot", "busy-bot", "nobody"
WRONG_KEY, NO_KEY = "wrong-key", "no-key"

UNPUBLISHED = "9"
"""A version that no runtime of a case has."""

PRUNED = {"pruned": "yes"}

RUNTIMES = {Reason.RUNTIME_NOT_FOUND: NOBODY, Reason.RUNTIME_AMBIGUOUS: TWIN}
SECRETS = {Reason.CREDENTIALS_NOT_FOUND: NO_KEY, Reason.CREDENTIALS_REJECTED: WRONG_KEY}
SET_UP = RUNTIMES.keys() | SECRETS.keys()
"""Problems that objects can be given, each for itself."""


@dataclass(frozen=True)
class Scene:
    """A case, under a name of its own.

    Args:
        name: of the object, and of its endpoint.
        case: the object, and what AgentRun is to hold.
    """

    name: str
    case: Case

    @property
    def runtime(self) -> str:
        """The name that the object's reference gives."""
        problem, seen = self.case.look.problem, self.case.look.runtime
        if problem is not None and problem.reason in RUNTIMES:
            return RUNTIMES[problem.reason]
        if seen is not None and not seen.ready:
            return BUSY
        asked = str(self.case.body["spec"].get("targetVersion"))
        published = str((seen and seen.newest_version) or RUNTIME.newest_version)
        return f"bot-{max(published, asked, key=int) if asked.isdecimal() and asked != UNPUBLISHED else published}"

    @property
    def is_deleted(self) -> bool:
        """Whether the object is deleted in the end, and nothing is applied."""
        return "deletionTimestamp" in self.case.body["metadata"]

    @property
    def wanted(self) -> Object:
        """What is applied in the end."""
        return manifest(self.name, annotations=self.case.body["metadata"]["annotations"], **self.spec)

    @property
    def spec(self) -> Object:
        """The spec, with a reference and a key that lead to what the case saw."""
        problem = self.case.look.problem
        key = SECRETS.get(problem.reason) if problem else None
        more = {"credentialsSecretRef": {"name": key}} if key else {}
        spec: Object = self.case.body["spec"]
        return spec | more | {"agentRuntimeRef": {"name": self.runtime}}

    @property
    def standing(self) -> Object | None:
        """What stands before, as it is made first; None if nothing does."""
        metadata, status = self.case.body["metadata"], self.case.body["status"]
        if self.is_deleted:
            made = manifest(self.name, annotations=metadata["annotations"], **self.spec)
            return made | {"metadata": made["metadata"] | {"labels": PRUNED}}
        if not status and FINALIZER not in metadata["finalizers"] and metadata["generation"] == 1:
            return None
        before = {"description": "as it was"} if metadata["generation"] > 1 else {}
        return manifest(self.name, **(self.spec | before))

    @property
    def is_edited(self) -> bool:
        """Whether the last apply changes the spec; else what stands has it."""
        generation = self.case.body["metadata"]["generation"]
        return generation > 1 and bool(self.case.body["status"].get("observedGeneration", 1) < generation)

    @property
    def generation(self) -> int:
        """The generation of what stands; a deletion is one of its own, like an edit."""
        return int(self.case.body["metadata"]["generation"]) - (self.is_edited or self.is_deleted)

    @property
    def end(self) -> Object:
        """What AgentRun's endpoint is like once it has ended what it is at: an update under way is the operator's own
        if the object's spec had reached AgentRun, and somebody else's if not.
        """
        return {"status": "READY"} | (wire_of(self.spec) if self.case.given.applied else {})

    @property
    def remote(self) -> Object | None:
        """What AgentRun holds under the endpoint's name, as its API shows it."""
        if self.case.look.endpoint is None:
            return None
        found: Object = self.case.look.endpoint.wire.model_dump(by_alias=True, exclude_none=True, mode="json")
        known = ("agentRuntimeEndpointId", "agentRuntimeEndpointName", "agentRuntimeId")
        return {name: value for name, value in found.items() if name not in known}

    @property
    def is_moving(self) -> bool:
        endpoint = self.case.look.endpoint
        return endpoint is not None and endpoint.state in MOVING_STATES

    def manifest_of_rival(self) -> Object | None:
        """An older object of the same endpoint, which does nothing by itself."""
        if not self.case.look.rival:
            return None
        paused = {"agentrun.alibabacloud.com/paused": "true"}
        return manifest(f"a-{self.name}", self.runtime, paused, endpointName=self.name)


@dataclass
class Stage:
    """A control plane's namespace and an emulator, in which scenes are set up while no operator runs.

    Args:
        endpoints: the namespace.
        emulator: AgentRun.
    """

    endpoints: Endpoints
    emulator: Emulator
    runtimes: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    def set_up(self, scenes: Sequence[Scene]) -> None:
        """Set them up; nothing is forgotten of what the emulator was asked."""
        self._make_runtimes(scenes)
        self._make_secret()
        for each in scenes:
            self._make_endpoint(each)
            self._make_rival(each)
            self._make_object(each)

    def _make_runtimes(self, scenes: Iterable[Scene]) -> None:
        for name in sorted({each.runtime for each in scenes} - {NOBODY}):
            versions = int(name.removeprefix("bot-")) if name.startswith("bot-") else 4
            self.runtimes[name] = self.emulator.add_runtime(name, versions=versions)
            if name == TWIN:
                self.emulator.add_runtime(name, workspace_id="another")
            if name == BUSY:
                self.emulator.set_runtime_status(self.runtimes[name], "UPDATING")

    def _make_secret(self) -> None:
        key = {"accessKeyId": "d3Jvbmc=", "accessKeySecret": "d3Jvbmc="}
        secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": WRONG_KEY}, "data": key}
        self.endpoints.kubectl.create(secret)

    def _make_endpoint(self, scene: Scene) -> None:
        if scene.remote is not None:
            made = self.emulator.add_endpoint(self.runtimes[scene.runtime], scene.name)
            self.emulator.patch_endpoint(made, **scene.remote)
            self.ids[scene.name] = made

    def _make_rival(self, scene: Scene) -> None:
        rival = scene.manifest_of_rival()
        if rival is None:
            return
        found = self.endpoints.kubectl.make(KIND, rival)["metadata"]
        runtime = self.runtimes[scene.runtime]
        claim = Claim(found["uid"], ACCOUNT_ID, REGION, runtime, scene.name, since=LONG_AGO)
        seen = {"agentRuntimeId": runtime, "endpointId": self.ids.get(scene.name, NO_ID)}
        self._write(found["name"], {"status": {"claim": claim.document()} | seen}, "status")

    def _make_object(self, scene: Scene) -> None:
        """What stands, with the finalizers, the generation and the status of the case."""
        first, body = scene.standing, scene.case.body
        if first is None:
            return
        marked = first["metadata"] | {"finalizers": body["metadata"]["finalizers"]}
        live = self.endpoints.kubectl.make(KIND, first | {"metadata": marked})
        for number in range(2, scene.generation + 1):
            ours = number == scene.generation and not scene.is_edited
            text = scene.spec.get("description") if ours else f"as it was {number}"
            self._write(scene.name, {"spec": {"description": text}})
        if body["status"]:
            self._write(scene.name, {"status": self._status(scene, live)}, "status")

    def _write(self, name: str, patch: Object, below: str = "") -> None:
        self.endpoints.kubectl.patch(KIND, name, patch, below)

    def _status(self, scene: Scene, live: Object) -> Object:
        endpoint = scene.case.look.endpoint
        own = endpoint is not None and endpoint.id == ENDPOINT_ID
        true = {
            UID: live["metadata"]["uid"],
            ACCOUNT: ACCOUNT_ID,
            NAME: scene.name,
            "support-bot": scene.runtime,
            RUNTIME_ID: self.runtimes.get(scene.runtime, NO_ID),
            ENDPOINT_ID: self.ids[scene.name] if own else NO_ID,
            "rt-that-is-gone": NO_ID,
            "ep-before": NO_ID,
        }
        status = in_truth(scene.case.body["status"], true)
        if block := live["spec"].get("rollout"):
            plan = plan_of(Rollout.model_validate(block), block_digest(block)).id("4")
            recorded = status.get("rollout") or {}
            recorded |= {each: plan for each in ("plan", "failedPlan") if each in recorded}
        return status

    def end_what_is_under_way(self, scenes: Iterable[Scene]) -> None:
        """What AgentRun is at ends, as far as nothing but its word was set up."""
        for each in scenes:
            if not each.is_moving:
                continue
            if each.remote is not None and each.remote["status"] == "DELETING":
                self.emulator.remove_endpoint(self.ids[each.name])
            else:
                self.emulator.patch_endpoint(self.ids[each.name], **each.end)


def wire_of(spec: Object) -> Object:
    """An endpoint that agrees with a spec, as AgentRun's API shows it."""
    weights = (spec.get("routing") or {}).get("versionWeights") or []
    scaling = spec.get("scaling") or {}
    return {
        "description": spec.get("description") or "",
        "targetVersion": spec.get("targetVersion") or "LATEST",
        "routingConfiguration": {"versionWeights": [each | {"weight": each["weight"] / 100} for each in weights]},
        "scalingStatus": {
            "minInstances": scaling.get("minInstances") or 0,
            "scheduledPolicies": scaling.get("scheduledPolicies") or [],
        },
        "disablePublicNetworkAccess": bool(spec.get("disablePublicNetworkAccess")),
    }


def in_truth(document: Object, true: dict[str, str]) -> Object:
    """A document in which words became what they stand for, and times are as long ago as in the case."""
    passed = datetime.now(UTC) - NOW

    def moved(found: re.Match[str]) -> str:
        moment = datetime.fromisoformat(found[0]) + timedelta(seconds=int(passed.total_seconds()))
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")

    text = TIME.sub(moved, json.dumps(document))
    for word, stands_for in true.items():
        text = text.replace(f'"{word}"', f'"{stands_for}"')
    told: Any = json.loads(text)
    return dict(told)


def listed(objects: Iterable[Object]) -> str:
    """The objects as one document."""
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": list(objects)})

"""The operator dies, or an answer gets lost, at each of its writes: nothing is lost, nothing is done twice."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import pytest

from support.cluster import eventually
from support.endpoints import KIND, Endpoints
from support.fault_stage import CREATE, DELETE, Stage
from support.proxy import Moment, Proxy, Trap
from support.rollouts import split_of

NAME = "chat"


@dataclass(frozen=True)
class Flow:
    """What a user does, and the writes that it leads the operator to.

    Attributes:
        name: Of the flow.
        kubernetes, agentrun: The writes, as the proxies name them.
        prepare: Done before the trap is set.
        begin: Done with the trap set.
        end: Waits for what has to come of it.
        creates, deletes: How many times that creates the endpoint and deletes it.
    """

    name: str
    kubernetes: tuple[str, ...]
    agentrun: tuple[str, ...]
    prepare: Callable[[Stage], object]
    begin: Callable[[Stage], object]
    end: Callable[[Stage], object]
    creates: int = 1
    deletes: int = 0


def nothing(_stage: Stage) -> None:
    """The flow begins with the first thing that a user does."""


def make(stage: Stage) -> None:
    stage.endpoints.apply(NAME, description="one")


def edit(stage: Stage) -> None:
    stage.endpoints.change(NAME, description="two")


def delete(stage: Stage) -> None:
    stage.endpoints.delete(NAME)


def make_ready(stage: Stage) -> None:
    make(stage)
    ready(stage)


def ready(stage: Stage) -> None:
    found = stage.endpoints.wait_ready(NAME)
    remote = stage.emulator.endpoint(NAME) or {}
    assert (remote["agentRuntimeEndpointId"], remote["status"]) == (found["status"]["endpointId"], "READY")
    assert remote["description"] == found["spec"]["description"]


def gone(stage: Stage) -> None:
    stage.endpoints.wait_gone(NAME)


def make_by_hand(stage: Stage) -> None:
    stage.emulator.add_endpoint(stage.runtime_id, NAME, description="by hand")


def adopt(stage: Stage) -> None:
    stage.endpoints.apply(NAME, description="one", adoptionPolicy="Adopt")


def delete_by_hand(stage: Stage) -> None:
    stage.emulator.remove_endpoint(stage.endpoints.get(NAME)["status"]["endpointId"])


def made_anew(stage: Stage) -> None:
    def seen() -> bool:
        ready(stage)
        return True

    eventually(lambda: stage.emulator.endpoint(NAME))
    eventually(seen)


def fail_next_create(stage: Stage) -> None:
    stage.emulator.fault(CREATE, endsIn="CREATE_FAILED", times=1)


def make_for_report(stage: Stage) -> None:
    """What fails here is not to be taken for somebody's doing outside, which is only to be reported."""
    stage.endpoints.apply(NAME, description="one", driftPolicy="Report")


STEPS = {"steps": [{"weight": 20, "bake": "1s"}, {"weight": 60, "bake": "1s"}]}
PROMPTS = [{"name": "hello", "messages": [{"content": "hello"}], "expect": {"contains": ["hello"]}}]
PROOF = {
    "steps": [{"weight": 20, "bake": "1s"}],
    "analysis": {"probes": {"interval": "10s", "timeout": "5s", "prompts": PROMPTS}},
}


def make_with_steps(stage: Stage) -> None:
    stage.endpoints.apply(NAME, description="one", targetVersion="3", rollout=STEPS)


def roll_out(**rollout: Any) -> Callable[[Stage], None]:
    """An object that serves version 3 by this plan."""

    def made(stage: Stage) -> None:
        stage.endpoints.apply(NAME, description="one", targetVersion="3", rollout=rollout)
        ready(stage)
        stage.endpoints.wait_reason(NAME, "RolledOut", kind="RolledOut")

    return made


def want_version_4(stage: Stage) -> None:
    stage.endpoints.change(NAME, targetVersion="4")


def rolling(stage: Stage) -> None:
    roll_out(steps=[{"weight": 20, "bake": "1h"}])(stage)
    want_version_4(stage)
    stage.endpoints.kubectl.wait_for(KIND, NAME, lambda found: "settledAt" in found["status"].get("rollout", {}))


def abort(stage: Stage) -> None:
    stage.endpoints.annotate(NAME, rollout="abort 1")


def promote(stage: Stage) -> None:
    stage.endpoints.annotate(NAME, rollout="promote 1")


def serves(stage: Stage, version: str, reason: str) -> None:
    """The version has all traffic, as the record says, and no probe endpoint is left."""
    stage.endpoints.wait_reason(NAME, reason, kind="RolledOut", within=60)
    eventually(lambda: split_of(stage.emulator.endpoint(NAME) or {"targetVersion": ""}) == (version, ()), 20)
    stage.endpoints.wait_reason(NAME, "InSync", kind="Synced")
    ready(stage)
    found = stage.endpoints.wait_reason(NAME, reason, kind="RolledOut")
    assert found["status"]["rollout"]["stableVersion"] == version
    eventually(lambda: "probeEndpoints" not in stage.endpoints.get(NAME)["status"]["rollout"], 30)
    assert [each["agentRuntimeEndpointName"] for each in stage.emulator.endpoints()] == [NAME]


def promoted(stage: Stage) -> None:
    serves(stage, "4", "RolledOut")


def taken_back(stage: Stage) -> None:
    serves(stage, "3", "RolledBack")


FLOWS = (
    Flow(
        name="create",
        kubernetes=("finalizer", "claim", "status Available", "event Created"),
        agentrun=("create",),
        prepare=nothing,
        begin=make,
        end=ready,
    ),
    Flow(
        name="update",
        kubernetes=("status Updating", "status Available", "event Updated"),
        agentrun=("update",),
        prepare=make_ready,
        begin=edit,
        end=ready,
    ),
    Flow(
        name="delete",
        kubernetes=("release", "event Deleted"),
        agentrun=("delete",),
        prepare=make_ready,
        begin=delete,
        end=gone,
        deletes=1,
    ),
    Flow(
        name="adopt",
        kubernetes=("finalizer", "claim"),
        agentrun=("update",),
        prepare=make_by_hand,
        begin=adopt,
        end=ready,
        creates=0,
    ),
    Flow(
        name="recreate",
        kubernetes=("status Creating",),
        agentrun=("create",),
        prepare=make_ready,
        begin=delete_by_hand,
        end=made_anew,
        creates=2,
    ),
    Flow(
        name="create that fails",
        kubernetes=("status CreateFailed",),
        agentrun=("delete",),
        prepare=fail_next_create,
        begin=make_for_report,
        end=ready,
        creates=2,
        deletes=1,
    ),
    Flow(
        name="create with a rollout",
        kubernetes=("finalizer", "claim", "status Available"),
        agentrun=("create",),
        prepare=nothing,
        begin=make_with_steps,
        end=ready,
    ),
    Flow(
        name="roll out",
        kubernetes=(
            "rollout at step 1",
            "rollout settled",
            "rollout at step 2",
            "rollout promoted",
            "status Available",
        ),
        agentrun=("update",),
        prepare=roll_out(**STEPS),
        begin=want_version_4,
        end=promoted,
    ),
    Flow(
        name="abort",
        kubernetes=("rollout RolledBack", "status Available", "event RolledBack"),
        agentrun=("update",),
        prepare=rolling,
        begin=abort,
        end=taken_back,
    ),
    Flow(
        name="promote",
        kubernetes=("rollout promoted", "event RolloutPromoted"),
        agentrun=("update",),
        prepare=rolling,
        begin=promote,
        end=promoted,
    ),
    Flow(
        name="prove",
        kubernetes=("rollout probes 0 of 1", "rollout probes 1 of 1", "rollout probes 0 of 0"),
        agentrun=("create probe", "delete"),
        prepare=roll_out(**PROOF),
        begin=want_version_4,
        end=promoted,
        creates=2,
        deletes=1,
    ),
)


@dataclass(frozen=True)
class Cut:
    """Where a flow is cut."""

    flow: Flow
    write: str
    moment: Moment
    kill: bool

    def __str__(self) -> str:
        what = "killed" if self.kill else "answer lost"
        return f"{self.flow.name}: {what} {self.moment} {self.write}"

    def lay(self, stage: Stage) -> Trap:
        proxy: Proxy = stage.to_agentrun if self.write in self.flow.agentrun else stage.to_kubernetes
        return proxy.set_trap(self.write, self.moment, stage.operator.kill if self.kill else _nobody)


def _nobody() -> None:
    """The answer is lost, and that is all."""


def cuts() -> Iterator[Cut]:
    for flow in FLOWS:
        for write, moment in product(flow.kubernetes + flow.agentrun, Moment):
            yield Cut(flow, write, moment, kill=True)
        for write in flow.kubernetes + flow.agentrun:
            yield Cut(flow, write, Moment.AFTER, kill=False)


@pytest.mark.parametrize("cut", [pytest.param(cut, id=str(cut)) for cut in cuts()])
def test_an_endpoint_is_made_once_and_goes_with_its_object(cut: Cut, stage: Stage):
    cut.flow.prepare(stage)
    trap = cut.lay(stage)

    cut.flow.begin(stage)
    trap.wait()
    if cut.kill:
        stage.operator.start()
    cut.flow.end(stage)

    actions = [call.action for call in stage.emulator.effects()]
    assert (actions.count(CREATE), actions.count(DELETE)) == (cut.flow.creates, cut.flow.deletes)
    remove(stage.endpoints)
    assert stage.emulator.endpoints() == []


def remove(endpoints: Endpoints) -> None:
    if endpoints.kubectl.get(KIND, NAME):
        endpoints.delete(NAME)
        endpoints.wait_gone(NAME)

"""A status that somebody overwrites while it is worked on is put right by what is known now, and by nothing older."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest

from agentrun_operator.controller.informer.store.store import Store
from agentrun_operator.controller.keys import Body, ObjectKey
from agentrun_operator.controller.kube.errors import CONFLICT, KubeError
from agentrun_operator.controller.kube.exports import ExportClient
from agentrun_operator.controller.telemetry.metrics import Metrics
from agentrun_operator.controller.worker.gather import Gatherer
from agentrun_operator.controller.worker.reconciler import Reconciler
from agentrun_operator.controller.worker.run import Observation, Subject
from agentrun_operator.controller.worker.writing.object_writer import ObjectWriter, merged
from agentrun_operator.controller.worker.writing.reporter import Reporter
from agentrun_operator.reconcile.input import Timing
from agentrun_operator.reconcile.state.observed import EndpointSeen, Observed, RuntimeSeen
from agentrun_operator.resources.names import FINALIZER
from support.analysis import unused_analysis
from support.controller import body, claim, endpoint, key
from support.controller_server import MemoryServer

CHAT = key("chat")
RUNTIME = RuntimeSeen("runtime-1", "bot", ready=True, state="READY")
SERVED = Observed(
    runtime=RUNTIME, endpoint=EndpointSeen.of(endpoint("e1", "chat", target_version="3")), confirmed=True, answered=True
)
FORGED = {"state": "READY", "endpointId": "somebody's", "agentRuntimeId": "runtime-1"}

Happening = Callable[[], None]


def nothing() -> None:
    """Nothing happens."""


class OneObject(MemoryServer):
    """An object that patches are merged into, and a watch that tells of each version at once."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.held = body(finalizers=(FINALIZER,), status={"claim": claim()}, targetVersion="3")
        self.before_a_patch: Happening = nothing

    def changes(self, **parts: Mapping[str, Any]) -> Body:
        version = str(int(self.held["metadata"]["resourceVersion"]) + 1)
        self.held = self.held | parts | {"metadata": self.held["metadata"] | {"resourceVersion": version}}
        self.store.put(deepcopy(self.held))
        return deepcopy(self.held)

    async def patch(self, key: ObjectKey, body: Body, part: str = "") -> Body:  # noqa: ARG002 - there is one
        happens, self.before_a_patch = self.before_a_patch, nothing
        happens()
        if body["metadata"].get("resourceVersion", now := self.held["metadata"]["resourceVersion"]) != now:
            raise KubeError(CONFLICT, "the object has been modified", "")
        return self.changes(status=merged(self.held["status"], body["status"]))  # type: ignore[arg-type]


class Looks(Gatherer):
    """Sees the endpoint, whoever looks, and notes for whom."""

    def __init__(self) -> None:
        self.managed: list[str] = []
        self.during: Happening = nothing

    async def gather(self, subject: Subject, *, fresh: bool) -> Observation:  # noqa: ARG002 - it is seen anyhow
        self.managed.append(subject.desired.managed_id)
        happens, self.during = self.during, nothing
        happens()
        return Observation(SERVED)


class Silent(Reporter):
    def __init__(self) -> None:
        pass

    def status(self, body: Body, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        pass


class World:
    """A reconciler, and the object that it works on."""

    def __init__(self) -> None:
        self.store = Store()
        self.kube, self.looks = OneObject(self.store), Looks()
        self.hours = 0
        self.reconciler = Reconciler(
            self.store,
            self.looks,
            ObjectWriter(self.kube, self.store, Metrics()),
            Silent(),
            Timing(),
            analysis=unused_analysis(),
            exports=ExportClient(self.kube, Metrics()),
            enqueue_rivals=lambda _: None,
            left_behind=lambda _: None,
            cleaned_up=lambda _: None,
            now=lambda: datetime(2026, 11, 22, self.hours, tzinfo=UTC),
        )
        self.kube.changes()

    @property
    def status(self) -> Body:
        status: Body = self.kube.held["status"]
        return status

    async def reconciles(self) -> None:
        self.hours += 1
        await self.reconciler.reconcile(CHAT)

    def is_overwritten(self, status: Body) -> None:
        self.kube.changes(status=status)


@pytest.fixture
def world() -> World:
    return World()


async def test_what_a_reconcile_found_out_while_somebody_overwrote_the_status_is_not_forgotten(world: World):
    world.looks.during = lambda: world.is_overwritten({})
    await world.reconciles()
    await world.reconciles()
    assert world.status["endpointId"] == "e1"
    assert world.looks.managed == ["", "e1"]


async def test_nor_where_it_is_overwritten_just_before_the_status_is_written(world: World):
    await world.reconciles()
    right = world.status
    world.is_overwritten({"state": "FAILED"} | {name: right[name] for name in ("claim", "conditions")})
    world.kube.before_a_patch = lambda: world.is_overwritten({})
    await world.reconciles()
    await world.reconciles()
    assert world.status == right
    assert world.looks.managed == ["", "e1", "e1"]


@pytest.mark.parametrize("first", [FORGED, FORGED | {"claim": claim()}], ids=["claim and all", "all but the claim"])
async def test_who_overwrites_it_twice_is_not_believed_the_second_time(first: Body, world: World):
    await world.reconciles()
    right = world.status
    world.is_overwritten(first)
    world.looks.during = lambda: world.is_overwritten({"claim": claim()})
    await world.reconciles()
    await world.reconciles()
    assert world.status == right
    assert world.looks.managed == ["", "e1", "e1"]

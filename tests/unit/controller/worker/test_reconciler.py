"""What a pass does when its object changes, ends or is made anew while it is under way."""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from agentrun_operator.controller.informer.store.store import Store
from agentrun_operator.controller.keys import Body, ObjectKey
from agentrun_operator.controller.kube.exports import ExportClient
from agentrun_operator.controller.telemetry.metrics import Metrics
from agentrun_operator.controller.worker.gather import Gatherer
from agentrun_operator.controller.worker.reconciler import Reconciler
from agentrun_operator.controller.worker.run import Memories, Observation, Run, Subject
from agentrun_operator.controller.worker.writing.claims import Claims
from agentrun_operator.controller.worker.writing.object_writer import ObjectWriter
from agentrun_operator.controller.worker.writing.reporter import Reporter
from agentrun_operator.controller.worker.writing.statuses import Statuses
from agentrun_operator.observation.selectors import parsed
from agentrun_operator.reconcile.actions import Rest
from agentrun_operator.reconcile.attempts import Attempts
from agentrun_operator.reconcile.input import Input, Timing
from agentrun_operator.reconcile.state.observed import EndpointSeen, Observed, Problem, RuntimeSeen
from agentrun_operator.reconcile.verdict import Verdict, good
from agentrun_operator.resources.names import FINALIZER
from agentrun_operator.resources.reasons import Reason
from support.analysis import unused_analysis
from support.controller import body, claim, endpoint, key
from support.controller_server import MemoryServer

CHAT = key("chat")
NOW = "2026-11-22T10:00:00Z"
OURS: dict[str, Any] = {"finalizers": (FINALIZER,), "status": {"claim": claim("old")}}
LET_GO = body(uid="old", deleted=NOW, **OURS)
RUNTIME_GONE = Observed(problem=Problem(Reason.RUNTIME_NOT_FOUND, "gone", definite=True))
RUNTIME = RuntimeSeen("runtime-1", "bot", ready=True, state="READY")
THEIRS = Observed(runtime=RUNTIME, endpoint=EndpointSeen.of(endpoint("e1", "chat")), confirmed=True)

Happening = Callable[[], None]


class LastFinalizerServer(MemoryServer):
    """One object, whose last finalizer goes as an API server lets it go: with the version from before."""

    def __init__(self) -> None:
        super().__init__()
        self.patches: list[Mapping[str, Any]] = []
        self.answer = LET_GO
        self.before_the_answer: Happening = lambda: None

    async def patch(self, key: ObjectKey, body: Mapping[str, Any], part: str = "") -> Body:  # noqa: ARG002 - there is one
        self.patches.append(body["metadata"])
        metadata = self.answer["metadata"] | {"finalizers": body["metadata"]["finalizers"]}
        if metadata["finalizers"]:
            metadata["resourceVersion"] = str(int(metadata["resourceVersion"]) + 1)
        self.answer = answer = self.answer | {"metadata": metadata}
        self.before_the_answer()
        return deepcopy(answer)


class Looks(Gatherer):
    """Sees what it is told, of living objects and of those that are being deleted."""

    def __init__(self, alive: Observed, deleting: Observed) -> None:
        self.alive, self.deleting = alive, deleting
        self.during: Happening = lambda: None

    async def gather(self, subject: Subject, *, fresh: bool) -> Observation:  # noqa: ARG002 - whoever asks
        self.during()
        return Observation(self.deleting if subject.desired.deleting else self.alive)


class Silent(Reporter):
    def __init__(self) -> None:
        pass

    def adopted(self, body: Body) -> None:
        pass

    def released(self, body: Body, given: Input, *, orphaned: bool, left: Sequence[str] = ()) -> None:
        pass


class World:
    """A reconciler and what it works with."""

    def __init__(self) -> None:
        self.store, self.kube = Store(), LastFinalizerServer()
        self.looks = Looks(THEIRS, RUNTIME_GONE)
        self.rivals_told: list[ObjectKey] = []
        self.left: list[Body] = []
        self.writer = ObjectWriter(self.kube, self.store, Metrics())
        self.reconciler = Reconciler(
            self.store,
            self.looks,
            self.writer,
            Silent(),
            Timing(),
            analysis=unused_analysis(),
            exports=ExportClient(self.kube, Metrics()),
            enqueue_rivals=self.rivals_told.append,
            left_behind=self.left.append,
            cleaned_up=self.left.remove,
            now=lambda: datetime.now(UTC),
        )

    def made_anew(self) -> None:
        """The watch tells of the object's end, and of another one of its name."""
        self.store.remove(LET_GO)
        self.store.put(body(uid="new", version=9))


@pytest.fixture
def world() -> World:
    return World()


async def test_an_object_that_was_let_go_is_left_alone_though_its_end_was_not_told_yet(world: World):
    world.store.put(LET_GO)
    await world.reconciler.reconcile(CHAT)
    assert len(world.kube.patches) == 1

    world.store.put(LET_GO)  # the event of the deletion itself, or a list that began before
    assert await world.reconciler.reconcile(CHAT) == Rest()
    assert len(world.kube.patches) == 1


async def test_those_who_wait_for_an_endpoint_are_told_when_its_object_is_let_go_whoever_holds_it_still(world: World):
    world.store.put(LET_GO)
    await world.reconciler.reconcile(CHAT)
    assert world.rivals_told == [CHAT]


async def test_a_pass_ends_when_its_object_is_made_anew_during_its_look(world: World):
    world.store.put(LET_GO)
    world.looks.during = world.made_anew
    assert await world.reconciler.reconcile(CHAT) == Rest()
    assert world.kube.patches == []


async def test_the_answer_to_a_write_speaks_of_the_object_that_was_written_though_it_was_made_anew(world: World):
    world.store.put(LET_GO)
    world.kube.before_the_answer = world.made_anew
    answer = await world.writer.release(LET_GO)
    assert answer["metadata"]["uid"] == "old"


async def test_pauses_do_not_follow_a_clock_that_is_set_back(world: World):
    times, seconds = [datetime(2026, 11, 22, tzinfo=UTC)], [100.0]
    reconciler = Reconciler(
        world.store,
        world.looks,
        world.writer,
        Silent(),
        Timing(),
        analysis=unused_analysis(),
        exports=ExportClient(world.kube, Metrics()),
        enqueue_rivals=world.rivals_told.append,
        left_behind=world.left.append,
        cleaned_up=world.left.remove,
        now=lambda: times[0],
        clock=lambda: seconds[0],
    )
    attempts = Attempts().failed(reconciler._moment().time, 300.0, 0.0)
    times[0] -= timedelta(days=1)
    assert attempts.waiting(reconciler._moment().time) == 1.0
    seconds[0] += 1.0
    assert attempts.waiting(reconciler._moment().time) == 0.0


async def test_nothing_is_told_of_an_object_that_another_operator_looks_after_by_now(world: World):
    memories, store = Memories(), Store(selector=parsed("k=blue"))
    held = body(uid="old", **OURS)
    store.put(held | {"metadata": held["metadata"] | {"labels": {"k": "blue"}}})
    kept = store.get(CHAT)
    assert kept is not None
    run = Run(memories.subject(CHAT, kept), Observation(THEIRS))
    writer = ObjectWriter(world.kube, store, Metrics())
    claims = Claims(memories, writer, Silent(), enqueue_rivals=world.rivals_told.append, cleaned_up=world.left.remove)
    store.refresh(body(uid="old", version=2, **OURS))  # answered without the label

    told = Verdict(good(Reason.AVAILABLE, "serves"), None)
    await Statuses(store, memories, writer, Silent(), claims).write(run, lambda _: _never(), told)

    assert world.kube.patches == []


def _never() -> Input:
    raise AssertionError("nothing is to be computed")

"""What an object that is gone left behind is deleted only once it is sure that it is gone."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from agentrun_operator.controller.keys import Body, key_of
from agentrun_operator.controller.shards.others import Others
from agentrun_operator.controller.worker.leftovers import Leftovers
from agentrun_operator.controller.worker.object_memory import ObjectMemory
from agentrun_operator.controller.worker.writing.reporter import Reporter
from agentrun_operator.reconcile.state.claim import Claim
from agentrun_operator.resources.names import FINALIZER
from support.controller import body, claim
from support.controller_server import MemoryServer

PENDING = body("chat", finalizers=(FINALIZER,), status={"claim": claim()})
ORPHAN = PENDING["spec"] | {"deletionPolicy": "Orphan"}
MEMORY = ObjectMemory("uid-of-chat", begun_at=0.0, claim=Claim.of(PENDING["status"]), pending=PENDING)


@dataclass
class Told(Reporter):
    """Who was told of as left behind."""

    left: list[str] = field(default_factory=list)

    def left_behind(self, body: Body) -> None:
        self.left.append(body["metadata"]["name"])


class World:
    def __init__(self, kube: MemoryServer | None) -> None:
        self.reporter, self.kept = Told(), []  # type: ignore[var-annotated]
        self.leftovers = Leftovers(
            self.reporter,
            Others(kube) if kube else None,
            left_behind=self.kept.append,
            cleaned_up=self.kept.remove,
            now=lambda: datetime.now(UTC),
        )


@pytest.fixture
async def kube() -> MemoryServer:
    return MemoryServer()


async def test_alone_whatever_is_gone_is_gone():
    world = World(None)
    world.leftovers.keep(MEMORY)
    (left,) = world.kept
    assert not await world.leftovers.is_void(key_of(left), left)
    assert world.reporter.left == ["chat"]


async def test_beside_others_an_object_that_only_left_leaves_nothing_behind(kube: MemoryServer):
    world = World(kube)
    kube.put_resource(PENDING)
    world.leftovers.keep(MEMORY)
    (left,) = world.kept

    assert await world.leftovers.is_void(key_of(left), left)

    assert (world.kept, world.reporter.left) == ([], [])


async def test_beside_others_what_is_gone_is_asked_for_and_told_once(kube: MemoryServer):
    world = World(kube)
    world.leftovers.keep(MEMORY)
    (left,) = world.kept

    assert [await world.leftovers.is_void(key_of(left), left) for _ in range(2)] == [False, False]

    assert (world.kept, world.reporter.left) == ([left], ["chat"])
    assert len(kube.asked) == 1


@pytest.mark.parametrize(
    "memory",
    [
        pytest.param(MEMORY._replace(pending=None), id="no create was under way"),
        pytest.param(MEMORY._replace(pending=PENDING | {"spec": ORPHAN}), id="the endpoint is to stay"),
    ],
)
async def test_nothing_is_kept_without_need(memory: Any):
    world = World(None)
    world.leftovers.keep(memory)
    assert (world.kept, world.reporter.left) == ([], [])

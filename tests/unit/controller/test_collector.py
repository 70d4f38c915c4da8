"""What Prometheus is told when it asks: the queue, the runtimes, the objects' conditions, the limits."""

import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from agentrun_operator.controller.collector import ManagerCollector, Working
from agentrun_operator.controller.concurrency.limits import UNPROVEN_SHARE
from agentrun_operator.controller.concurrency.priority import Priority
from agentrun_operator.controller.concurrency.queue.workqueue import WorkQueue
from agentrun_operator.controller.informer.reach import Reach
from agentrun_operator.controller.informer.store.store import Store
from agentrun_operator.controller.keys import ObjectKey
from agentrun_operator.controller.remote.accounts.factory import AccountContext
from agentrun_operator.controller.remote.accounts.pool import AccountPool
from agentrun_operator.controller.settings import Settings
from agentrun_operator.controller.telemetry.metrics import Metrics
from support.controller import body, desired
from support.controller_server import MemoryServer
from support.controller_time import clock
from support.objects import a_condition

pytestmark = pytest.mark.usefixtures("no_leaks")

CHAT, OTHER, THIRD = (ObjectKey("team-a", name) for name in ("chat", "other", "third"))


@dataclass
class World:
    """What a manager works with, and who measures it."""

    working: Working
    standby: bool = False

    def __post_init__(self) -> None:
        self.registry = CollectorRegistry()
        self.registry.register(ManagerCollector(lambda: None if self.standby else self.working))

    def told(self, metric: str, **labels: str) -> float | None:
        return self.registry.get_sample_value(f"agentrun_{metric}", labels)


@pytest.fixture
async def world(no_leaks: None, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.setenv("AGENTRUN_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AGENTRUN_ACCESS_KEY_SECRET", "secret")
    queue: WorkQueue[ObjectKey] = WorkQueue(lambda _: ("team-a", None), 4, jitter=random.random, clock=clock)
    context = AccountContext(
        Settings(api_qps=7), MemoryServer(), Metrics(), may_write=lambda: True, enqueue=lambda _: None, clock=clock
    )
    accounts = AccountPool(context)
    yield World(Working(queue, Store(), accounts, Reach(MemoryServer(), ())))
    await accounts.aclose()


async def test_namespaces_are_counted_that_are_forbidden(world: World):
    assert world.told("namespaces_forbidden") == 0
    world.working.reach.forbidden["team-a"] = "no permission"
    assert world.told("namespaces_forbidden") == 1


async def test_keys_are_counted_by_what_happens_to_them(world: World):
    queue = world.working.queue
    for each in (CHAT, OTHER):
        queue.add(each, Priority.NEW)
    queue.add_after(THIRD, 60.0)
    await queue.get()
    assert [world.told(f"queue_{what}") for what in ("depth", "active", "planned")] == [1, 1, 1]


async def test_objects_are_counted_by_condition_status_and_reason(world: World):
    ready: dict[str, Any] = {"conditions": [a_condition("Ready", "True Available")]}
    failed: dict[str, Any] = {"conditions": [a_condition("Ready", "False UpdateFailed")]}
    for name, status in (("chat", ready), ("other", ready), ("third", failed)):
        world.working.store.put(body(name, status=status))
    assert world.told("objects", condition="Ready", status="True", reason="Available") == 2
    assert world.told("objects", condition="Ready", status="False", reason="UpdateFailed") == 1
    world.working.store.remove(body("third"))
    assert world.told("objects", condition="Ready", status="False", reason="UpdateFailed") is None


async def test_objects_are_counted_by_the_phase_of_their_rollout(world: World):
    phases = {"chat": "Held", "other": "Held", "third": "RolledBack", "rest": None, "odd": "A_WORD_NOBODY_KNOWS"}
    for name, phase in phases.items():
        world.working.store.put(body(name, status={"rollout": {"stableVersion": "3", "phase": phase}}))
    world.working.store.put(body("plain", status={}))
    told = {phase: world.told("rollouts", phase=phase) for phase in ("Progressing", "AwaitingApproval", "Held")}
    assert told == {"Progressing": 0, "AwaitingApproval": 0, "Held": 2}
    assert world.told("rollouts", phase="RolledBack") == 1
    assert world.told("rollouts", phase="A_WORD_NOBODY_KNOWS") is None
    world.standby = True
    assert world.told("rollouts", phase="Held") == 0


async def test_each_account_has_its_limit_and_each_runtime_its_age(world: World):
    account = await world.working.accounts.account_for(CHAT, desired("chat"))
    account.use(CHAT, "runtime-1", "chat", latest=False).seen_at = clock() - 30
    account.use(OTHER, "runtime-2", "other", latest=False)
    (name,) = [name for name, _ in world.working.accounts.rates()]
    assert world.told("remote_limit_qps", account=name) == 7 / UNPROVEN_SHARE  # AgentRun has accepted no call yet
    assert world.told("runtimes") == 2
    assert world.told("poll_age_seconds") == 30


async def test_a_standby_tells_of_nothing(world: World):
    world.working.store.put(body("chat", status={"conditions": [a_condition("Ready", "True Available")]}))
    world.standby = True
    assert [world.told(name) for name in ("queue_depth", "runtimes", "poll_age_seconds")] == [0, 0, 0]
    assert world.told("objects", condition="Ready", status="True", reason="Available") is None

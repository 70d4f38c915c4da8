"""What a reconcile runs in: its urgency, and an id of its own for its lines in the log; and when the next one comes."""

import asyncio
import random
from itertools import count, pairwise

import pytest

from agentrun_operator.controller.concurrency.priority import Priority, tenants, urgency
from agentrun_operator.controller.concurrency.queue.workqueue import WorkQueue
from agentrun_operator.controller.keys import ObjectKey
from agentrun_operator.controller.telemetry.logs import reconcile_id
from agentrun_operator.controller.telemetry.metrics import Metrics
from agentrun_operator.controller.worker.reconciler import Reconciler
from agentrun_operator.controller.worker.workers import Workers
from agentrun_operator.reconcile.actions import Rest, Retry
from agentrun_operator.resources.reasons import Reason
from support.controller import key
from support.controller_time import clock, settle

pytestmark = pytest.mark.usefixtures("no_leaks")


class Noting(Reconciler):
    """Notes what each reconcile runs in."""

    def __init__(self) -> None:
        self.ran: list[tuple[ObjectKey, str, Priority]] = []
        self.tenants: list[list[object]] = []

    async def reconcile(self, key: ObjectKey) -> Rest:
        self.ran.append((key, reconcile_id.get(), urgency.get()))
        self.tenants.append(list(tenants.get()))
        return Rest()


async def test_each_reconcile_has_an_id_and_an_urgency_of_its_own():
    queue: WorkQueue[ObjectKey] = WorkQueue(lambda _: ("team-a", None), 4, jitter=random.random, clock=clock)
    reconciler, ids = Noting(), count(1)
    workers = Workers(queue, reconciler, Metrics(), 300.0, lambda: f"id-{next(ids)}")
    queue.add(key("chat"), Priority.EDIT)
    queue.add(key("other"), Priority.NEW)
    working = asyncio.create_task(workers.run())
    await settle()
    queue.add(key("chat"), Priority.RESYNC)
    await settle()
    working.cancel()
    assert reconciler.ran == [
        (key("chat"), "id-1", Priority.EDIT),
        (key("other"), "id-2", Priority.NEW),
        (key("chat"), "id-3", Priority.RESYNC),
    ]
    assert reconciler.tenants == 3 * [["team-a"]]
    assert reconcile_id.get() == ""
    await asyncio.wait({working})


class Failing(Reconciler):
    """Fails at each second look, with what stands between two failures."""

    def __init__(self, between: Rest) -> None:
        self.between = between
        self.failed: list[float] = []
        self.looks = count()

    async def reconcile(self, key: ObjectKey) -> Rest | Retry:  # noqa: ARG002 - there is one
        if next(self.looks) % 2:
            return self.between
        self.failed.append(clock())
        return Retry(Reason.REMOTE_UNAVAILABLE, at_most=300.0)


@pytest.mark.parametrize(
    ("between", "grows"),
    [
        pytest.param(Rest(after=1.0), False, id="a look that succeeded ends the failures"),
        pytest.param(Rest(after=1.0, in_doubt=True), True, id="a doubt does not"),
    ],
)
async def test_pauses_grow_over_failures_with_nothing_but_doubts_between(between: Rest, grows: bool):  # noqa: FBT001 - a table
    queue: WorkQueue[ObjectKey] = WorkQueue(lambda _: ("team-a", None), 4, jitter=lambda: 1.0, clock=clock)
    reconciler = Failing(between)
    workers = Workers(queue, reconciler, Metrics(), 300.0, lambda: "id")
    queue.add(key("chat"), Priority.EDIT)
    working = asyncio.create_task(workers.run())
    await asyncio.sleep(300)
    working.cancel()
    pauses = [later - earlier for earlier, later in pairwise(reconciler.failed)]
    assert (pauses[4] > 4 * pauses[0]) is grows
    await asyncio.wait({working})

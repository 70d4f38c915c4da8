"""The queue against a naive model: nothing is lost or worked on twice at a time; no lane takes the places of
others, nor all together more than theirs."""

import asyncio

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from agentrun_operator.controller.concurrency.priority import Priority
from agentrun_operator.controller.concurrency.queue.lanes import RESERVE
from agentrun_operator.controller.concurrency.queue.workqueue import IN_ALL, TAKES_LONG, Item, WorkQueue
from support.controller_time import VirtualTimeLoop

PLACES = 2
KEYS = [f"{lane}-{number}" for lane in "abc" for number in range(5)]


def lane_of(key: str) -> tuple[str, str]:
    return ("team-a" if key[0] == "a" else "team-b"), key[0]


class QueueMachine(RuleBasedStateMachine):
    """What was asked for, what is worked on and what is planned, in plain sets."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = VirtualTimeLoop()
        self.queue: WorkQueue[str] = WorkQueue(lane_of, PLACES, jitter=lambda: 0.5, clock=self.loop.time)
        self.wanted: dict[str, Priority] = {}
        self.planned: dict[str, float] = {}
        self.active: dict[str, tuple[Priority, float]] = {}
        self.leaving: set[str] = set()

    def teardown(self) -> None:
        try:
            self.everything_is_handed_out_in_the_end()
        finally:
            self.loop.close()

    @rule(key=st.sampled_from(KEYS), priority=st.sampled_from(Priority))
    def add(self, key: str, priority: Priority) -> None:
        self.queue.add(key, priority)
        self.wanted[key] = min(priority, self.wanted.get(key, priority))

    @rule(key=st.sampled_from(KEYS), pause=st.sampled_from((0.0, 0.5, 1.0, 5.0)))
    def add_after(self, key: str, pause: float) -> None:
        self.queue.add_after(key, pause)
        self.plan(key, pause)

    @precondition(lambda self: self.active)
    @rule(data=st.data())
    def fail(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(sorted(self.active)))
        self.plan(key, self.queue.add_rate_limited(key, at_most=3.0))

    @precondition(lambda self: self.active)
    @rule(data=st.data())
    def finish(self, data: st.DataObject) -> None:
        self.done(data.draw(st.sampled_from(sorted(self.active))))

    @rule(key=st.sampled_from(KEYS))
    def drop(self, key: str) -> None:
        self.wanted.pop(key, None)
        if key in self.active:
            self.leaving.add(key)
            self.queue.drop(key, self.leaving.remove)
        else:
            self.planned.pop(key, None)
            self.queue.drop(key, lambda _: None)

    @rule(seconds=st.sampled_from((0.1, 1.0, 10.0)))
    def pass_time(self, seconds: float) -> None:
        self.loop.now += seconds

    @rule()
    def take(self) -> None:
        self.release_due()
        found = self.loop.run_until_complete(self.next_or_none())
        ready = {key: priority for key, priority in self.wanted.items() if self.may_go(key, priority)}
        if found is None:
            assert not ready, "a key waits although there is room for it"
            return
        key, priority = found.key, found.priority
        assert key in ready, "handed out without a wish, twice at a time, or without room"
        assert priority is self.wanted[key]
        assert priority == min(ready.values()), "something more urgent waits"
        del self.wanted[key]
        self.planned.pop(key, None)
        self.active[key] = priority, self.loop.now

    @invariant()
    def counts_agree(self) -> None:
        assert len(self.queue) == len(self.wanted)
        assert self.queue.active == len(self.active)
        assert self.queue.planned == len(self.planned)

    def everything_is_handed_out_in_the_end(self) -> None:
        self.loop.now += 100
        while self.wanted or self.planned or self.active:
            for key in tuple(self.active):
                self.done(key)
            self.take()
        assert not self.queue._lanes
        assert not self.queue._since
        assert not self.queue._on_drop

    def done(self, key: str) -> None:
        if key in self.leaving:
            self.planned.pop(key, None)
        self.queue.done(key)
        del self.active[key]
        assert key not in self.leaving

    def plan(self, key: str, pause: float) -> None:
        self.planned[key] = min(self.loop.now + pause, self.planned.get(key, float("inf")))

    def release_due(self) -> None:
        for key in [key for key, when in self.planned.items() if when <= self.loop.now]:
            del self.planned[key]
            self.wanted[key] = min(Priority.CHANGE, self.wanted.get(key, Priority.CHANGE))

    def may_go(self, key: str, priority: Priority) -> bool:
        busy = sum(lane_of(other) == lane_of(key) for other in self.active)
        long_ago = self.loop.now - TAKES_LONG
        begun = sum(other is priority and at > long_ago for other, at in self.active.values())
        reserve = RESERVE if priority is Priority.EDIT else 1
        return key not in self.active and busy < PLACES * reserve and begun < PLACES * IN_ALL * reserve

    async def next_or_none(self) -> Item[str] | None:
        getting = asyncio.ensure_future(self.queue.get())
        for _ in range(5):
            await asyncio.sleep(0)
        if getting.done():
            return getting.result()
        getting.cancel()
        await asyncio.wait({getting})
        return None


TestQueueMachine = QueueMachine.TestCase
TestQueueMachine.settings = settings(max_examples=80, stateful_step_count=50, deadline=None)

"""Agents that do their worst, through parts that are real: nobody else waits, nothing grows, and no byte of what they
say is seen.
"""

import asyncio
import gzip
import json
import logging
import re
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from itertools import repeat
from typing import Any

import pytest

from agentrun_operator.agentrun.auth.credentials import StaticCredentials
from agentrun_operator.agentrun.endpoint.chat.probing import Prober
from agentrun_operator.agentrun.http.client import AsyncClient
from agentrun_operator.controller.analysis.analysis import Analysis
from agentrun_operator.controller.analysis.assignment import Assignment
from agentrun_operator.controller.analysis.follower import AnalysisContext
from agentrun_operator.controller.analysis.limits import ProbeLimits
from agentrun_operator.controller.analysis.prometheus import Prometheus
from agentrun_operator.controller.keys import AccountKey, Body, ObjectKey
from agentrun_operator.controller.remote.accounts.account import Account
from agentrun_operator.controller.telemetry.logs import QUIET
from agentrun_operator.reconcile.rollout.memory import Cause, ProbeEndpoint
from agentrun_operator.reconcile.rollout.plan import block_digest, plan_of
from agentrun_operator.reconcile.rollout.proof.evidence import Evidence
from agentrun_operator.resources.rollout.plan import Rollout
from support.agentrun import a_config
from support.evil_server import Asked, Evil, EvilServer, dripping, endless, running_evil, whole
from support.patience import stretched

MARK = "Zk3vQ9"
GOOD = ObjectKey("good", "bot")
ROLLOUT: dict[str, Any] = {
    "steps": [{"weight": 5, "bake": "0s"}],
    "analysis": {
        "failureLimit": 20,
        "probes": {
            "timeout": "2s",
            "interval": "60s",
            "prompts": [
                {"name": "refund", "messages": [{"content": "How long?"}], "expect": {"contains": ["30 days"]}}
            ],
        },
    },
}


def completion(content: str, **more: Any) -> bytes:
    return json.dumps({"choices": [{"message": {"content": content, **more}}]}).encode()


BOMB = gzip.compress(b" " * 2**20, 9) * 500
"""500 MiB in half of one, as many parts one after the other."""


def bomb(_: Asked) -> Evil:
    return whole(200, BOMB, "Content-Encoding: gzip")


CALLS = [{"function": {"name": f"{MARK}{number}"}} for number in range(10_000)]
WORST: dict[str, Callable[[Asked], Evil]] = {
    "500 MiB": lambda _: endless(MARK.encode() * 20_000),
    "silence": lambda _: Evil(repeat(b""), pause=600),
    "a drip": lambda _: dripping(b"{", 0.05),
    "tool calls": lambda _: whole(200, completion("", tool_calls=CALLS)),
    "escapes": lambda _: whole(200, completion(f"\x1b]0;{MARK}\x07\x1b[2J{MARK}")),
    "a web page": lambda _: whole(200, f"<html>{MARK}</html>".encode()),
    "an error": lambda _: whole(500, f"Traceback: {MARK}".encode(), f"X-Error: {MARK}"),
    "marks": lambda _: whole(200, completion("e" + "\u0301\u0323" * 40_000)),
    "nested": lambda _: whole(200, b'{"choices":' + b"[" * 200_000),
}


class World:
    """Objects in steps of their rollouts, each with agents of its own."""

    def __init__(self) -> None:
        self.urls: dict[ObjectKey, str] = {}
        self.ended = asyncio.Event()
        self.accounts: list[Account] = []
        context = AnalysisContext(
            self._fetch,
            self._look,
            ProbeLimits(8, 6000),
            Prometheus(""),
            lambda: datetime.now(UTC),
            prober=self._prober,
        )
        self.analysis = Analysis(context)

    def follow(self, key: ObjectKey, url: str) -> None:
        account = Account(AccountKey(*key, "cn-hangzhou"), AsyncClient(a_config()), None, _no_polls, said=lambda: "1")
        self.urls[key] = url
        self.accounts.append(account)
        plan = plan_of(Rollout.model_validate(ROLLOUT), block_digest(ROLLOUT))
        ends = (ProbeEndpoint("canary", "4", "c"), ProbeEndpoint("stable", "3", "s"))
        now = datetime.now(UTC)
        self.analysis.follow(
            Assignment(
                key, f"uid-{key}", plan, 1, 1, 5, now, 0.0, "4", "3", "bot", "r", "bot", account, probe_endpoints=ends
            )
        )

    async def proved(self, key: ObjectKey, enough: Callable[[Evidence], bool]) -> Evidence:
        async with asyncio.timeout(stretched(30)):
            while not enough(found := self.analysis.evidence(key)):
                self.ended.clear()
                await self.ended.wait()
        return found

    async def aclose(self) -> None:
        await self.analysis.aclose()
        for account in self.accounts:
            await account.client.aclose()

    async def _fetch(self, key: ObjectKey) -> Body:
        return {"metadata": {"uid": f"uid-{key}"}, "spec": {"rollout": ROLLOUT}}

    def _look(self, _keys: set[ObjectKey]) -> None:
        self.ended.set()

    def _prober(self, account: Account, connections: int) -> Prober:
        url = self.urls[ObjectKey(account.key.namespace, account.key.secret)]
        config = a_config(account_id="1", data_endpoint=url, control_endpoint=url)
        return Prober(config, StaticCredentials.of("id", "secret"), connections=connections)


def _no_polls(*_: object) -> Any:
    raise AssertionError("nothing is polled here")


def only_canaries(evil: Callable[[Asked], Evil]) -> Callable[[Asked], Evil]:
    """Agents of which the new version does its worst, and the stable one its best."""

    def answer(asked: Asked) -> Evil:
        canary = re.search(r"/endpoints/are-[0-9a-f]{16}-c/", asked.path)
        return evil(asked) if canary else whole(200, completion("30 days"))

    return answer


@pytest.fixture
def agents() -> Iterator[Callable[[Callable[[Asked], Evil]], EvilServer]]:
    with ExitStack() as stack:
        yield lambda answer: stack.enter_context(running_evil(answer))


def resident() -> int:
    """The most memory that this process ever had, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


@pytest.mark.parametrize("evil", WORST.values(), ids=WORST)
def test_a_version_that_does_its_worst_fails_and_no_byte_of_it_is_seen(agents, evil, caplog):
    caplog.set_level(logging.DEBUG)
    for library in QUIET:  # as the operator keeps them: they would tell an answer's headers
        caplog.set_level(logging.WARNING, logger=library)
    url = agents(only_canaries(evil)).url

    async def main() -> Evidence:
        world = World()
        try:
            world.follow(GOOD, url)
            return await world.proved(GOOD, lambda found: found.failing > 0)
        finally:
            await world.aclose()

    found = asyncio.run(main())
    assert found.passed == 0
    assert found.inconclusive is None
    assert MARK not in f"{found} {caplog.text}"
    assert "\x1b" not in f"{found} {caplog.text}"


def test_where_both_versions_do_their_worst_nobody_is_blamed(agents):
    url = agents(WORST["500 MiB"]).url

    async def main() -> Evidence:
        world = World()
        try:
            world.follow(GOOD, url)
            return await world.proved(GOOD, lambda found: found.inconclusive is not None)
        finally:
            await world.aclose()

    found = asyncio.run(main())
    assert (found.inconclusive, found.failing) == (Cause.CONTROL_FAILED, 0)


def test_agents_that_do_their_worst_all_at_once_keep_nobody_from_being_proved_and_take_little_memory(agents):
    urls = [agents(evil).url for evil in (*WORST.values(), bomb)]
    good = agents(lambda _: whole(200, completion("30 days"))).url

    async def main() -> float:
        world, slowest = World(), 0.0
        try:
            for number, url in enumerate(urls):
                world.follow(ObjectKey(f"evil-{number}", "bot"), url)
            await asyncio.sleep(0.5)
            world.follow(GOOD, good)
            proof = asyncio.create_task(world.proved(GOOD, lambda found: found.passed >= 2))
            while not proof.done():
                began = time.monotonic()
                await asyncio.sleep(0.01)
                slowest = max(slowest, time.monotonic() - began)
            await proof
        finally:
            await world.aclose()
        return slowest

    before = resident()
    slowest = asyncio.run(main())
    assert slowest < stretched(2.0), "the loop stood still: no reconcile would go on"
    assert resident() - before < 128 * 2**20

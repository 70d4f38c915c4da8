"""An object in a step of its rollout, agents that answer as they are told, and the analysis between them.

All in virtual time. The wire to the agents is made up; all that is ours runs.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx

from agentrun_operator.agentrun.auth.credentials import StaticCredentials
from agentrun_operator.agentrun.endpoint.chat.probing import Prober
from agentrun_operator.agentrun.http.client import AsyncClient
from agentrun_operator.controller.analysis.analysis import Analysis
from agentrun_operator.controller.analysis.assignment import Assignment
from agentrun_operator.controller.analysis.follower import AnalysisContext
from agentrun_operator.controller.analysis.prometheus import Prometheus
from agentrun_operator.controller.keys import AccountKey, Body, ObjectKey
from agentrun_operator.controller.remote.accounts.account import Account
from agentrun_operator.reconcile.rollout.memory import ProbeEndpoint
from agentrun_operator.reconcile.rollout.plan import block_digest, plan_of
from agentrun_operator.resources.rollout.plan import Rollout
from support.agentrun import a_config
from support.controller_time import START, clock

if TYPE_CHECKING:
    from agentrun_operator.controller.analysis.limits import ProbeLimits
    from agentrun_operator.controller.analysis.probing_round import Asked
    from agentrun_operator.reconcile.rollout.proof.evidence import Evidence

SETTLED = datetime(2026, 1, 1, tzinfo=UTC)
PROMPTS = [{"name": "refund", "messages": [{"content": "How long?"}], "expect": {"contains": ["30 days"]}}]
BOTH = (ProbeEndpoint("canary", "4", "ep-c"), ProbeEndpoint("stable", "3", "ep-s"))

Reply = Callable[[], Awaitable[httpx.Response]]


def now() -> datetime:
    """The time of day: the step settled when the test began."""
    return SETTLED + timedelta(seconds=clock() - START)


def elapsed() -> float:
    """Seconds since then."""
    return clock() - START


def says(text: str = "You have 30 days.", after: float = 1.0, status: int = 200) -> Reply:
    """An agent that says this."""

    async def reply() -> httpx.Response:
        await asyncio.sleep(after)
        return httpx.Response(
            status, json={"choices": [{"message": {"content": text}}], "usage": {"completion_tokens": 5}}
        )

    return reply


def block(
    probes: dict[str, Any] | None = None, metrics: list[dict[str, Any]] | None = None, **plan: Any
) -> dict[str, Any]:
    """A block `spec.rollout`."""
    asked = None if probes is None else {"prompts": PROMPTS, "interval": "5m", **probes}
    analysis = {name: value for name, value in (("probes", asked), ("metrics", metrics)) if value is not None}
    return {"analysis": {**analysis, **plan.pop("analysis", {})}, **plan}


@dataclass
class Scene:
    """What happens around the analysis.

    Attributes:
        canary: how the new version answers.
        stable: how the stable one does.
        calls: the agents that were asked, `c` or `s`, and when.
        looks: the reconciles that were asked for, and when.
        reading: seconds that an object takes to be read.
    """

    limits: ProbeLimits
    prometheus: Prometheus = field(default_factory=lambda: Prometheus(""))
    canary: Reply = field(default_factory=says)
    stable: Reply = field(default_factory=says)
    calls: list[tuple[str, float]] = field(default_factory=list)
    sent: list[dict[str, Any]] = field(default_factory=list)
    looks: list[tuple[str, float]] = field(default_factory=list)
    answers: list[Asked] = field(default_factory=list)
    bodies: dict[ObjectKey, Body] = field(default_factory=dict)
    fetched: int = 0
    reading: float = 0.0
    out: int = 0
    most_out: int = 0

    def __post_init__(self) -> None:
        self.account = Account(
            AccountKey("shop", "key", "cn-hangzhou"),
            AsyncClient(a_config()),
            None,
            _no_polls,
            said=lambda: "1234567890",
        )
        self.analysis = Analysis(
            AnalysisContext(
                self._fetch,
                lambda keys: self.looks.extend((str(key), elapsed()) for key in keys),
                self.limits,
                self.prometheus,
                now,
                self.answers.append,
                self._prober,
            )
        )

    def assignment(
        self, rollout: dict[str, Any], *, namespace: str = "shop", name: str = "bot", **given: Any
    ) -> Assignment:
        """What is proved of an object that has this block; the object can be fetched from now on."""
        key = ObjectKey(namespace, name)
        uid = f"uid-of-{name}"
        self.bodies[key] = {"metadata": {"uid": uid}, "spec": {"rollout": rollout}}
        plan = plan_of(Rollout.model_validate(rollout), block_digest(rollout))
        fields: dict[str, Any] = {
            "key": key,
            "uid": uid,
            "plan": plan,
            "number": 7,
            "step": 1,
            "weight": 5,
            "settled_at": SETTLED,
            "step_bake": 600.0,
            "canary": "4",
            "stable": "3",
            "endpoint_name": "bot",
            "runtime_id": "r",
            "runtime_name": "support-bot",
            "account": self.account,
            "probe_endpoints": BOTH[:1],
        }
        return Assignment(**(fields | given))

    def evidence(self, name: str = "bot", namespace: str = "shop") -> Evidence:
        return self.analysis.evidence(ObjectKey(namespace, name))

    async def until(self, seconds: float) -> None:
        """Let time pass up to so many seconds after the step settled."""
        await asyncio.sleep(max(0.0, seconds - elapsed()))
        for _ in range(50):
            await asyncio.sleep(0)

    def asked(self, role: str) -> list[float]:
        """When a version was asked."""
        return [at for each, at in self.calls if each == role]

    async def _fetch(self, key: ObjectKey) -> Body:
        self.fetched += 1
        await asyncio.sleep(self.reading)
        return self.bodies[key]

    def _prober(self, _account: Account, connections: int) -> Prober:
        config = a_config(account_id="1234567890", data_endpoint="http://data", control_endpoint="http://control")
        keys = StaticCredentials.of("id", "secret")
        return Prober(
            config, keys, connections=connections, monotonic=clock, transport=httpx.MockTransport(self._answer)
        )

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        role = request.url.path.partition("/invocations")[0][-1]
        self.calls.append((role, elapsed()))
        self.sent.append(json.loads(request.content))
        self.out += 1
        self.most_out = max(self.most_out, self.out)
        try:
            return await {"c": self.canary, "s": self.stable}[role]()
        finally:
            self.out -= 1


def _no_polls(*_: object) -> Any:
    raise AssertionError("nothing is polled here")

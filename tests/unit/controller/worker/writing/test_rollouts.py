"""What is handed on to be proved after a reconcile, and that a request which does not fit is told once."""

from typing import Any

import pytest

from agentrun_operator.agentrun.auth.config import Config
from agentrun_operator.agentrun.http.client import AsyncClient
from agentrun_operator.controller.analysis.analysis import Analysis
from agentrun_operator.controller.analysis.assignment import Assignment
from agentrun_operator.controller.keys import AccountKey, ObjectKey
from agentrun_operator.controller.remote.accounts.account import Account, PolledRuntime
from agentrun_operator.controller.worker.run import Memories, Observation, Run
from agentrun_operator.controller.worker.writing.rollouts import Rollouts
from agentrun_operator.resources.reasons import Reason
from support.objects import NAME, Object, a_look, a_status, an_endpoint, an_object, no_look
from unit.controller.worker.test_reconciler import Silent, World

KEY = ObjectKey("team-a", NAME)
PROMPT: Object = {"name": "refund", "messages": [{"content": "How long?"}]}
PLAN: Object = {"steps": [{"weight": 10}], "analysis": {"probes": {"prompts": [PROMPT]}}}
SETTLED: Object = {
    "number": 7,
    "phase": "Progressing",
    "stableVersion": "3",
    "canaryVersion": "4",
    "step": 1,
    "weight": 10,
    "settledAt": "2026-11-22T11:00:00Z",
}


class Followed(Analysis):
    """Notes whom it is to prove."""

    def __init__(self) -> None:
        self.now: dict[ObjectKey, Assignment] = {}

    def follow(self, assignment: Assignment) -> None:
        self.now[assignment.key] = assignment

    def leave(self, key: ObjectKey) -> None:
        self.now.pop(key, None)


class Told(Silent):
    """Notes the events."""

    def __init__(self) -> None:
        self.reasons: list[str] = []

    def rollout(self, body: Any, events: Any) -> None:  # noqa: ARG002 - whoever is told
        self.reasons += [event.reason for event in events]


def account() -> Account:
    def polled(*_: object) -> PolledRuntime:
        raise AssertionError("nothing is polled")

    return Account(AccountKey("", "", "cn-hangzhou"), AsyncClient(Config()), None, polled)


class Scene:
    def __init__(self) -> None:
        self.memories, self.analysis, self.told = Memories(), Followed(), Told()
        self.rollouts = Rollouts(self.memories, World().writer, self.told, self.analysis)

    def heed(self, look: Any, record: Object = SETTLED, **changed: Any) -> None:
        body = an_object(**({"status": a_status(rollout=record), "rollout": PLAN, "targetVersion": "4"} | changed))
        run = Run(self.memories.subject(KEY, body), Observation(look, account()))
        self.rollouts.heed(run)


@pytest.fixture
def scene() -> Scene:
    return Scene()


SEEN = a_look(an_endpoint())


def test_a_step_that_is_settled_is_proved(scene: Scene):
    scene.heed(SEEN)
    found = scene.analysis.now[KEY]
    assert (found.number, found.step, found.canary, found.stable, found.runtime_name) == (7, 1, "4", "3", "support-bot")


@pytest.mark.parametrize(
    "changed",
    [
        {"record": {name: value for name, value in SETTLED.items() if name != "settledAt"}},
        {"record": {"number": 7, "stableVersion": "4"}},
        {"rollout": {"steps": [{"weight": 10}]}},
        {"rollout": None},
        {"paused": True},
        {"managementPolicy": "Observe"},
        {"deleted_for": 1.0},
    ],
    ids=["not settled", "over", "by time alone", "no plan", "paused", "observed", "deleted"],
)
def test_what_is_not_to_be_proved_is_left(scene: Scene, changed: dict[str, Any]):
    scene.heed(SEEN)
    scene.heed(SEEN, **changed)
    assert scene.analysis.now == {}


def test_a_look_that_fails_takes_nothing_away_that_was_proved(scene: Scene):
    scene.heed(SEEN)
    before = scene.analysis.now[KEY]
    scene.heed(no_look(Reason.REMOTE_UNAVAILABLE))
    assert scene.analysis.now == {KEY: before}


def test_a_request_that_does_not_fit_is_told_once_and_another_again(scene: Scene):
    for asked in ("approve 7 50", "approve 7 50", "promote 9"):
        scene.heed(SEEN, asked=asked)
    assert scene.told.reasons == ["RequestIgnored", "RequestIgnored"]


def test_a_request_without_a_rollout_is_told_to_fit_nothing(scene: Scene):
    scene.heed(SEEN, record={}, asked="promote 9", rollout=None)
    assert scene.told.reasons == ["RequestIgnored"]

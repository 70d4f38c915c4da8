"""The proofs under way: each round when it is due, in turns, and nothing left of a step that is over."""

import asyncio
import logging
from collections import Counter
from datetime import timedelta

import pytest

from agentrun_operator.controller.analysis.follower import ENDPOINT_PATIENCE
from agentrun_operator.controller.analysis.limits import ProbeLimits
from agentrun_operator.controller.keys import ObjectKey
from agentrun_operator.controller.kube.errors import KubeError
from agentrun_operator.reconcile.rollout.memory import Cause, Memory
from agentrun_operator.reconcile.rollout.proof.evidence import Evidence
from support.analysis_scene import BOTH, PROMPTS, SETTLED, Scene, block, elapsed, says
from support.controller_time import clock

pytestmark = pytest.mark.usefixtures("no_leaks")


@pytest.fixture
async def scene():
    made = Scene(ProbeLimits(8, 60, clock))
    yield made
    await made.analysis.aclose()
    await made.account.client.aclose()


def prompts(count: int) -> list[dict[str, object]]:
    return [{**PROMPTS[0], "name": f"p{number}"} for number in range(count)]


async def test_a_good_version_is_proved_by_a_round_at_the_start_each_interval_and_at_the_end(scene: Scene):
    scene.analysis.follow(scene.assignment(block({}), step_bake=500.0))
    await scene.until(1000)
    assert [at for _, at in scene.looks] == [2, 302, 502, 802]
    assert scene.evidence().passed == 4
    assert len(scene.asked("c")) == 8, "one call opens each round, and one is measured"
    assert not scene.asked("s")


async def test_evidence_is_there_before_the_bake_is_over_but_no_proof(scene: Scene):
    scene.analysis.follow(scene.assignment(block({}), step_bake=500.0))
    await scene.until(400)
    assert scene.evidence().passed == 1
    assert scene.evidence().passed_at == SETTLED + timedelta(seconds=302)


async def test_the_request_that_opens_a_round_is_not_measured(scene: Scene):
    cold = iter([25.0])
    warm = scene.canary

    async def answer():
        await asyncio.sleep(next(cold, 0.0))
        return await warm()

    scene.canary = answer
    rollout = block({"prompts": [{**PROMPTS[0], "expect": {"maxLatency": "8s"}}]})
    scene.analysis.follow(scene.assignment(rollout))
    await scene.until(30)
    assert scene.evidence().passed == 1


async def test_a_wrong_answer_fails_the_round_and_it_is_repeated_at_once(scene: Scene):
    scene.canary = says("I cannot say.")
    scene.analysis.follow(scene.assignment(block({})))
    await scene.until(200)
    assert [at for _, at in scene.looks] == [2, 4]
    assert scene.evidence().failing == 2
    assert [(check.name, check.verdict, check.value) for check in scene.evidence().checks] == [
        ("refund", "Fail", "0/1"),
        ("minPassRate", "Fail", "0%"),
    ]


async def test_failing_rounds_that_are_in_the_record_are_not_told_again(scene: Scene):
    scene.canary = says("I cannot say.")
    scene.analysis.follow(scene.assignment(block({})))
    await scene.until(200)
    key, record = ObjectKey("shop", "bot"), Memory(number=7, step=1)
    assert scene.analysis.evidence(key, record).failing == 2
    for _ in range(2):  # each look tells the same, until another record was seen
        assert scene.analysis.evidence(key, record._replace(failures=1)).failing == 1
    assert scene.analysis.evidence(key, record._replace(step=2, failures=2)).failing == 1
    assert scene.analysis.evidence(key, record._replace(failures=2)).failing == 0


async def test_failing_rounds_that_were_in_the_record_before_count_once(scene: Scene):
    """The process began anew, or the split was put right."""
    scene.canary = says("I cannot say.")
    scene.analysis.follow(scene.assignment(block({}), failures=1))
    await scene.until(3)
    key, record = ObjectKey("shop", "bot"), Memory(number=7, step=1, failures=1)
    assert scene.analysis.evidence(key, record).failing == 1
    assert scene.analysis.evidence(key, record._replace(failures=2)).failing == 0


async def test_the_same_again_changes_nothing(scene: Scene):
    scene.analysis.follow(scene.assignment(block({})))
    await scene.until(100)
    before = len(scene.calls)
    scene.analysis.follow(scene.assignment(block({})))
    await scene.until(200)
    assert len(scene.calls) == before
    assert scene.evidence().passed == 1


@pytest.mark.parametrize(
    "other",
    [{"step": 2}, {"number": 8}, {"uid": "another"}, {"settled_at": SETTLED + timedelta(seconds=90)}],
    ids=["step", "rollout", "object", "settled anew"],
)
async def test_another_begins_anew(scene: Scene, other):
    scene.analysis.follow(scene.assignment(block({})))
    await scene.until(100)
    assert scene.evidence().passed == 1
    assignment = scene.assignment(block({}), **other)
    scene.analysis.follow(assignment)
    assert scene.evidence() == Evidence(assignment.number, assignment.step, assignment.settled_at)


async def test_a_round_of_an_older_step_that_ends_late_counts_for_nobody(scene: Scene):
    scene.canary = says(after=20.0)
    scene.analysis.follow(scene.assignment(block({})))
    await scene.until(30)
    scene.canary = says("wrong", after=20.0)
    scene.analysis.follow(scene.assignment(block({}), step=2))
    await scene.until(60)
    assert scene.looks == []
    assert scene.evidence().passed == 0


async def test_who_is_left_is_asked_no_more(scene: Scene):
    scene.analysis.follow(scene.assignment(block({})))
    await scene.until(0.5)
    scene.analysis.leave(ObjectKey("shop", "bot"))
    await scene.until(1000)
    assert len(scene.calls) == 1
    assert scene.evidence() == Evidence()


async def test_all_proofs_end_with_the_leadership(scene: Scene):
    leading = asyncio.create_task(scene.analysis.run())
    scene.analysis.follow(scene.assignment(block({})))
    await scene.until(0.5)
    leading.cancel()
    await asyncio.gather(leading, return_exceptions=True)
    await scene.until(1000)
    assert len(scene.calls) == 1


async def test_a_version_that_does_not_answer_is_blamed_only_beside_a_control(scene: Scene):
    scene.canary = says(status=500)
    scene.analysis.follow(scene.assignment(block({})))
    await scene.until(60)
    found = scene.evidence()
    assert (found.failing, found.inconclusive, found.wants_control) == (0, Cause.CONTROL_FAILED, True)
    asked = len(scene.calls)
    scene.analysis.follow(scene.assignment(block({}), probe_endpoints=BOTH))
    await scene.until(100)
    assert scene.evidence().failing == 2
    assert scene.asked("c")[asked] == 60, "it waits for nothing but the control"
    assert scene.evidence().inconclusive is None


async def test_where_neither_version_answers_nobody_is_blamed(scene: Scene):
    scene.canary = scene.stable = says(status=502)
    scene.analysis.follow(scene.assignment(block({}), probe_endpoints=BOTH))
    await scene.until(3000)
    found = scene.evidence()
    assert (found.failing, found.passed, found.inconclusive) == (0, 0, Cause.CONTROL_FAILED)


async def test_versions_that_hang_are_not_asked_everything(scene: Scene):
    scene.canary = scene.stable = says(after=1000.0)
    rollout = block({"prompts": prompts(20), "repeat": 1, "timeout": "30s", "interval": "30m"}, deadline="2h")
    scene.analysis.follow(scene.assignment(rollout, probe_endpoints=BOTH))
    await scene.until(185)
    assert scene.evidence().inconclusive is Cause.CONTROL_FAILED
    assert scene.asked("c") == [0, 30, 30, 120, 120]


async def test_a_version_that_hangs_while_the_other_answers_fails_soon(scene: Scene):
    scene.canary = says(after=1000.0)
    rollout = block({"prompts": prompts(20), "timeout": "30s"}, analysis={"failureLimit": 0})
    scene.analysis.follow(scene.assignment(rollout, probe_endpoints=BOTH))
    await scene.until(100)
    assert scene.evidence().failing == 1


async def test_whoever_may_not_ask_proves_nothing_and_asks_less_and_less(scene: Scene):
    scene.canary = says(status=403)
    scene.analysis.follow(scene.assignment(block({})))
    await scene.until(600)
    found = scene.evidence()
    assert (found.failing, found.inconclusive) == (0, Cause.PROBE_UNAVAILABLE)
    assert "403" in found.told
    assert len(scene.looks) == 6


async def test_the_stable_version_is_asked_the_same_to_compare(scene: Scene):
    scene.canary = says(after=4.0)
    rollout = block({"againstStable": {"maxLatencyRatio": "1.5"}}, analysis={"failureLimit": 0})
    scene.analysis.follow(scene.assignment(rollout, probe_endpoints=BOTH))
    await scene.until(60)
    assert scene.evidence().failing == 1
    assert scene.evidence().checks[-1] == ("maxLatencyRatio", "Fail", "4.00", "1.5", "1.00s")
    assert len(scene.asked("s")) == len(scene.asked("c")) == 2


async def test_nobody_is_asked_before_its_endpoint_is_there(scene: Scene):
    scene.analysis.follow(scene.assignment(block({}), probe_endpoints=()))
    await scene.until(100)
    assert scene.calls == []
    assert scene.evidence() == Evidence(7, 1, SETTLED)
    scene.analysis.follow(scene.assignment(block({})))
    await scene.until(103)
    assert scene.evidence().passed == 1


async def test_an_endpoint_of_another_version_is_not_asked(scene: Scene):
    scene.analysis.follow(scene.assignment(block({}), probe_endpoints=(BOTH[0]._replace(version="9"),)))
    await scene.until(ENDPOINT_PATIENCE + 1)
    assert scene.calls == []


async def test_an_endpoint_that_does_not_come_is_told_by_its_name(scene: Scene):
    scene.analysis.follow(scene.assignment(block({}), probe_endpoints=()))
    await scene.until(ENDPOINT_PATIENCE + 1)
    found = scene.evidence()
    assert found.inconclusive is Cause.PROBE_UNAVAILABLE
    assert "-c is not READY" in found.told
    assert not found.waiting


async def test_a_round_is_put_off_while_the_object_is_another_than_the_one_that_is_followed(scene: Scene):
    assignment = scene.assignment(block({}))
    scene.bodies[assignment.key] = {
        "metadata": {"uid": assignment.uid},
        "spec": {"rollout": block({"prompts": [{**PROMPTS[0], "expect": {}}]})},
    }
    scene.analysis.follow(assignment)
    await scene.until(60)
    assert scene.calls == []
    scene.assignment(block({}))
    await scene.until(80)
    assert scene.evidence().passed == 1


@pytest.mark.parametrize("broken", [{}, {"spec": {}}, {"metadata": {"uid": "x"}, "spec": {"rollout": "odd"}}])
async def test_an_object_that_makes_no_sense_puts_a_round_off(scene: Scene, broken):
    assignment = scene.assignment(block({}))
    scene.bodies[assignment.key] = broken
    scene.analysis.follow(assignment)
    await scene.until(60)
    assert scene.calls == []
    scene.assignment(block({}))
    await scene.until(80)
    assert scene.evidence().passed == 1


async def test_an_api_server_that_does_not_answer_puts_a_round_off(scene: Scene):
    assignment = scene.assignment(block({}))
    fetch, failing = scene._fetch, True

    async def fetched(key):
        if failing:
            raise KubeError(0, "gone", "GET")
        return await fetch(key)

    object.__setattr__(scene.analysis._context, "fetch", fetched)
    scene.analysis.follow(assignment)
    await scene.until(60)
    assert scene.calls == []
    failing = False
    await scene.until(80)
    assert scene.evidence().passed == 1


async def test_a_defect_is_told_and_the_proof_goes_on(scene: Scene, caplog):
    assignment = scene.assignment(block({}))
    fetch = scene._fetch
    errors = iter([RuntimeError("a defect")])

    async def fetched(key):
        for error in errors:
            raise error
        return await fetch(key)

    object.__setattr__(scene.analysis._context, "fetch", fetched)
    scene.analysis.follow(assignment)
    await scene.until(60)
    assert "Proving shop/bot failed" in caplog.text
    assert scene.evidence().passed == 1


async def test_a_plan_whose_rounds_cannot_be_made_says_so_and_asks_nobody(scene: Scene):
    rollout = block({"prompts": prompts(20), "repeat": 5, "interval": "30s"})
    scene.analysis.follow(scene.assignment(rollout))
    await scene.until(60)
    found = scene.evidence()
    assert found.inconclusive is Cause.PROBE_UNAVAILABLE
    assert "probe-calls-per-minute" in found.told
    assert scene.calls == []


async def test_an_account_makes_no_more_calls_than_its_limit(scene: Scene):
    for number in range(10):
        rollout = block({"prompts": prompts(14), "interval": "20m"})
        scene.analysis.follow(scene.assignment(rollout, namespace=f"ns{number}"))
    await scene.until(60)
    assert 110 <= len(scene.calls) <= 121, "a minute's worth at once, and one more each second"
    assert Counter(at <= 1 for _, at in scene.calls)[True] <= 61


async def test_a_round_that_waits_for_its_turn_says_so(scene: Scene):
    scene.limits._rate_of(scene.account.key)._tokens = 0.0
    for number in range(3):
        scene.analysis.follow(scene.assignment(block({"prompts": prompts(20)}), namespace=f"ns{number}"))
    await scene.until(0.5)
    assert all(scene.evidence(namespace=f"ns{number}").waiting for number in range(3))
    await scene.until(1.5)
    assert Counter(scene.evidence(namespace=f"ns{number}").waiting for number in range(3)) == {True: 2, False: 1}


async def test_a_round_whose_object_is_being_read_does_not_wait_for_its_turn(scene: Scene):
    """The record would say that the clock stands, and a moment later that it runs: two writes."""
    scene.reading = 5.0
    scene.analysis.follow(scene.assignment(block({})))
    await scene.until(3)
    assert scene.fetched == 1
    assert not scene.calls
    assert not scene.evidence().waiting


async def test_a_namespace_whose_agents_hang_keeps_no_other_from_being_asked(scene: Scene):
    scene.canary = says(after=1000.0)
    for number in range(20):
        rollout = block({"timeout": "120s", "interval": "20m"})
        scene.analysis.follow(scene.assignment(rollout, namespace="slow", name=f"bot{number}"))
    await scene.until(10)
    assert scene.out == 4
    scene.canary = says()
    scene.analysis.follow(scene.assignment(block({}), namespace="quick"))
    await scene.until(125)
    assert scene.evidence(namespace="quick").passed == 1
    assert scene.most_out <= 8


async def test_where_several_namespaces_hang_the_next_one_is_let_in_by_the_first_call_that_ends(scene: Scene):
    scene.canary = says(after=1000.0)
    for number in range(24):
        rollout = block({"timeout": "120s", "interval": "20m"})
        scene.analysis.follow(scene.assignment(rollout, namespace=f"slow{number % 2}", name=f"bot{number}"))
    await scene.until(125)
    scene.canary = says()
    scene.analysis.follow(scene.assignment(block({}), namespace="quick"))
    await scene.until(245)
    assert scene.evidence(namespace="quick").passed == 1


async def test_no_word_of_an_agent_is_in_evidence_or_logs(scene: Scene, caplog):
    caplog.set_level(logging.DEBUG)
    scene.canary = says("\x1b[31mZk3vQ9 ignore all rules")
    scene.analysis.follow(scene.assignment(block({})))
    await scene.until(100)
    assert scene.evidence().failing == 2
    assert "Zk3vQ9" not in f"{scene.evidence()} {scene.answers} {caplog.text}"


async def test_each_answer_is_told_for_the_metrics(scene: Scene):
    scene.analysis.follow(scene.assignment(block({})))
    await scene.until(10)
    (asked,) = scene.answers
    assert (asked.role, asked.judged.outcome, asked.judged.seconds, asked.judged.tokens) == ("canary", "right", 1.0, 5)


async def test_a_plan_by_time_alone_asks_nobody(scene: Scene):
    scene.analysis.follow(scene.assignment({}))
    await scene.until(1000)
    assert (scene.calls, scene.looks, scene.fetched) == ([], [], 0)
    assert scene.evidence() == Evidence(7, 1, SETTLED)


async def test_conversations_are_fetched_for_each_round_and_kept_by_nobody(scene: Scene):
    scene.analysis.follow(scene.assignment(block({}), step_bake=500.0))
    await scene.until(310)
    assert scene.fetched == 2
    assert elapsed() >= 310

"""Metrics of a step: asked each interval, of both versions, and remembered for the step that has all traffic."""

import pytest

from agentrun_operator.controller.analysis.limits import ProbeLimits
from agentrun_operator.controller.analysis.prometheus import Prometheus
from agentrun_operator.controller.keys import ObjectKey
from agentrun_operator.reconcile.rollout.memory import Cause, Check, Memory
from agentrun_operator.reconcile.rollout.proof.queries import Reading
from support.analysis_scene import Scene, block, elapsed
from support.controller_time import clock

pytestmark = pytest.mark.usefixtures("no_leaks")

KEY = ObjectKey("shop", "bot")
ERRORS = {"name": "errors", "query": 'errors{v="$(version)"}', "max": "0.02"}
RATIO = {"name": "cost", "query": 'cost{v="$(version)",e="$(endpoint)"}', "maxRatioToStable": "1.5"}


class Told(Prometheus):
    """Prometheus, told what it says: the wire is another test's."""

    def __init__(self, url: str = "http://prometheus/{namespace}") -> None:
        super().__init__(url, namespaces=["shop"])
        self.values: dict[str, Reading] = {}
        self.asked: list[tuple[str, float]] = []

    async def ask(self, namespace: str, query: str) -> Reading:
        assert namespace == "shop"
        self.asked.append((query, elapsed()))
        return self.values.get(query, Reading(0.01))


@pytest.fixture
async def scene():
    made = Scene(ProbeLimits(8, 60, clock), Told())
    yield made
    await made.analysis.aclose()
    await made.account.client.aclose()


def told(scene: Scene) -> Told:
    assert isinstance(scene.prometheus, Told)
    return scene.prometheus


async def test_metrics_are_asked_each_interval_and_first_after_one(scene: Scene):
    scene.analysis.follow(scene.assignment(block(metrics=[ERRORS])))
    await scene.until(200)
    assert told(scene).asked == [('errors{v="4"}', 60), ('errors{v="4"}', 120), ('errors{v="4"}', 180)]
    assert [at for _, at in scene.looks] == [60, 120, 180]
    assert scene.evidence().passed == 3
    assert scene.evidence().checks == (Check("errors", "Pass", "0.01", "max 0.02"),)
    assert scene.fetched == 1


async def test_a_metric_that_fails_is_counted_each_interval(scene: Scene):
    told(scene).values['errors{v="4"}'] = Reading(0.5)
    scene.analysis.follow(scene.assignment(block(metrics=[ERRORS])))
    await scene.until(130)
    assert scene.evidence().failing == 2
    assert scene.analysis.evidence(KEY, Memory(number=7, step=1, failures=2)).failing == 0
    await scene.until(190)
    assert scene.evidence().failing == 1


async def test_the_stable_version_is_measured_by_the_same_query(scene: Scene):
    told(scene).values |= {'cost{v="4",e="bot"}': Reading(3.0), 'cost{v="3",e="bot"}': Reading(1.0)}
    scene.analysis.follow(scene.assignment(block(metrics=[RATIO])))
    await scene.until(70)
    assert scene.evidence().checks == (Check("cost", "Fail", "3", "maxRatioToStable 1.5", "1"),)


async def test_at_all_traffic_it_is_compared_with_the_last_value_of_the_step_before(scene: Scene):
    told(scene).values['cost{v="3",e="bot"}'] = Reading(1.0)
    told(scene).values['cost{v="4",e="bot"}'] = Reading(1.2)
    rollout = block(metrics=[RATIO])
    scene.analysis.follow(scene.assignment(rollout, weight=25))
    await scene.until(70)
    scene.analysis.leave(KEY)
    told(scene).values.clear()
    told(scene).values['cost{v="4",e="bot"}'] = Reading(2.0)
    scene.analysis.follow(scene.assignment(rollout, step=2, weight=100))
    await scene.until(130)
    assert scene.evidence().checks == (Check("cost", "Fail", "2", "maxRatioToStable 1.5", "1"),)
    assert [query for query, at in told(scene).asked if at > 70] == ['cost{v="4",e="bot"}']


async def test_a_round_whose_queries_wait_for_others_says_so(scene: Scene):
    scene.analysis.follow(scene.assignment(block(metrics=[ERRORS])))
    async with scene.limits.query("shop"):
        await scene.until(100)
        assert scene.evidence().waiting
    await scene.until(101)
    assert not scene.evidence().waiting
    assert scene.evidence().passed == 1


@pytest.mark.parametrize("other", [{"number": 8}, {"uid": "another"}], ids=["rollout", "object"])
async def test_values_of_another_rollout_are_no_comparison(scene: Scene, other):
    rollout = block(metrics=[RATIO])
    scene.analysis.follow(scene.assignment(rollout, weight=25))
    await scene.until(70)
    assignment = scene.assignment(rollout, step=2, weight=100, **other)
    scene.bodies[KEY]["metadata"]["uid"] = assignment.uid
    scene.analysis.follow(assignment)
    await scene.until(130)
    assert scene.evidence().inconclusive is Cause.NO_DATA


async def test_where_no_metric_counts_the_probes_prove_alone(scene: Scene):
    scene.analysis.follow(scene.assignment(block({}, [RATIO]), weight=100, step_bake=100.0))
    await scene.until(200)
    assert scene.evidence().passed == 2
    assert told(scene).asked == []


async def test_without_traffic_no_metric_is_asked(scene: Scene):
    scene.analysis.follow(scene.assignment(block({}, [ERRORS]), weight=0, step_bake=100.0))
    await scene.until(200)
    assert scene.evidence().passed == 2
    assert told(scene).asked == []


async def test_probes_and_metrics_both_have_to_pass(scene: Scene):
    told(scene).values['errors{v="4"}'] = Reading(None)
    scene.analysis.follow(scene.assignment(block({}, [ERRORS]), step_bake=100.0))
    await scene.until(250)
    found = scene.evidence()
    assert (found.passed, found.inconclusive, found.passed_at) == (0, Cause.NO_DATA, None)
    assert [check.name for check in found.checks] == ["refund", "minPassRate", "errors"]


@pytest.mark.parametrize(
    ("prometheus", "word"),
    [(Prometheus(""), "prometheus-url"), (Prometheus("http://p", namespaces=["other"]), "metrics-namespaces")],
    ids=["none", "not for this namespace"],
)
async def test_where_metrics_may_not_be_asked_it_is_told_which_setting_says_so(prometheus, word):
    scene = Scene(ProbeLimits(8, 60, clock), prometheus)
    scene.analysis.follow(scene.assignment(block(metrics=[ERRORS])))
    await scene.until(70)
    assert scene.evidence().inconclusive is Cause.METRICS_NOT_CONFIGURED
    assert word in scene.evidence().told
    await scene.analysis.aclose()
    await scene.account.client.aclose()


async def test_values_are_not_shown_where_they_could_be_of_others():
    scene = Scene(ProbeLimits(8, 60, clock), Told("http://prometheus"))
    scene.analysis.follow(scene.assignment(block(metrics=[ERRORS])))
    await scene.until(70)
    assert scene.evidence().checks == (Check("errors", "Pass", "", "max 0.02"),)
    await scene.analysis.aclose()
    await scene.account.client.aclose()

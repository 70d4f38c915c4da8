"""Plan equals deed: what `diff` says of every case of the operator's decisions, and of drawn ones, is what an apply
then does to AgentRun. Each object stands on a real control plane as its case has it, and an operator looks after it.
"""

import json
import secrets
from collections import Counter, defaultdict
from typing import Any

import pytest

from agentrun_operator.agentrun.models import Endpoint
from agentrun_operator.controlplane import KubectlError
from agentrun_operator.reconcile.state.comparable import FIELDS, Comparable
from agentrun_operator.reconcile.state.delta import delta
from agentrun_operator.reconcile.state.observed import EndpointSeen
from support.cluster import eventually
from support.drawn_scenes import drawn_scenes
from support.endpoints import KIND
from support.fault_stage import CREATE, DELETE, LIST, UPDATE
from support.followed import as_seen
from support.objects import Case
from support.staged import SET_UP, Scene, Stage, listed
from unit.plugin.test_predict import TABLE as FORESEEN
from unit.reconcile.test_decide import TABLES

Object = dict[str, Any]
Shapes = dict[str, Comparable]

OF_EACH_KIND = 3
"""Scenes that are drawn."""

AWAY = "it is all of AgentRun that is out of reach then: a diff says that it cannot tell"
SETTING = "a setting of the operator decides, which a diff does not know"

OUT_OF_REACH = {
    "paused, unreadable for a minute": AWAY,
    "paused, unreadable for long": AWAY,
    "paused, edited and unreadable": AWAY,
    "unreadable for a minute": AWAY,
    "unreadable for long": AWAY,
    "unreadable, never seen": AWAY,
    "unreadable, edited": AWAY,
    "unreadable, refused before": AWAY,
    "unreadable, observing": AWAY,
    "unreadable, observing since an edit": AWAY,
    "AgentRun cannot be read": AWAY,
    "AgentRun is down": AWAY,
    "credentials not allowed here": SETTING,
    "a region that is not served": SETTING,
}
"""The rows that cannot be set up for one object alone, and why."""

BY_ITSELF = {"baked": "a rollout goes on when its time has come, whatever is applied"}
"""The rows whose call does not follow from what is applied, and why. A diff says of them that nothing differs."""


def rows() -> list[Any]:
    return [row for table in TABLES for row in table.ROWS]


def is_within_reach(row: Any) -> bool:
    problem = row.case.look.problem
    return problem is None or problem.reason in SET_UP


@pytest.fixture
def scenes() -> dict[str, Scene]:
    """Every row of the tables, and drawn ones, by what they are."""
    origin = secrets.randbelow(2**32)
    cases = [(row.name, row.case) for row in rows() if is_within_reach(row)]
    cases += [(name, Case(body, look)) for name, (body, look, _) in FORESEEN.items()]
    alike: dict[str, tuple[str, Case]] = {}  # what only a process remembers apart, some rows are the same
    for name, case in cases:
        alike.setdefault(repr(as_seen(case)), (name, case))
    told = {
        f"{name} [{number}]": Scene(f"row-{number:03}", case)
        for number, (name, case) in enumerate(alike.values())
        if name not in BY_ITSELF
    }
    return told | {f"{each.name}, of {origin}": each for each in drawn_scenes(OF_EACH_KIND, origin)}


@pytest.fixture
def stage(endpoints, emulator, scenes) -> Stage:
    """The scenes as they are before anything is applied. No operator runs yet."""
    stage = Stage(endpoints, emulator)
    stage.set_up(list(scenes.values()))
    emulator.forget_requests()
    return stage


def test_a_row_that_cannot_be_tried_out_has_a_reason():
    assert {row.name for row in rows() if not is_within_reach(row)} == OUT_OF_REACH.keys()
    assert BY_ITSELF.keys() <= {row.name for row in rows()}


def test_what_a_diff_says_of_any_case_is_what_an_apply_then_does(plugin, stage, scenes, stopped_operator):
    changes = foreseen(plugin, stage, list(scenes.values()))
    assert sorted(changes) == sorted(each.name for each in scenes.values())
    plans = {name: plan(changes[each.name]) for name, each in scenes.items()}

    refused = {name for name, each in changes.items() if each["action"] == "refused"}
    assert {name.partition("-")[0] for name in refused} == {"refused"}
    apply(stage, list(scenes.values()), refused)
    stage.end_what_is_under_way(scenes.values())
    before = shapes(stage)
    stopped_operator.environment["AGENTRUN_DATA_ENDPOINT"] = stage.emulator.url
    stopped_operator.start()

    def deeds_are_plans() -> bool:
        deeds = found_deeds(stage, before)
        assert {name: deeds[each.name] for name, each in scenes.items()} == plans
        return reasons_are_told(stage, scenes, changes)

    wait_for_calls(stage, Counter(call for calls, _ in plans.values() for call in calls))
    eventually(deeds_are_plans)


def wait_for_calls(stage: Stage, wanted: Counter[str]) -> None:
    """Until AgentRun was asked so often, and was then looked at twice more. This is cheap to see."""
    eventually(lambda: Counter(stage.emulator.counts()) >= wanted, within=40, what=f"{wanted}")
    rounds = stage.emulator.counts()[LIST] + 2 * len(stage.runtimes)
    eventually(lambda: stage.emulator.counts()[LIST] >= rounds, within=20, what="two looks at all runtimes")


def foreseen(plugin, stage: Stage, scenes: list[Scene]) -> dict[str, Object]:
    """What a diff says, by the object's name. It leaves everything as it is."""
    wanted = listed(each.wanted for each in scenes if not each.is_deleted)
    before = stage.endpoints.kubectl.list(KIND)
    assert all(each["metadata"]["managedFields"] for each in before)
    result = plugin("diff", "-f-", "--prune", "-lpruned=yes", "-ojson", "--secret-from-cluster", input=wanted)
    assert result.out, result.err
    assert stage.endpoints.kubectl.list(KIND) == before
    assert {action for action in stage.emulator.counts() if not action.startswith(("Get", "List"))} == set()
    return {each["object"].partition("/")[2]: each for each in json.loads(result.out)["changes"]}


def apply(stage: Stage, scenes: list[Scene], refused: set[str]) -> None:
    kubectl = stage.endpoints.kubectl
    kubectl.apply(listed(each.wanted for each in scenes if not (each.is_deleted or each.name in refused)))
    for each in scenes:
        if each.name in refused:
            with pytest.raises(KubectlError):
                kubectl.apply(each.wanted)
    kubectl("delete", KIND, "--selector=pruned=yes", "--wait=false")


def shapes(stage: Stage) -> Shapes:
    """What AgentRun holds, by the endpoint's name."""
    found = {each["agentRuntimeEndpointName"]: each for each in stage.emulator.endpoints()}
    return {name: EndpointSeen.of(Endpoint.model_validate(each)).comparable for name, each in found.items()}


Deed = tuple[tuple[str, ...], dict[str, tuple[str | None, str]]]
"""The calls that have an effect, and what they change: by path the value before and after."""


def plan(change: Object) -> Deed:
    """What a diff says that AgentRun will be asked for."""
    fields = {each["path"]: (each["from"], each["to"]) for each in change["fields"]}
    match change["action"]:
        case "create":
            first = (DELETE,) if "could not make, is deleted first" in change["message"] else ()
            return (*first, CREATE), fields
        case "update" | "adopt" if not (fields or change["reason"]):  # with a reason, what failed is sent again
            return (), {}  # taken over as it is, or a rollout whose first step has no share
        case "update" | "adopt":
            return (UPDATE,), fields
        case "prune" if change["message"].endswith(" is deleted"):
            return (DELETE,), {}
    return (), {}


def found_deeds(stage: Stage, before: Shapes) -> dict[str, Deed]:
    """What AgentRun was asked for, by the endpoint's name."""
    calls: dict[str, tuple[str, ...]] = defaultdict(tuple)
    for call in stage.emulator.effects():
        calls[str(call.endpoint_name)] += (call.action,)
    after = shapes(stage)
    deeds: dict[str, Deed] = defaultdict(lambda: ((), {}))
    return deeds | {name: (calls[name], changed(before, after, name, calls[name])) for name in calls | after}


def changed(before: Shapes, after: Shapes, name: str, calls: tuple[str, ...]) -> dict[str, tuple[str | None, str]]:
    """How an endpoint became another; of a new one, what is not as it is unasked."""
    if name not in after:
        return {}
    made = CREATE in calls or name not in before
    found = delta(after[name], UNASKED if made else before[name], None)
    told = {each.path: (None if made else each.observed, each.desired) for each in found}
    return {path: told[path] for path in FIELDS if path in told}


def reasons_are_told(stage: Stage, scenes: dict[str, Scene], changes: dict[str, Object]) -> bool:
    """Whether each object that is blocked says why, in a condition."""
    told = {
        each["metadata"]["name"]: {said["reason"] for said in each.get("status", {}).get("conditions", [])}
        for each in stage.endpoints.kubectl.list(KIND)
    }
    blocked = {name: changes[each.name] for name, each in scenes.items()}
    wanted = {name: each["reason"] for name, each in blocked.items() if each["action"] == "blocked"}
    assert {name: reason for name, reason in wanted.items() if reason not in told[scenes[name].name]} == {}
    return True


UNASKED = EndpointSeen.of(Endpoint(target_version="")).comparable
"""What an endpoint is like of which nothing was asked; the version is always told."""

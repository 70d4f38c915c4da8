"""What `diff` foresees of each row of the tables of decisions is what the decisions lead to, one after the other."""

import pytest
from hypothesis import given, settings

from agentrun_operator.plugin.commands.diff.change import Action
from agentrun_operator.plugin.commands.diff.predict import Look, predicted, pruned
from agentrun_operator.reconcile.actions import Delete, Release
from agentrun_operator.reconcile.decide import decide
from support.decisions import Row
from support.followed import Effect, as_seen, first_effect
from support.inputs import bodies, looks
from support.objects import NOW, Case, Object
from unit.reconcile.test_decide import TABLES

ROWS: list[tuple[str, Row]] = [
    (f"{table.__name__.rpartition('.')[2]}: {row.name}", row) for table in TABLES for row in table.ROWS
]
LIVE, DELETED = (
    [pytest.param(row, id=name) for name, row in ROWS if ("deletionTimestamp" in row.case.body["metadata"]) is deleted]
    for deleted in (False, True)
)

NOT_FORESEEN = {
    "baked": "a rollout goes on when its time has come, whatever is applied",
    "updating, with a difference": "what is under way is the operator's own, and takes the difference away",
}
"""The rows of which a diff says that nothing differs though AgentRun is asked for something, and why."""


def foreseen(case: Case) -> Effect:
    change = predicted(case.body, Look(as_seen(case).look), NOW)
    paths = tuple(each.path for each in change.fields)
    match change.action:
        case Action.CREATE:
            return Effect("create")
        case Action.UPDATE:
            return Effect("update", paths)
        case Action.ADOPT:
            return Effect("update" if paths or change.reason else "", paths, adopts=True)
    return Effect()


@pytest.mark.parametrize("row", LIVE)
def test_a_diff_foresees_where_the_decisions_lead(row: Row):
    leads_to = first_effect(row.case)
    if row.name in NOT_FORESEEN:
        assert (foreseen(row.case), leads_to.asks) == (Effect(), "update"), NOT_FORESEEN[row.name]
    else:
        assert foreseen(row.case) == leads_to, row.because


@settings(max_examples=300)
@given(bodies(), looks())
def test_a_diff_foresees_where_the_decisions_about_any_object_lead(body, look):
    case = as_seen(Case(body | {"metadata": _alive(body["metadata"])}, look))
    leads_to = first_effect(case)
    moving = look.endpoint is not None and look.endpoint.state in ("CREATING", "UPDATING")
    if moving and case.given.applied:
        return  # see NOT_FORESEEN
    told = foreseen(case)
    assert told == leads_to or (told, leads_to.asks) == (Effect(), ""), "taken over, and what differs is left so"


def _alive(metadata: Object) -> Object:
    return {name: value for name, value in metadata.items() if name != "deletionTimestamp"}


@pytest.mark.parametrize("row", DELETED)
def test_what_is_pruned_ends_as_a_deletion_does(row: Row):
    case = as_seen(row.case)
    change = pruned(case.body, Look(case.look), NOW)
    decision = decide(case.given)
    match decision.action:
        case Delete():
            assert change.message.endswith(" is deleted")
        case Release(orphaned):
            assert ("stays in AgentRun" if orphaned else "no endpoint of its own") in change.message
        case _ if decision.verdict is None:
            assert change.message.startswith(("There is no endpoint of its own", "AgentRun is deleting"))
        case _:
            assert decision.verdict.synced is not None
            assert change.reason == decision.verdict.synced.reason

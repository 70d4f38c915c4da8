"""What holds of every decision, whatever the object, whatever was done to it, and whatever was seen."""

import pytest
from hypothesis import given

from agentrun_operator.reconcile.actions import (
    AddClaim,
    Confirm,
    Create,
    Delete,
    Release,
    RemoveClaim,
    Rest,
    Retry,
    Update,
)
from agentrun_operator.reconcile.checks import deletion_checks, live_checks
from agentrun_operator.reconcile.decide import decide
from agentrun_operator.reconcile.state.observed import Observed
from agentrun_operator.reconcile.status.status import status_patch
from agentrun_operator.resources.reasons import Reason
from support.decisions import decided
from support.inputs import cases
from support.objects import ADOPTED, NEW, OWN, Case, an_object, conditions
from unit.reconcile import test_after_write, test_rolling
from unit.reconcile.checks import (
    test_deletion_checks,
    test_live_checks_absent,
    test_live_checks_different,
    test_live_checks_failed,
    test_live_checks_foreign,
    test_live_checks_fruitless,
    test_live_checks_paused,
    test_live_checks_unseen,
)
from unit.reconcile.connection import test_told

RemoteWrite = Create | Update | Delete
GOOD = {"READY", "ACTIVE"}
TO_CREATE = (OWN, NEW)
"""Claims of the object itself to what it makes, whenever they were written."""
TABLES = (
    test_live_checks_absent,
    test_live_checks_different,
    test_live_checks_failed,
    test_live_checks_foreign,
    test_live_checks_fruitless,
    test_live_checks_paused,
    test_live_checks_unseen,
    test_rolling,
    test_deletion_checks,
)


def claims(case: Case) -> bool:
    """Whether the status gives the object a right to an endpoint of its name."""
    claim = case.body["status"].get("claim")
    return claim == ADOPTED or (claim in TO_CREATE and not case.attempts.claim_unused)


def recorded(case: Case) -> str:
    """The id of the endpoint that was last written to; empty if there is none."""
    status = case.body["status"]
    reached = any(each["type"] == "Synced" and "observedGeneration" in each for each in status.get("conditions", []))
    return status.get("endpointId", "") if reached else ""


def ours(case: Case) -> bool:
    """Whether there is an endpoint, and it is the object's own."""
    endpoint = case.look.endpoint
    return endpoint is not None and claims(case) and not case.look.rival


def asks(case: Case, **spec: str) -> bool:
    return all(case.body["spec"][name] == word for name, word in spec.items())


def is_deleted(case: Case) -> bool:
    return "deletionTimestamp" in case.body["metadata"]


def is_paused(case: Case) -> bool:
    return case.given.desired.paused


@given(cases())
def test_there_is_always_exactly_one_action(case):
    action = decide(case.given).action
    kinds = (Rest, Retry, Confirm, AddClaim, RemoveClaim, Create, Update, Delete, Release)
    assert [kind for kind in kinds if isinstance(action, kind)] == [type(action)]


@given(cases())
def test_nothing_at_all_is_written_while_paused(case):
    action = decide(case.given).action
    assert isinstance(action, Rest | Confirm) or not is_paused(case)  # a look is no write


@given(cases())
def test_nothing_is_written_while_observing_but_the_object_let_go(case):
    action = decide(case.given).action
    assert isinstance(action, Rest | Retry | Confirm | Release) or asks(case, managementPolicy="Manage")


@given(cases())
def test_nothing_is_written_to_agentrun_while_it_cannot_be_seen(case):
    action = decide(case.given).action
    assert not isinstance(action, RemoteWrite | AddClaim | RemoveClaim) or case.look.problem is None


@given(cases())
def test_nothing_is_written_while_an_older_object_manages_the_endpoint(case):
    action = decide(case.given).action
    assert not isinstance(action, RemoteWrite | AddClaim | RemoveClaim) or not case.look.rival or is_deleted(case)


@given(cases())
def test_nothing_is_changed_or_deleted_that_is_not_ours(case):
    action = decide(case.given).action
    assert not isinstance(action, Update | Delete) or ours(case)


@given(cases())
def test_nothing_is_written_to_an_endpoint_in_the_middle_of_a_change(case):
    action = decide(case.given).action
    state = case.look.endpoint.state if case.look.endpoint else ""
    assert not isinstance(action, Update) or state not in {"CREATING", "UPDATING", "DELETING"}
    assert not isinstance(action, Delete) or state != "DELETING"


@given(cases())
def test_a_live_objects_endpoint_is_deleted_only_to_make_it_anew(case):
    action = decide(case.given).action
    if isinstance(action, Delete) and not is_deleted(case):
        assert case.look.endpoint is not None
        assert case.look.endpoint.state == "CREATE_FAILED"
        assert case.look.confirmed
        assert case.body["status"]["claim"] in TO_CREATE
        assert "endpointId" not in case.body["status"]


@given(cases())
def test_an_endpoint_is_created_only_under_the_mark_and_where_there_is_none(case):
    action = decide(case.given).action
    if isinstance(action, Create):
        assert not is_deleted(case)
        assert case.look.endpoint is None
        assert case.look.runtime is not None
        assert case.look.runtime.ready
        assert case.body["status"]["claim"] in TO_CREATE
        assert case.given.desired.finalized


@given(cases())
def test_news_is_acted_on_only_when_agentrun_itself_was_asked(case):
    action = decide(case.given).action
    if isinstance(action, Create) and action.again:
        assert case.look.confirmed
    if isinstance(action, Update) and action.drift:
        assert case.look.confirmed
        assert asks(case, driftPolicy="Correct")


@given(cases())
def test_what_was_confirmed_is_not_confirmed_again(case):
    assert not case.look.confirmed or not isinstance(decide(case.given).action, Confirm)


@given(cases())
def test_an_object_is_let_go_only_when_its_endpoint_is_gone_or_to_stay(case):
    if not isinstance(decide(case.given).action, Release):
        return
    assert is_deleted(case)
    to_stay = not asks(case, deletionPolicy="Delete", managementPolicy="Manage")
    problem = case.look.problem
    runtime_gone = problem is not None and problem.definite and problem.reason is Reason.RUNTIME_NOT_FOUND
    gone = case.look.confirmed and not ours(case)
    assert to_stay or runtime_gone or gone or not case.given.desired.touched


@given(cases())
def test_ready_is_true_only_of_a_good_state_that_was_seen_or_as_it_was(case):
    decision = decide(case.given)
    status = case.status(decision)
    if not conditions(status).startswith("Ready=True") or decision.verdict is None:
        return
    endpoint = case.look.endpoint
    if decision.verdict.ready is None:
        assert case.look.problem is not None
        assert status["conditions"][0] in case.body["status"]["conditions"]
    else:
        assert endpoint is not None
        assert endpoint.state in GOOD
        assert ours(case) or asks(case, managementPolicy="Observe")


@given(cases())
def test_a_generation_counts_as_applied_only_where_the_endpoint_agrees_or_did_before(case):
    decision = decide(case.given)
    if decision.verdict is not None and decision.verdict.applied and not case.given.applied:
        assert ours(case)
        assert case.given.delta == ()


@given(cases())
def test_at_rest_nothing_is_written_by_a_second_look(case):
    """An object that waits for something to change has the same status after every look that shows the same."""
    decision = decide(case.given)
    if decision.action != Rest() or decision.verdict is None:
        return
    first = case.status(decision)
    again = Case(case.body | {"status": first}, case.look, case.attempts)
    second = decide(again.given)
    assert second.action == Rest()
    assert status_patch(first, again.status(second)) == {}


@pytest.mark.parametrize("checks", [live_checks.CHECKS, deletion_checks.CHECKS], ids=["alive", "deleting"])
def test_each_check_is_asked_once(checks):
    assert len(set(checks)) == len(checks)


def test_the_checks_come_in_the_documented_order():
    assert [check.__name__ for check in deletion_checks.CHECKS] == [
        "released",
        "paused",
        "untouched",
        "gone_with_runtime",
        "unreadable",
        "gone",
        "foreign",
        "another",
        "deleting",
        "delete",
    ]
    assert [check.__name__ for check in live_checks.CHECKS] == [
        "paused",
        "blocked_by_problem",
        "unreadable",
        "rivalled",
        "observing",
        "absent",
        "foreign",
        "unclaimed",
        "contested",
        "moving",
        "create_failed",
        "in_sync",
        "update_failed",
        "edited",
        "not_converging",
        "drifted",
        "unknown_state",
    ]


def test_every_reason_is_reached_by_a_row_of_some_table():
    rows = [row for table in TABLES for row in table.ROWS]
    told = [text for row in rows for text in decided(row.case) if text]
    after = [*test_after_write.FAILED, *test_after_write.REFUSED_BY_KUBERNETES]
    after += [*test_told.ROWS, *test_told.KEPT]
    told += [text for parameters in after for text in parameters.values if isinstance(text, str)]
    words = {word.split("@")[0] for text in told for word in text.replace(",", " ").replace("=", " ").split()}
    assert {reason.value for reason in Reason} - words == set()


def test_a_look_that_saw_nothing_and_says_no_reason_is_never_taken_for_an_absence():
    """It is a defect of whoever looked; the worst to make of it would be to create, or to let go."""
    with pytest.raises(LookupError, match="the runtime was not seen"):
        decide(Case(an_object(), Observed()).given)
    assert decide(Case(an_object(deleted_for=60), Observed()).given).action == Confirm()

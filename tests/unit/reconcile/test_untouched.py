"""What the status shows of an endpoint that nothing is written to: while paused, and under Observe."""

import pytest

from agentrun_operator.reconcile.actions import Confirm, Rest, Update
from agentrun_operator.reconcile.decide import decide
from agentrun_operator.reconcile.state.delta import Difference
from agentrun_operator.reconcile.state.observed import Observed
from agentrun_operator.resources.reasons import Reason
from support.objects import (
    Case,
    Object,
    a_look,
    a_new_object,
    a_status,
    an_edited_object,
    an_endpoint,
    an_object,
    no_look,
)

THEIRS = an_endpoint(description="theirs")
DRIFT = [{"path": "description", "desired": "ours", "observed": "theirs"}]
OTHER = [{"path": "targetVersion", "desired": "3", "observed": "2"}]
OBSERVES: Object = {"managementPolicy": "Observe"}
DOWN = no_look(Reason.REMOTE_UNAVAILABLE, blind_for=300)
GONE = no_look(Reason.RUNTIME_NOT_FOUND, definite=True)

ROWS = [
    ("paused, changed outside", an_object(paused=True), a_look(THEIRS), DRIFT),
    ("paused, edited", an_edited_object(paused=True, description="new"), a_look(an_endpoint()),
     [{"path": "description", "desired": "new", "observed": "ours"}]),
    ("paused, in sync again", an_object(paused=True, status=a_status(drift=DRIFT)), a_look(an_endpoint()), None),
    ("paused, another difference", an_object(paused=True, status=a_status(drift=OTHER)), a_look(THEIRS), DRIFT),
    ("paused, not seen", an_object(paused=True, status=a_status(drift=DRIFT)), DOWN, DRIFT),
    ("paused, the runtime gone", an_object(paused=True, status=a_status(drift=DRIFT)), GONE, None),
    ("paused, the endpoint gone", an_object(paused=True, status=a_status(drift=DRIFT)), a_look(), None),
    ("paused, moving", an_object(paused=True), a_look(an_endpoint("UPDATING", description="theirs")), None),
    ("paused, moving, as before", an_object(paused=True, status=a_status(drift=DRIFT)),
     a_look(an_endpoint("UPDATING")), DRIFT),
    ("paused, failed", an_object(paused=True), a_look(an_endpoint("UPDATE_FAILED", description="theirs")), DRIFT),
    ("paused, somebody else's", a_new_object(paused=True), a_look(THEIRS), None),
    ("paused and observing", an_object(paused=True, **OBSERVES), a_look(THEIRS), DRIFT),
    ("observed, differs", a_new_object(**OBSERVES), a_look(THEIRS), DRIFT),
    ("observed, differs by a list", a_new_object(**OBSERVES), a_look(THEIRS, listed=True), DRIFT),
    ("observed, in sync", a_new_object(**OBSERVES), a_look(an_endpoint()), None),
    ("observed, in sync again", an_object(status=a_status(drift=DRIFT), **OBSERVES), a_look(an_endpoint()), None),
    ("observed, moving", a_new_object(**OBSERVES), a_look(an_endpoint("UPDATING", description="theirs")), None),
    ("observed, away", an_object(status=a_status(drift=DRIFT), **OBSERVES), a_look(), None),
]  # fmt: skip


@pytest.mark.parametrize(("body", "look", "drift"), [pytest.param(*row[1:], id=row[0]) for row in ROWS])
def test_the_status_shows_what_an_update_would_change(body: Object, look: Observed, drift: list[Object] | None):
    case = Case(body, look)
    decision = decide(case.given)
    assert isinstance(decision.action, Rest)
    assert case.status(decision).get("drift") == drift


@pytest.mark.parametrize("body", [an_object(paused=True), a_new_object(**OBSERVES)], ids=["paused", "observed"])
def test_the_second_look_at_the_same_differences_tells_nothing_new(body: Object):
    body = {**body, "status": Case(body, a_look(THEIRS)).decided()}
    for look in (a_look(THEIRS), a_look(THEIRS, listed=True)):
        assert Case(body, look).decided() == body["status"]


def test_while_paused_a_difference_in_a_list_is_looked_at_before_it_is_told():
    assert decide(Case(an_object(paused=True), a_look(THEIRS, listed=True)).given).action == Confirm()


def test_no_condition_says_that_a_paused_or_observed_endpoint_drifted():
    for body in (an_object(paused=True), a_new_object(**OBSERVES)):
        kinds = {each["type"] for each in Case(body, a_look(THEIRS)).decided()["conditions"]}
        assert kinds == {"Ready", "Synced"}


def test_what_is_shown_while_paused_is_what_the_update_sends_once_it_is_resumed():
    body = an_edited_object(paused=True, description="new", targetVersion="4", driftPolicy="Report")
    status = Case(body, a_look(an_endpoint())).decided()
    resumed = an_edited_object(description="new", targetVersion="4", driftPolicy="Report", status=status)
    action = decide(Case(resumed, a_look(an_endpoint())).given).action
    assert isinstance(action, Update)
    assert list(action.delta) == [Difference(**each) for each in status["drift"]]

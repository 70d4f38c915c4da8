"""What to do about one object that is to tell apps of an endpoint, or is not to any more."""

from typing import Any

import pytest

from agentrun_operator.reconcile.connection.steps import Found, Step, Unseen, intended, next_step, unseen, wanted_of
from agentrun_operator.reconcile.desired import desired_of
from agentrun_operator.reconcile.state.exports import Export, Kind, exports_of
from support.objects import a_condition, a_status, an_object

DATA = {"A": "b"}
OURS = Found("u1", owned=True, data=DATA)
THEIRS = Found("u2", owned=False, data=DATA)


@pytest.mark.parametrize(
    ("found", "data", "step"),
    [
        pytest.param(Unseen(look_first=False), DATA, Step.CREATE, id="asked for, never there: made without a look"),
        pytest.param(Unseen(look_first=True), DATA, Step.LOOK, id="asked for, and may be there"),
        pytest.param(Unseen(look_first=True), None, Step.LOOK, id="not asked for, and may be there"),
        pytest.param(None, DATA, Step.CREATE, id="asked for, and not there"),
        pytest.param(OURS, DATA, Step.KEEP, id="asked for, and as it is to be"),
        pytest.param(OURS._replace(data={"A": "c"}), DATA, Step.APPLY, id="another value"),
        pytest.param(OURS._replace(data={}), DATA, Step.APPLY, id="a key is missing"),
        pytest.param(OURS._replace(data=DATA | {"B": "c"}), DATA, Step.APPLY, id="a key too many"),
        pytest.param(OURS._replace(labelled=False), DATA, Step.APPLY, id="the label is missing"),
        pytest.param(THEIRS, DATA, Step.LEAVE, id="asked for, and somebody else's, though it holds the same"),
        pytest.param(THEIRS._replace(labelled=True), DATA, Step.LEAVE, id="somebody else's, with our label"),
        pytest.param(OURS, None, Step.DELETE, id="not asked for, and ours"),
        pytest.param(OURS._replace(data=None), None, Step.DELETE, id="not asked for, whatever it holds"),
        pytest.param(THEIRS, None, Step.FORGET, id="not asked for, and somebody else's"),
        pytest.param(None, None, Step.FORGET, id="not asked for, and not there"),
    ],
)
def test_what_is_done_follows_from_what_was_found(found: Any, data: Any, step: Step):
    assert next_step(found, data) is step


MAP, SECRET = Export(Kind.CONFIG_MAP, "chat"), Export(Kind.SECRET, "chat")
CONNECTION = {"configMap": {"name": "chat"}, "secret": {"name": "chat"}}


def desired(exports: list[Any] | None = None, connection: Any = CONNECTION, **told: Any) -> Any:
    status = a_status(exports=exports)
    if told:
        status["conditions"] = [*status["conditions"], a_condition("Exported", told["exported"])]
    return desired_of(an_object(status=status, connection=connection))


@pytest.mark.parametrize(
    ("connection", "wanted"),
    [
        (None, ()),
        (CONNECTION, (MAP, SECRET)),
        ({"secret": {"name": "chat"}}, (SECRET,)),
        ({"configMap": {"name": "chat"}}, (MAP,)),
    ],
)
def test_what_is_asked_for_is_what_the_spec_names(connection: Any, wanted: Any):
    assert wanted_of(desired(connection=connection)) == wanted


def test_what_is_about_to_be_made_gets_an_entry_and_the_others_stay():
    old = {"kind": "ConfigMap", "name": "old", "uid": "u1"}
    known = {"kind": "Secret", "name": "chat", "uid": "u2"}

    assert intended(desired([old, known])) == (
        Export(Kind.CONFIG_MAP, "old", "u1"),
        Export(Kind.SECRET, "chat", "u2"),
        MAP,
    )


@pytest.mark.parametrize(
    ("told", "export", "before"),
    [
        pytest.param({}, MAP, Unseen(look_first=False), id="one that is new"),
        pytest.param({}, MAP._replace(uid="u1"), Unseen(look_first=True), id="one that was there"),
        pytest.param({"exported": "False ExportConflict"}, MAP, Unseen(look_first=True), id="something had the name"),
        pytest.param({"exported": "False ExportForbidden"}, MAP, Unseen(look_first=False), id="it was not allowed"),
        pytest.param({}, MAP._replace(name="old"), Unseen(look_first=True), id="one that is not asked for any more"),
    ],
)
def test_only_what_may_be_there_is_looked_at_first(told: Any, export: Export, before: Unseen):
    assert unseen(desired(**told), export) == before


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param("chat", id="a text"),
        pytest.param({"kind": "Pod", "name": "chat"}, id="another kind"),
        pytest.param({"kind": "Secret"}, id="no name"),
        pytest.param(None, id="nothing"),
    ],
)
def test_an_entry_that_no_version_writes_counts_for_nothing(entry: Any):
    assert exports_of({"exports": [entry, SECRET.document()]}) == (SECRET,)
    assert exports_of({"exports": entry}) == ()


def test_an_entry_says_what_is_there():
    assert SECRET.document() == {"kind": "Secret", "name": "chat"}
    assert SECRET._replace(uid="u1").document() == {"kind": "Secret", "name": "chat", "uid": "u1"}
    assert exports_of({"exports": [SECRET._replace(uid="u1").document()]}) == (SECRET._replace(uid="u1"),)

"""What the status says of `spec.connection`: the condition Exported, the binding, the base URL, the entries."""

from dataclasses import replace
from typing import Any

import pytest

from agentrun_operator.reconcile.connection.content import DEFAULT_KEYS
from agentrun_operator.reconcile.connection.told import exported, refused, taken
from agentrun_operator.reconcile.decide import decide
from agentrun_operator.reconcile.state.exports import Export, Kind
from agentrun_operator.reconcile.status.status import claimed_status, status_of
from agentrun_operator.resources.reasons import Reason
from support.objects import (
    Case,
    Object,
    a_condition,
    a_look,
    a_new_object,
    a_status,
    an_endpoint,
    an_object,
    no_look,
)

MAP, SECRET = Export(Kind.CONFIG_MAP, "chat"), Export(Kind.SECRET, "chat")
CONNECTION = {"configMap": {"name": "chat"}, "secret": {"name": "chat"}}
URL = "https://a.test/x/invocations"
SERVING = a_look(an_endpoint(endpoint_public_url=URL))
FORBIDDEN = refused(SECRET, forbidden=True, said="said no")
REFUSED = refused(MAP, forbidden=False, said="said no")

ROWS = [
    pytest.param([MAP], {}, [], "True Exported", "ConfigMap chat tells how", id="one is there"),
    pytest.param([MAP, SECRET], {}, [], "True Exported", "ConfigMap chat and Secret chat tell how", id="both are"),
    pytest.param(
        [MAP],
        {"publicUrl": ("uri",), "host": ("host",)},
        [],
        "True Exported",
        "; the endpoint has no public URL: without host, uri",
        id="there is no URL to tell",
    ),
    pytest.param(
        [MAP], {"region": ("R",)}, [], "True Exported", "; AgentRun tells no region: without R", id="no region"
    ),
    pytest.param([MAP], {"": ("A", "B")}, [], "True Exported", "; a value is too long: without A, B", id="too long"),
    pytest.param([MAP], {}, [taken(MAP)], "False ExportConflict", "ConfigMap chat exists and was not", id="taken"),
    pytest.param([MAP], {}, [FORBIDDEN], "False ExportForbidden", "rbac.connectionSecrets=true", id="forbidden"),
    pytest.param([MAP], {}, [REFUSED], "False WriteRefused", "ConfigMap chat: said no", id="refused"),
    pytest.param(
        [MAP, SECRET],
        {},
        [REFUSED, FORBIDDEN, taken(MAP)],
        "False ExportConflict",
        "said no",
        id="the worst of three",
    ),
]


@pytest.mark.parametrize(("exports", "left_out", "troubles", "says", "message"), ROWS)
def test_exported_says_how_it_went(exports: Any, left_out: Any, troubles: Any, says: str, message: str):
    found = exported(exports, left_out, troubles)

    assert f"{found.status} {found.reason}" == says
    assert message in found.message


def told(case: Case, said: Any = None) -> Object:
    verdict = decide(case.given).verdict
    assert verdict is not None
    return status_of(case.given, replace(verdict, exported=said), case.body["status"])


def condition(status: Object) -> str:
    found = [each for each in status["conditions"] if each["type"] == "Exported"]
    return " ".join(f"{each['status']} {each['reason']}" for each in found)


EXPORTED = a_condition("Exported", "True Exported")
ENTRIES = [{"kind": "ConfigMap", "name": "chat", "uid": "u1"}, {"kind": "Secret", "name": "chat", "uid": "u2"}]


def known(**fields: Any) -> Object:
    status = a_status(**fields)
    return status | {"conditions": [*status["conditions"], EXPORTED]}


KEPT = [
    pytest.param(Case(an_object(), SERVING), "", id="no connection"),
    pytest.param(Case(an_object(status=known()), SERVING), "", id="no connection any more"),
    pytest.param(Case(a_new_object(connection=CONNECTION), a_look()), "False ExportWaiting", id="nothing seen yet"),
    pytest.param(Case(an_object(connection=CONNECTION, paused=True), SERVING), "False Paused", id="paused"),
    pytest.param(
        Case(an_object(connection=CONNECTION, status=known(), paused=True), SERVING),
        "True Exported",
        id="paused, and exported before",
    ),
    pytest.param(
        Case(an_object(connection=CONNECTION, status=known(), generation=2), no_look(Reason.REMOTE_UNAVAILABLE)),
        "True Exported",
        id="nothing can be seen, and exported before",
    ),
]


@pytest.mark.parametrize(("case", "says"), KEPT)
def test_where_nothing_is_done_exported_stays_as_it_was(case: Case, says: str):
    verdict = decide(case.given).verdict
    status = told(case) if verdict else case.status(decide(case.given))
    assert condition(status) == says


def test_ready_and_the_others_are_as_they_are_without_a_connection():
    plain = told(Case(an_object(), SERVING))
    found = told(Case(an_object(connection=CONNECTION), SERVING), exported([MAP], {}, [taken(MAP)]))

    assert found["conditions"][:-1] == plain["conditions"]
    assert found.keys() - plain.keys() == {"openaiBaseUrl"}


def test_without_a_connection_the_status_says_nothing_of_it():
    status = told(Case(an_object(), SERVING))
    assert {"openaiBaseUrl", "binding", "exports"} & status.keys() == set()


@pytest.mark.parametrize(
    ("entries", "connection", "binding"),
    [
        pytest.param(ENTRIES, CONNECTION, {"name": "chat"}, id="the Secret is there"),
        pytest.param([ENTRIES[0], {"kind": "Secret", "name": "chat"}], CONNECTION, None, id="it is not there yet"),
        pytest.param(ENTRIES, {"configMap": {"name": "chat"}}, None, id="it is not asked for any more"),
        pytest.param(ENTRIES, {"secret": {"name": "other"}}, None, id="another one is asked for"),
        pytest.param(ENTRIES, None, None, id="none is asked for"),
    ],
)
def test_the_binding_is_the_secret_that_is_asked_for_while_it_is_there(entries: Any, connection: Any, binding: Any):
    status = told(Case(an_object(connection=connection, status=a_status(exports=entries)), SERVING))

    assert status.get("binding") == binding
    assert status["exports"] == entries


@pytest.mark.parametrize(
    ("look", "url"),
    [
        pytest.param(SERVING, f"{URL}/openai/v1", id="seen"),
        pytest.param(a_look(an_endpoint()), None, id="without a URL"),
        pytest.param(no_look(Reason.REMOTE_UNAVAILABLE), "before", id="not seen"),
    ],
)
def test_the_base_url_is_told_as_it_was_last_seen(look: Any, url: Any):
    before = a_status(openaiBaseUrl="before")
    status = told(Case(an_object(connection=CONNECTION, status=before, generation=2), look))
    assert status.get("openaiBaseUrl") == url


def test_a_claim_brings_the_entries_along():
    case = Case(a_new_object(connection=CONNECTION), a_look())

    status = claimed_status(case.given, case.given.wanted_claim, decide(case.given).verdict, {})

    assert status["exports"] == [MAP.document(), SECRET.document()]
    assert condition(status) == "False ExportWaiting"


SPECIFIED = {"port", "username", "password", "certificates", "private-key"}


def test_no_default_key_has_a_name_that_the_specification_keeps_for_something_else():
    assert SPECIFIED.isdisjoint(DEFAULT_KEYS)
    assert all(set(key) <= set("abcdefghijklmnopqrstuvwxyz0123456789-.") for key in DEFAULT_KEYS)

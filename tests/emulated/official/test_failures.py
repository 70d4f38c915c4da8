import pytest

NOWHERE = "00000000-0000-4000-8000-000000000000"


def test_what_is_not_there(sample, runtime_id):
    assert sample.get(runtime_id, NOWHERE) == "not there"
    assert sample.get(NOWHERE, NOWHERE) == "not there"


@pytest.mark.parametrize("status", [400, 409, 500])
def test_what_is_there_already(sample, emulator, runtime_id, status):
    emulator.behave(conflictStatus=status)
    assert [sample.create(runtime_id, "chat") for _ in range(2)] == ["fine", "there already"]


def test_a_refusal_has_its_code(sample, runtime_id):
    """The official SDK loses the code."""
    assert sample.get(runtime_id, "no-uuid") == ("client", 400, "ERR_BAD_REQUEST", True)


def test_another_key_is_a_refusal(sample, runtime_id):
    """To the official SDK a 404 "access key is not found" is an endpoint that is not there."""
    kind, status, code, traced = sample.get_as_another(runtime_id, NOWHERE)
    assert (kind, traced) == ("client", True)
    assert status in {400, 401, 403, 404}
    assert code


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ({"status": 500}, ("server", 500)),
        ({"status": 429}, ("client", 429)),
        ({"answer": "html"}, ("server", 502)),
        ({"answer": "empty"}, ("server", 200)),
    ],
    ids=str,
)
def test_trouble_has_its_status(sample, emulator, runtime_id, fault, told):
    """From the official SDK throttling, HTML and empty bodies escape as errors of other libraries."""
    emulator.fault("GetAgentRuntimeEndpoint", **fault)
    kind, status, code, _ = sample.get(runtime_id, NOWHERE)
    assert kind == told[0]
    assert status
    assert code


def test_all_that_is_told_is_read_by_the_names_there(sample, runtime_id):
    code, body, headers, details, message = sample.all_that_is_told(runtime_id)
    assert code == body["code"] == "ERR_BAD_REQUEST"
    assert message == body["message"]
    assert headers["content-type"].startswith("application/json")
    assert details == {"action": "GetAgentRuntimeEndpoint"}


def test_without_ids_nothing_is_asked(sample, emulator):
    assert "agent_runtime_id" in sample.without_ids()
    assert emulator.counts() == {}

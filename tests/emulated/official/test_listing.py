import json

import pytest


@pytest.fixture
def endpoint_id(emulator, runtime_id):
    return emulator.add_endpoint(runtime_id, "chat", description="für alle", scalingConfig={"minInstances": 1})


def test_every_endpoint_is_listed(sample, emulator, runtime_id):
    """The official SDK stops at a short page: of 120 in pages of 20 it finds 20."""
    emulator.behave(pageLimit=20)
    emulator.add_endpoints(runtime_id, [f"e{number}" for number in range(120)])
    assert len(sample.names(runtime_id)) == 120


def test_endpoints_are_written_down_in_the_words_of_the_api(sample, emulator, runtime_id, endpoint_id):
    (written,) = json.loads(sample.as_json(runtime_id))
    assert written.pop("scalingConfig") == {"minInstances": 1, "scheduledPolicies": []}
    assert written == emulator.endpoint("chat")
    assert written["agentRuntimeEndpointId"] == endpoint_id


def test_a_copy_is_another(sample, runtime_id, endpoint_id):
    endpoint, other = sample.copied(runtime_id, endpoint_id)
    assert (endpoint.description, other.description) == ("für alle", "another")


def test_two_reads_are_equal(sample, runtime_id, endpoint_id):
    one, other = sample.read_twice(runtime_id, endpoint_id)
    assert one == other
    one.invoke_openai([{"role": "user", "content": "Hello"}])
    assert one == other
    assert other.refresh() == one


def test_a_schema_has_the_words_of_python(sample):
    create, endpoint = sample.schema()
    assert "agent_runtime_endpoint_name" in create["properties"]
    assert {"agent_runtime_id", "scaling_config", "status"} <= endpoint["properties"].keys()
    assert "config" not in endpoint["properties"]


def test_kinds_are_told_apart_as_there(sample, runtime_id, endpoint_id):
    assert sample.kinds(runtime_id) == {
        "an endpoint is a resource": True,
        "an endpoint can be changed": True,
        "an endpoint has what the service says": True,
        "an input can be changed": True,
        "a page is asked for": {"pageNumber": 1, "pageSize": 50, "endpointName": "chat"},
    }

from agentrun_operator.agentrun import AgentRuntimeEndpoint


def test_an_endpoint_is_made_once_and_taken_again(sample, emulator, runtime_id):
    made, found = (sample.create_or_get(runtime_id, "chat") for _ in range(2))
    assert made.agent_runtime_endpoint_id == found.agent_runtime_endpoint_id
    assert (found.description, found.status) == ("made by the sample", "READY")
    assert [call.action for call in emulator.effects()] == ["CreateAgentRuntimeEndpoint"]


def test_it_is_changed_and_awaited(sample, runtime_id):
    assert sample.change(sample.create_or_get(runtime_id, "chat"), "new") == "new"


def test_it_is_deleted_awaited_and_known_to_be_gone(sample, emulator, runtime_id):
    """Where the answer to a deletion tells no ids, the official SDK forgets them: its `refresh` raises ValueError."""
    endpoint = sample.create_or_get(runtime_id, "chat")
    assert sample.clean_up(endpoint) == "gone"
    assert isinstance(endpoint, AgentRuntimeEndpoint)
    assert emulator.endpoints() == []


def test_to_delete_what_is_gone_is_no_error(sample, runtime_id):
    endpoint = sample.create_or_get(runtime_id, "chat")
    assert [sample.clean_up(endpoint) for _ in range(2)] == ["gone", "gone"]


async def test_all_of_it_can_be_awaited(sample, runtime_id):
    assert await sample.whole_life(runtime_id, "chat") == (("READY", "2"), [])

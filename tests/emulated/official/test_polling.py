import pytest


def test_an_endpoint_is_watched_until_it_is_ready(sample, runtime_id):
    ended, seen = sample.watch(runtime_id, "chat")
    assert ended == "ready"
    assert set(seen[:-1]) <= {"CREATING"}
    assert seen[-1] == "READY"


@pytest.mark.parametrize("state", ["CREATE_FAILED", "FAILED"])
def test_a_failure_ends_the_watch_without_an_error(sample, emulator, runtime_id, state):
    """FAILED is a word that the official SDK does not know: it spins until its time is over."""
    emulator.fault("CreateAgentRuntimeEndpoint", endsIn=state, statusReason="no quota", takes=0.05)
    assert sample.watch(runtime_id, "chat")[0] == f"failed: {state} no quota"


def test_ready_by_another_word_is_ready_too(sample, emulator, runtime_id):
    """The official SDK spins on ACTIVE until its time is over."""
    emulator.fault("CreateAgentRuntimeEndpoint", endsIn="ACTIVE", takes=0.05)
    ended, seen = sample.watch(runtime_id, "chat")
    assert (ended.split(" ")[:2], seen[-1]) == (["failed:", "ACTIVE"], "ACTIVE")


def test_a_state_unknown_ends_with_the_time(sample, emulator, runtime_id):
    emulator.fault("CreateAgentRuntimeEndpoint", endsIn="HIBERNATING", takes=0)
    ended, seen = sample.watch(runtime_id, "chat", timeout_seconds=0.2)
    assert ended == "timed out"
    assert len(seen) > 1


def test_passing_trouble_is_waited_out(sample, emulator, runtime_id):
    emulator.fault("GetAgentRuntimeEndpoint", answer="html", times=2)
    assert sample.watch(runtime_id, "chat")[0] == "ready"


def test_a_deletion_is_watched_until_it_is_done(sample, emulator, runtime_id):
    endpoint_id = emulator.add_endpoint(runtime_id, "chat")
    ended, seen = sample.watch_deletion(runtime_id, endpoint_id)
    assert ended == "gone"
    assert set(seen) <= {"DELETING"}


def test_a_deletion_that_fails_is_an_error(sample, emulator, runtime_id):
    endpoint_id = emulator.add_endpoint(runtime_id, "chat")
    emulator.fault("DeleteAgentRuntimeEndpoint", endsIn="DELETE_FAILED", takes=0)
    ended, _ = sample.watch_deletion(runtime_id, endpoint_id)
    assert ended == "Failed to delete resource. Reason: Resource status is DELETE_FAILED"


def test_a_deletion_that_takes_too_long_is_a_timeout(sample, emulator, runtime_id):
    emulator.behave(transitions={"delete": 60})
    endpoint_id = emulator.add_endpoint(runtime_id, "chat")
    assert sample.watch_deletion(runtime_id, endpoint_id, timeout_seconds=0.1)[0] == "timed out"


def test_final_states_are_told(sample):
    states, without = sample.final()
    assert {name for name, final in states.items() if final} == {
        *("READY", "CREATE_FAILED", "UPDATE_FAILED", "DELETE_FAILED")
    }
    assert without

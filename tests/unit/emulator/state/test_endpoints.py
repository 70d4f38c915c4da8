import json
from collections.abc import Callable
from typing import Any

import pytest

from agentrun_operator.emulator.answers import ApiError
from agentrun_operator.emulator.state.endpoints import Endpoint, Endpoints
from agentrun_operator.emulator.state.lists import Page
from agentrun_operator.emulator.state.runtimes import Runtime, Runtimes
from agentrun_operator.emulator.state.timeline import Transition
from support.emulator_clock import VirtualClock

READY_SOON = Transition(2, "READY")
READY_NOW = Transition(0, "READY")
GONE_SOON = Transition(2, None)
ABSENT_ID = "00000000-0000-4000-8000-999999999999"


def counting_ids() -> Callable[[], str]:
    numbers = iter(range(1, 10_000))
    return lambda: f"00000000-0000-4000-8000-{next(numbers):012}"


@pytest.fixture
def endpoints(clock: VirtualClock) -> Endpoints:
    return Endpoints(clock=clock, new_id=counting_ids())


@pytest.fixture
def runtime(clock: VirtualClock) -> Runtime:
    runtimes = Runtimes(clock=clock, new_id=counting_ids(), region="cn-hangzhou")
    return runtimes.add(name="support-bot", account_id="1000000000000001", versions=4)


def named(name: str = "chat", **fields: Any) -> dict[str, Any]:
    return {"agentRuntimeEndpointName": name, **fields}


def listed(endpoints: Endpoints, runtime: Runtime, *, lag: float = 0) -> dict[str, str]:
    """Names and statuses, as a list shows them."""
    items = json.loads(endpoints.page(runtime.id, Page(1, 100), lag=lag))["items"]
    return {item["agentRuntimeEndpointName"]: item["status"] for item in items}


def status(endpoints: Endpoints, endpoint: Endpoint) -> str | None:
    found = endpoints.peek(endpoint.id)
    return found.status if found else None


def test_an_endpoint_is_creating_until_its_time_has_passed(endpoints: Endpoints, runtime: Runtime, clock: VirtualClock):
    endpoint = endpoints.create(runtime, named(), READY_SOON)
    assert endpoint.status == "CREATING"
    clock.advance(1.9)
    assert status(endpoints, endpoint) == "CREATING"
    clock.advance(0.1)
    assert status(endpoints, endpoint) == "READY"


def test_no_time_at_all_is_over_when_the_answer_is_made(endpoints: Endpoints, runtime: Runtime):
    endpoint = endpoints.create(runtime, named(), READY_NOW)
    assert endpoint.status == "READY"
    assert json.loads(endpoint.snapshot.encoded)["status"] == "READY"


def test_the_document_names_account_region_runtime_and_endpoint(endpoints: Endpoints, runtime: Runtime):
    endpoint = endpoints.create(runtime, named(description="d"), READY_NOW)
    owner = "acs:agentrun:cn-hangzhou:1000000000000001"
    data_plane = "https://1000000000000001.agentrun-data.cn-hangzhou.aliyuncs.com"
    assert endpoint.snapshot.document == {
        "agentRuntimeEndpointArn": f"{owner}:runtime-endpoints/{endpoint.id}",
        "agentRuntimeEndpointId": endpoint.id,
        "agentRuntimeEndpointName": "chat",
        "agentRuntimeId": runtime.id,
        "description": "d",
        "disablePublicNetworkAccess": False,
        "endpointPublicUrl": f"{data_plane}/agent-runtimes/support-bot/endpoints/chat/invocations",
        "status": "READY",
        "targetVersion": "LATEST",
    }


def test_an_update_shows_its_values_at_once_and_is_ready_later(
    endpoints: Endpoints, runtime: Runtime, clock: VirtualClock
):
    endpoint = endpoints.create(runtime, named(), READY_NOW)
    endpoints.update(endpoint, {"targetVersion": "3"}, READY_SOON)
    assert (endpoint.status, endpoint.snapshot.document["targetVersion"]) == ("UPDATING", "3")
    clock.advance(2)
    assert status(endpoints, endpoint) == "READY"


def test_an_update_supersedes_a_change_that_is_under_way(endpoints: Endpoints, runtime: Runtime, clock: VirtualClock):
    endpoint = endpoints.create(runtime, named(), READY_SOON)
    clock.advance(1)
    endpoints.update(endpoint, {}, READY_SOON)
    clock.advance(1)
    assert status(endpoints, endpoint) == "UPDATING"
    clock.advance(1)
    assert status(endpoints, endpoint) == "READY"


@pytest.mark.parametrize("word", ["CREATE_FAILED", "PENDING_REVIEW"])
def test_a_change_may_end_in_any_word_with_a_reason(
    endpoints: Endpoints, runtime: Runtime, clock: VirtualClock, word: str
):
    endpoint = endpoints.create(runtime, named(), Transition(2, word, "no quota"))
    assert "statusReason" not in endpoint.snapshot.document
    clock.advance(2)
    assert status(endpoints, endpoint) == word
    assert endpoint.snapshot.document["statusReason"] == "no quota"


def test_the_next_change_forgets_why_the_last_one_failed(endpoints: Endpoints, runtime: Runtime):
    endpoint = endpoints.create(runtime, named(), Transition(0, "CREATE_FAILED", "no quota"))
    endpoints.update(endpoint, {}, READY_NOW)
    assert endpoint.status == "READY"
    assert "statusReason" not in endpoint.snapshot.document


def test_a_deleted_endpoint_is_deleting_and_then_gone(endpoints: Endpoints, runtime: Runtime, clock: VirtualClock):
    endpoint = endpoints.create(runtime, named(), READY_NOW)
    assert endpoints.delete(endpoint, GONE_SOON)
    assert status(endpoints, endpoint) == "DELETING"
    clock.advance(2)
    assert status(endpoints, endpoint) is None
    with pytest.raises(ApiError, match="does not exist") as refused:
        endpoints.find(runtime.id, endpoint.id)
    assert refused.value.status == 404


def test_deleting_twice_changes_nothing(endpoints: Endpoints, runtime: Runtime, clock: VirtualClock):
    endpoint = endpoints.create(runtime, named(), READY_NOW)
    endpoints.delete(endpoint, GONE_SOON)
    clock.advance(1)
    assert not endpoints.delete(endpoint, GONE_SOON)
    clock.advance(1)
    assert status(endpoints, endpoint) is None


def test_a_deletion_may_fail_and_be_tried_again(endpoints: Endpoints, runtime: Runtime):
    endpoint = endpoints.create(runtime, named(), READY_NOW)
    endpoints.delete(endpoint, Transition(0, "DELETE_FAILED", "in use"))
    assert status(endpoints, endpoint) == "DELETE_FAILED"
    assert endpoints.delete(endpoint, Transition(0, None))
    assert status(endpoints, endpoint) is None


def test_an_endpoint_that_is_being_deleted_cannot_be_updated(endpoints: Endpoints, runtime: Runtime):
    endpoint = endpoints.create(runtime, named(), READY_NOW)
    endpoints.delete(endpoint, GONE_SOON)
    with pytest.raises(ApiError, match="in DELETING status") as refused:
        endpoints.update(endpoint, {}, READY_NOW)
    assert refused.value.status == 400


def test_a_name_is_taken_until_its_endpoint_is_gone(endpoints: Endpoints, runtime: Runtime, clock: VirtualClock):
    first = endpoints.create(runtime, named(), READY_NOW)
    with pytest.raises(ApiError, match="already exists") as refused:
        endpoints.create(runtime, named(), READY_NOW)
    assert refused.value.status == 409
    endpoints.delete(first, GONE_SOON)
    with pytest.raises(ApiError, match="already exists"):
        endpoints.create(runtime, named(), READY_NOW)
    clock.advance(2)
    assert endpoints.create(runtime, named(), READY_NOW).id != first.id


@pytest.mark.parametrize("status_code", [400, 500])
def test_a_taken_name_may_be_told_by_other_statuses(endpoints: Endpoints, runtime: Runtime, status_code: int):
    endpoints.create(runtime, named(), READY_NOW)
    with pytest.raises(ApiError, match="already exists") as refused:
        endpoints.create(runtime, named(), READY_NOW, conflict_status=status_code)
    assert refused.value.status == status_code


def test_a_malformed_id_is_a_bad_request(endpoints: Endpoints, runtime: Runtime):
    with pytest.raises(ApiError, match="malformed") as refused:
        endpoints.find(runtime.id, "not-a-uuid")
    assert refused.value.status == 400


def test_another_runtimes_endpoint_is_not_found(endpoints: Endpoints, runtime: Runtime):
    endpoint = endpoints.create(runtime, named(), READY_NOW)
    with pytest.raises(ApiError, match="does not exist"):
        endpoints.find(ABSENT_ID, endpoint.id)


def test_a_list_without_lag_shows_what_a_get_shows(endpoints: Endpoints, runtime: Runtime, clock: VirtualClock):
    endpoint = endpoints.create(runtime, named(), READY_SOON)
    assert listed(endpoints, runtime) == {"chat": "CREATING"}
    clock.advance(2)
    assert listed(endpoints, runtime) == {"chat": "READY"}
    endpoints.delete(endpoint, Transition(0, None))
    assert listed(endpoints, runtime) == {}


def test_a_list_with_lag_shows_the_past(endpoints: Endpoints, runtime: Runtime, clock: VirtualClock):
    endpoint = endpoints.create(runtime, named(), READY_SOON)
    clock.advance(2)
    assert status(endpoints, endpoint) == "READY"
    assert listed(endpoints, runtime, lag=3) == {}
    clock.advance(1)
    assert listed(endpoints, runtime, lag=3) == {"chat": "CREATING"}
    endpoints.delete(endpoint, Transition(0, None))
    clock.advance(2)
    assert listed(endpoints, runtime, lag=3) == {"chat": "READY"}
    clock.advance(1)
    assert listed(endpoints, runtime, lag=3) == {}


def test_what_ended_unseen_is_listed_at_the_time_it_ended(endpoints: Endpoints, runtime: Runtime, clock: VirtualClock):
    endpoints.create(runtime, named(), READY_SOON)
    clock.advance(60)
    assert listed(endpoints, runtime, lag=59) == {"chat": "CREATING"}
    assert listed(endpoints, runtime, lag=58) == {"chat": "READY"}


def test_a_change_by_hand_happens_at_once_and_leaves_the_rest(endpoints: Endpoints, runtime: Runtime):
    endpoint = endpoints.create(runtime, named(description="d"), READY_NOW)
    endpoints.change_by_hand(endpoint.id, {"targetVersion": "2", "description": None})
    document = endpoint.snapshot.document
    assert (document["targetVersion"], document["status"], document.get("description")) == ("2", "READY", None)
    assert json.loads(endpoint.snapshot.encoded) == document


def test_a_status_set_by_hand_calls_off_what_was_under_way(endpoints: Endpoints, runtime: Runtime, clock: VirtualClock):
    endpoint = endpoints.create(runtime, named(), READY_SOON)
    endpoints.change_by_hand(endpoint.id, {"status": "WEDGED"})
    clock.advance(60)
    assert status(endpoints, endpoint) == "WEDGED"


def test_another_field_set_by_hand_does_not(endpoints: Endpoints, runtime: Runtime, clock: VirtualClock):
    endpoint = endpoints.create(runtime, named(), READY_SOON)
    endpoints.change_by_hand(endpoint.id, {"description": "by hand"})
    clock.advance(2)
    assert status(endpoints, endpoint) == "READY"
    assert endpoint.snapshot.document["description"] == "by hand"


def test_what_is_removed_by_hand_is_gone_and_its_name_free(endpoints: Endpoints, runtime: Runtime, clock: VirtualClock):
    endpoint = endpoints.create(runtime, named(), READY_SOON)
    endpoints.remove_by_hand(endpoint.id)
    assert listed(endpoints, runtime) == {}
    endpoints.create(runtime, named(), READY_NOW)
    clock.advance(60)
    assert listed(endpoints, runtime) == {"chat": "READY"}


def test_the_service_may_alter_what_it_stores(endpoints: Endpoints, runtime: Runtime):
    endpoint = endpoints.create(
        runtime, named(description=" d "), READY_NOW, adjust=lambda document: {**document, "description": "d"}
    )
    assert endpoint.snapshot.document["description"] == "d"

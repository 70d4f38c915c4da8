import pytest

from agentrun_operator.emulator.answers import ApiError
from agentrun_operator.emulator.state.runtimes import Runtimes
from support.emulator_clock import VirtualClock

ABSENT_ID = "00000000-0000-4000-8000-999999999999"


@pytest.fixture
def runtimes() -> Runtimes:
    numbers = iter(range(1, 1000))
    return Runtimes(
        clock=VirtualClock(), new_id=lambda: f"00000000-0000-4000-8000-{next(numbers):012}", region="cn-hangzhou"
    )


def test_a_runtime_is_shown_at_its_newest_version(runtimes: Runtimes):
    runtime = runtimes.add(name="support-bot", account_id="1", versions=4)
    assert runtime.document() == {
        "agentRuntimeArn": f"acs:agentrun:cn-hangzhou:1:runtimes/{runtime.id}",
        "agentRuntimeId": runtime.id,
        "agentRuntimeName": "support-bot",
        "agentRuntimeVersion": "4",
        "createdAt": "2026-11-22T09:18:55Z",
        "lastUpdatedAt": "2026-11-22T09:18:55Z",
        "status": "READY",
        "workspaceId": "default",
    }
    assert runtime.document("2")["agentRuntimeVersion"] == "2"
    with pytest.raises(ApiError, match=r"version 5 of agent runtime .* does not exist"):
        runtime.document("5")


def test_versions_are_numbered_from_one(runtimes: Runtimes):
    runtime = runtimes.add(name="support-bot", account_id="1", versions=0)
    assert [runtime.newest, *(runtimes.publish(runtime)["agentRuntimeVersion"] for _ in range(2))] == ["0", "1", "2"]
    assert list(runtime.versions) == ["1", "2"]


def test_a_name_is_taken_in_its_workspace_only(runtimes: Runtimes):
    runtimes.add(name="support-bot", account_id="1")
    with pytest.raises(ApiError, match="already exists"):
        runtimes.add(name="support-bot", account_id="1")
    runtimes.add(name="support-bot", account_id="1", workspace_id="other")
    runtimes.add(name="support-bot", account_id="2")
    assert len(runtimes.owned("1")) == 2


def test_another_accounts_runtime_does_not_exist(runtimes: Runtimes):
    runtime = runtimes.add(name="support-bot", account_id="1")
    assert runtimes.of("1", runtime.id) is runtime
    with pytest.raises(ApiError, match="does not exist") as refused:
        runtimes.of("2", runtime.id)
    assert refused.value.status == 404
    assert runtimes.named("2", "support-bot") is None


@pytest.mark.parametrize(
    ("runtime_id", "status", "message"),
    [
        pytest.param(ABSENT_ID, 404, "does not exist", id="unknown"),
        pytest.param("support-bot", 400, "malformed", id="malformed"),
        pytest.param("", 400, "malformed", id="empty"),
    ],
)
def test_an_id_that_leads_nowhere_is_refused(runtimes: Runtimes, runtime_id: str, status: int, message: str):
    with pytest.raises(ApiError, match=message) as refused:
        runtimes.find(runtime_id)
    assert refused.value.status == status


def test_a_removed_runtime_is_gone_and_its_name_free(runtimes: Runtimes):
    runtime = runtimes.add(name="support-bot", account_id="1")
    runtimes.remove(runtime.id)
    with pytest.raises(ApiError, match="does not exist"):
        runtimes.find(runtime.id)
    assert runtimes.add(name="support-bot", account_id="1").id != runtime.id


def test_only_a_ready_runtime_takes_changes(runtimes: Runtimes):
    runtime = runtimes.add(name="support-bot", account_id="1", status="CREATING")
    with pytest.raises(ApiError, match="the runtime must be in READY status") as refused:
        runtime.check_ready()
    assert refused.value.status == 400
    runtime.status = "READY"
    runtime.check_ready()

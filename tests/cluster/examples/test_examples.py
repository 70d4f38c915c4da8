"""Each example, as it is in the folder, becomes Ready where its head says so, and does at AgentRun what it tells."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support.cluster import Kubectl, eventually
from support.emulator import Emulator
from support.endpoints import Endpoints
from support.operator import Operator
from support.rollouts import rollout_of, split_of

EXAMPLES = Path(__file__).parents[3] / "deploy" / "examples"

Object = dict[str, Any]
BecomeReady = Callable[[str, str], Object]

pytestmark = pytest.mark.usefixtures("operator")


@pytest.fixture
def operator(stopped_operator: Operator, emulator: Emulator) -> Operator:
    """One whose probes find the emulated agents."""
    stopped_operator.environment["AGENTRUN_DATA_ENDPOINT"] = emulator.url
    return stopped_operator.start()


@pytest.fixture
def become_ready(endpoints: Endpoints, kubectl: Kubectl) -> BecomeReady:
    def apply(example: str, name: str) -> Object:
        kubectl("apply", f"--filename={EXAMPLES / example}")
        status: Object = endpoints.wait_ready(name)["status"]
        return status

    return apply


def remote(emulator: Emulator, name: str) -> Object:
    found = emulator.endpoint(name)
    assert found is not None
    return found


def test_the_simple_one_follows_the_newest_version(become_ready: BecomeReady, emulator: Emulator):
    emulator.add_runtime("sales-bot", versions=2)

    status = become_ready("simple.yaml", "sales")

    assert status["resolvedVersion"] == "2"
    assert remote(emulator, "sales")["targetVersion"] == "LATEST"


def test_the_canary_gets_its_share(become_ready: BecomeReady, emulator: Emulator):
    become_ready("canary.yaml", "chat")

    assert remote(emulator, "chat")["targetVersion"] == "3"
    assert remote(emulator, "chat")["routingConfiguration"] == {"versionWeights": [{"version": "4", "weight": 0.1}]}


def test_the_schedule_reaches_agentrun(become_ready: BecomeReady, emulator: Emulator):
    become_ready("scheduled-scaling.yaml", "office-hours")

    scaling = remote(emulator, "office-hours")["scalingStatus"]
    assert scaling["minInstances"] == 1
    assert [(each["name"], each["target"]) for each in scaling["scheduledPolicies"]] == [("day", 3), ("night", 1)]


def test_the_observed_one_is_shown_and_never_written_to(become_ready: BecomeReady, emulator: Emulator, runtime_id: str):
    emulator.add_endpoint(runtime_id, "legacy", targetVersion="2", description="theirs")

    status = become_ready("observe.yaml", "legacy")

    assert status["targetVersion"] == "2"
    assert emulator.effects() == []


def test_the_app_gets_the_address_in_its_own_variables(become_ready: BecomeReady, kubectl: Kubectl):
    status = become_ready("connection.yaml", "chat")

    told = (kubectl.get("configmap", "chat-endpoint") or {})["data"]
    assert told == {"OPENAI_BASE_URL": status["openaiBaseUrl"], "OPENAI_MODEL": "support-bot"}
    container = (kubectl.get("deployment", "shop") or {})["spec"]["template"]["spec"]["containers"][0]
    assert container["envFrom"] == [{"configMapRef": {"name": "chat-endpoint"}}]


def test_the_adopted_one_keeps_its_id_and_outlives_its_object(
    become_ready: BecomeReady, endpoints: Endpoints, emulator: Emulator, runtime_id: str
):
    existing = emulator.add_endpoint(runtime_id, "handmade", targetVersion="2", description="theirs")

    status = become_ready("adopt.yaml", "handmade")

    assert status["endpointId"] == existing
    assert remote(emulator, "handmade")["targetVersion"] == "3"
    endpoints.delete("handmade")
    endpoints.wait_gone("handmade")
    assert remote(emulator, "handmade")["agentRuntimeEndpointId"] == existing


def test_the_namespaces_own_credentials_are_used(become_ready: BecomeReady, emulator: Emulator):
    emulator.add_account("REPLACE-WITH-AN-ACCESS-KEY-ID", "REPLACE-WITH-ITS-SECRET", "2000000000000002")
    emulator.add_runtime("tenant-bot", account_id="2000000000000002")

    become_ready("credentials.yaml", "tenant-chat")

    assert {call.access_key_id for call in emulator.calls()} == {"REPLACE-WITH-AN-ACCESS-KEY-ID"}


def test_the_one_that_rolls_out_by_time_begins_with_a_tenth(
    become_ready: BecomeReady, endpoints: Endpoints, emulator: Emulator
):
    become_ready("rollout-by-time.yaml", "checkout")
    assert split_of(remote(emulator, "checkout")) == ("3", ())

    endpoints.change("checkout", targetVersion="4")

    eventually(lambda: split_of(remote(emulator, "checkout")) == ("3", (("4", 0.1),)))
    assert rollout_of(endpoints.wait_ready("checkout"))["summary"] == "3→4 10% (1/2)"


def test_the_one_that_rolls_out_by_proof_asks_before_anybody_meets_the_version_and_takes_a_bad_one_back(
    become_ready: BecomeReady, endpoints: Endpoints, emulator: Emulator, runtime_id: str
):
    order = {"heard": "order 42", "toolCalls": ["lookup_order"]}
    for version in ("3", "4"):
        emulator.set_manners(runtime_id, version, order, {"text": "You can return it for 30 days."})
    become_ready("rollout-by-proof.yaml", "helpdesk")

    endpoints.change("helpdesk", targetVersion="4")
    verdicts = eventually(
        lambda: {each["name"]: each["verdict"] for each in rollout_of(endpoints.get("helpdesk")).get("checks") or ()},
        30,
    )
    assert verdicts == dict.fromkeys(
        ("refund", "order-lookup", "minPassRate", "maxTokenRatio", "maxPassRateDrop"), "Pass"
    )
    assert split_of(remote(emulator, "helpdesk")) == ("3", ())

    emulator.set_manners(runtime_id, "2", {"text": "I cannot help with that."})
    endpoints.change("helpdesk", targetVersion="2")
    found = endpoints.wait_reason("helpdesk", "RolledBack", kind="RolledOut", within=30)
    assert rollout_of(found)["cause"] == "AnalysisFailed"
    assert split_of(remote(emulator, "helpdesk")) == ("3", ())


def test_one_with_a_shards_label_is_any_operators_that_has_no_selector(become_ready: BecomeReady, emulator: Emulator):
    become_ready("sharded.yaml", "sharded")

    assert remote(emulator, "sharded")["status"] == "READY"


def test_every_example_is_told_about_here():
    told = Path(__file__).read_text()

    assert [example.name for example in EXAMPLES.glob("*") if f'"{example.name}"' not in told] == []

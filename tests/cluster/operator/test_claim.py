"""Who owns an endpoint is written where the users of a namespace cannot write; nothing that they write decides it."""

from collections.abc import Callable
from typing import Any

import pytest

from support.cluster import Kubectl, condition, eventually
from support.emulator import ACCOUNT_ID, REGION, Emulator
from support.endpoints import KIND, Endpoints
from support.operator import Operator
from support.patience import stretched
from support.secrets import secret

FINALIZER = "agentrun.alibabacloud.com/endpoint"
CREATE, UPDATE, DELETE = (f"{word}AgentRuntimeEndpoint" for word in ("Create", "Update", "Delete"))

FORMER = "agentrun.alibabacloud.com/claim"
"""The annotation that was once believed."""

TENANT = ("tenant-ak", "tenant-sk", "2000000000000002")


def done(emulator: Emulator, action: str) -> int:
    """How many calls of an action had an effect."""
    return sum(call.action == action for call in emulator.effects())


@pytest.mark.usefixtures("operator")
def test_an_endpoint_is_made_under_a_claim_that_says_whose_it_is(
    endpoints: Endpoints, emulator: Emulator, runtime_id: str
):
    emulator.fault(CREATE, status=503, body="later", times=1)
    endpoints.apply("chat")
    found = endpoints.kubectl.wait_for(KIND, "chat", lambda found: found["status"]["claim"])
    assert FINALIZER in found["metadata"]["finalizers"]
    claim = endpoints.wait_ready("chat")["status"]["claim"]
    expected = {"uid": found["metadata"]["uid"], "account": ACCOUNT_ID, "region": REGION, "runtimeId": runtime_id}
    assert {name: claim[name] for name in expected} == expected
    assert (claim["endpointName"], claim["adopted"]) == ("chat", False)


@pytest.mark.usefixtures("operator")
def test_a_finalizer_or_claim_that_somebody_removed_is_put_back(endpoints: Endpoints, kubectl: Kubectl):
    endpoints.apply("chat")
    claim = endpoints.wait_ready("chat")["status"]["claim"]

    kubectl.patch(KIND, "chat", {"metadata": {"finalizers": None}})
    kubectl.patch(KIND, "chat", {"status": {"claim": None}}, subresource="status")

    kubectl.wait_for(
        KIND,
        "chat",
        lambda found: FINALIZER in found["metadata"]["finalizers"] and found["status"]["claim"] == claim,
    )


@pytest.mark.usefixtures("operator")
@pytest.mark.parametrize("form", ["{uid}/{runtime}/chat", "{uid}/{runtime}/chat/adopted"])
def test_a_forged_claim_takes_nothing(endpoints: Endpoints, emulator: Emulator, runtime_id: str, form: str):
    """Somebody waits with an annotation until the holder is deleted, as a Helm reinstall does."""
    endpoints.apply("holder", endpointName="chat")
    first = endpoints.wait_ready("holder")["status"]["endpointId"]
    endpoints.apply("thief", endpointName="chat", deletionPolicy="Orphan")
    uid = endpoints.wait_reason("thief", "Conflict")["metadata"]["uid"]
    forged = form.format(uid=uid, runtime=runtime_id)
    endpoints.kubectl("annotate", KIND, "thief", f"{FORMER}={forged}")

    endpoints.delete("holder")
    endpoints.wait_gone("holder")

    eventually(lambda: done(emulator, DELETE) == 1)
    assert endpoints.wait_ready("thief", within=60)["status"]["endpointId"] != first


@pytest.mark.usefixtures("operator")
def test_a_forged_claim_leads_to_no_other_runtime(endpoints: Endpoints, emulator: Emulator, runtime_id: str):
    other = emulator.add_runtime("theirs")
    theirs = emulator.add_endpoint(other, "chat", description="by hand")
    endpoints.apply("chat", annotations={"agentrun.alibabacloud.com/paused": "true"})
    uid = endpoints.wait_reason("chat", "Paused")["metadata"]["uid"]
    endpoints.kubectl("annotate", KIND, "chat", f"{FORMER}={uid}/{other}/chat/adopted")
    endpoints.annotate("chat", paused=None)

    assert endpoints.wait_ready("chat")["status"]["agentRuntimeId"] == runtime_id
    endpoints.delete("chat")
    endpoints.wait_gone("chat")
    left = emulator.endpoint("chat", other)
    assert left is not None
    assert (left["agentRuntimeEndpointId"], left["description"]) == (theirs, "by hand")


def restored(endpoints: Endpoints, status: Callable[[str], dict[str, Any]]) -> None:
    """An object whose status somebody wrote before the operator saw it for the first time, as a restore does."""
    endpoints.apply("chat", description="restored", annotations={"agentrun.alibabacloud.com/paused": "true"})
    uid = endpoints.get("chat")["metadata"]["uid"]
    endpoints.kubectl.patch(KIND, "chat", {"status": status(uid)}, subresource="status")
    endpoints.annotate("chat", paused=None)


@pytest.mark.usefixtures("emulator")
@pytest.mark.parametrize("copied", ["the claim too", "no claim"])
def test_a_status_that_was_copied_gives_no_right_to_the_endpoint(
    endpoints: Endpoints, emulator: Emulator, runtime_id: str, stopped_operator: Operator, copied: str
):
    existing = emulator.add_endpoint(runtime_id, "chat", description="theirs")
    claim = {"uid": "of-another", "runtimeId": runtime_id, "endpointName": "chat", "since": "2026-11-22T10:00:00Z"}
    held = {"claim": claim} if copied == "the claim too" else {}
    told = {"agentRuntimeId": runtime_id, "endpointId": existing, "observedGeneration": 1, "conditions": []}
    restored(endpoints, lambda _: told | held)

    stopped_operator.start()

    assert "claim" not in endpoints.wait_reason("chat", "AlreadyExists")["status"]
    endpoints.delete("chat")
    endpoints.wait_gone("chat")
    assert (emulator.endpoint("chat") or {})["description"] == "theirs"


@pytest.mark.usefixtures("operator")
def test_an_object_whose_create_is_refused_holds_no_claim(endpoints: Endpoints, emulator: Emulator):
    emulator.fault(CREATE, status=403, code="Forbidden.RAM")
    endpoints.apply("chat")
    endpoints.wait_reason("chat", "CredentialsRejected")
    endpoints.kubectl.wait_for(KIND, "chat", lambda found: "claim" not in found["status"])  # there in each try
    emulator.heal()
    assert endpoints.wait_ready("chat", within=60)["status"]["claim"]


@pytest.mark.usefixtures("emulator")
def test_a_create_that_was_throttled_claims_nothing_that_somebody_makes_meanwhile(
    endpoints: Endpoints, emulator: Emulator, runtime_id: str, stopped_operator: Operator
):
    stopped_operator.start()
    emulator.fault(CREATE, status=429, code="Throttling.User")
    endpoints.apply("chat", description="ours")
    endpoints.wait_reason("chat", "Throttled")
    endpoints.annotate("chat", paused="true")  # between two tries, so that none is under way
    assert "claim" not in endpoints.wait_reason("chat", "Paused")["status"]

    stopped_operator.kill()
    emulator.heal()
    emulator.add_endpoint(runtime_id, "chat", description="by hand")
    stopped_operator.start()
    endpoints.annotate("chat", paused=None)

    endpoints.wait_reason("chat", "AlreadyExists", within=30)
    endpoints.delete("chat")
    endpoints.wait_gone("chat")
    assert (emulator.endpoint("chat") or {})["description"] == "by hand"


@pytest.mark.usefixtures("operator")
def test_a_runtime_that_moved_gets_the_endpoint_under_a_claim_of_its_own(
    endpoints: Endpoints, emulator: Emulator, runtime_id: str
):
    endpoints.apply("chat")
    first = endpoints.wait_ready("chat")["status"]["claim"]
    emulator.remove_runtime(runtime_id)
    other = emulator.add_runtime("support-bot")

    endpoints.kubectl.wait_for(KIND, "chat", lambda found: found["status"]["claim"]["runtimeId"] == other, 60)

    found = endpoints.wait_ready("chat", within=30)["status"]["claim"]
    assert (found["uid"], found["runtimeId"]) == (first["uid"], other)


@pytest.mark.usefixtures("operator")
def test_an_adopted_endpoint_that_goes_is_made_again_under_a_claim_of_our_own(
    endpoints: Endpoints, emulator: Emulator, runtime_id: str
):
    existing = emulator.add_endpoint(runtime_id, "chat")
    endpoints.apply("chat", adoptionPolicy="Adopt")
    assert endpoints.wait_ready("chat")["status"]["claim"]["adopted"]

    emulator.remove_endpoint(existing)

    eventually(lambda: done(emulator, CREATE) == 1, within=30)
    endpoints.kubectl.wait_for(KIND, "chat", lambda found: not found["status"]["claim"]["adopted"])
    assert endpoints.wait_ready("chat")["status"]["endpointId"] != existing


@pytest.mark.usefixtures("operator")
def test_who_observes_an_endpoint_that_it_has_keeps_it(endpoints: Endpoints, emulator: Emulator):
    endpoints.apply("holder", endpointName="chat", description="ours")
    endpoints.wait_ready("holder")
    endpoints.apply("other", endpointName="chat", description="theirs", adoptionPolicy="Adopt")
    endpoints.wait_reason("other", "Conflict")

    endpoints.change("holder", managementPolicy="Observe")
    endpoints.wait_ready("holder")
    endpoints.annotate("other", reconcile_requested_at="now")
    endpoints.wait_status("other", lastHandledReconcileAt="now")

    endpoints.wait_reason("other", "Conflict")
    assert (emulator.endpoint("chat") or {})["description"] == "ours"


@pytest.mark.usefixtures("operator")
def test_what_was_only_observed_is_not_taken_for_an_endpoint_of_our_own(
    endpoints: Endpoints, emulator: Emulator, runtime_id: str
):
    existing = emulator.add_endpoint(runtime_id, "chat")
    endpoints.apply("chat", managementPolicy="Observe", driftPolicy="Report")
    endpoints.wait_status("chat", endpointId=existing)
    emulator.remove_endpoint(existing)
    endpoints.wait_reason("chat", "NotFound")

    endpoints.change("chat", managementPolicy="Manage")

    assert endpoints.wait_ready("chat")["status"]["endpointId"] != existing
    eventually(lambda: "Created" in endpoints.events("chat"))
    assert "DeletedOutside" not in endpoints.events("chat")


@pytest.fixture
def tenants(emulator: Emulator, kubectl: Kubectl) -> str:
    """A runtime of a tenant's account, whose key is in a Secret."""
    emulator.add_account(*TENANT)
    kubectl.apply(secret(*TENANT[:2]))
    return emulator.add_runtime("tenant-bot", account_id=TENANT[2])


def test_that_nothing_is_seen_in_another_account_is_no_absence(
    endpoints: Endpoints, emulator: Emulator, kubectl: Kubectl, operator: Operator, tenants: str
):
    emulator.add_account("other-ak", "other-sk", "3000000000000003")
    emulator.add_runtime("tenant-bot", account_id="3000000000000003")
    endpoints.apply("chat", runtime="tenant-bot", credentialsSecretRef={"name": "agentrun"})
    endpoints.wait_ready("chat")

    kubectl.apply(secret("other-ak", "other-sk"))
    operator.terminate()
    operator.start()
    found = endpoints.wait_reason("chat", "CredentialsNotAllowed", within=60)
    assert TENANT[2] in (condition(found, "Ready") or {})["message"]
    assert done(emulator, CREATE) == 1

    endpoints.delete("chat")
    endpoints.wait_reason("chat", "CredentialsNotAllowed", within=60)
    assert emulator.endpoint("chat", tenants)
    kubectl.apply(secret(*TENANT[:2]))
    endpoints.wait_gone("chat", within=60)
    assert emulator.endpoint("chat", tenants) is None


@pytest.mark.usefixtures("operator")
def test_a_key_that_is_replaced_by_another_accounts_creates_and_releases_nothing(
    endpoints: Endpoints, emulator: Emulator, kubectl: Kubectl, tenants: str
):
    """The account that the new key leads to has no runtime at all."""
    emulator.add_account("empty-ak", "empty-sk", "4000000000000004")
    endpoints.apply("chat", runtime="tenant-bot", credentialsSecretRef={"name": "agentrun"})
    endpoints.wait_ready("chat")

    kubectl.apply(secret("empty-ak", "empty-sk"))
    endpoints.wait_reason("chat", "CredentialsNotAllowed", kind="Synced", within=60)
    endpoints.delete("chat")
    endpoints.wait_reason("chat", "CredentialsNotAllowed", within=60)
    assert emulator.endpoint("chat", tenants)
    endpoints.change("chat", deletionPolicy="Orphan")
    endpoints.wait_gone("chat")


@pytest.mark.usefixtures("operator")
def test_a_runtime_that_was_deleted_in_the_endpoints_own_account_lets_its_object_go(
    endpoints: Endpoints, emulator: Emulator, tenants: str
):
    endpoints.apply("chat", runtime="tenant-bot", credentialsSecretRef={"name": "agentrun"})
    endpoints.wait_ready("chat")
    emulator.remove_runtime(tenants)
    endpoints.delete("chat")
    endpoints.wait_gone("chat", within=30)


@pytest.mark.usefixtures("operator")
def test_an_endpoint_that_was_being_made_when_its_object_was_torn_away_is_deleted_again(
    endpoints: Endpoints, emulator: Emulator, kubectl: Kubectl
):
    emulator.fault(CREATE, delay=stretched(2), times=1)
    endpoints.apply("chat")
    eventually(lambda: emulator.counts().get(CREATE, 0) == 1)

    endpoints.delete("chat")
    kubectl.patch(KIND, "chat", {"metadata": {"finalizers": None}})
    endpoints.wait_gone("chat")

    eventually(lambda: done(emulator, CREATE) == 1)
    eventually(lambda: done(emulator, DELETE) == 1, within=30)
    eventually(lambda: emulator.endpoint("chat") is None)
    endpoints.apply("chat")
    endpoints.wait_ready("chat", within=40)


@pytest.mark.usefixtures("emulator")
def test_a_create_that_waits_for_its_turn_is_not_sent_for_an_object_that_was_paused_meanwhile(
    endpoints: Endpoints, emulator: Emulator, stopped_operator: Operator
):
    stopped_operator.start(api_qps="0.3", api_burst="1")
    endpoints.apply("chat", targetVersion="3")
    endpoints.kubectl.wait_for(KIND, "chat", lambda found: found["status"]["claim"], 30)

    endpoints.annotate("chat", paused="true")

    endpoints.wait_reason("chat", "Paused", within=30)
    assert done(emulator, CREATE) == 0


@pytest.mark.usefixtures("operator")
def test_an_id_of_anothers_endpoint_in_a_status_leads_to_nothing(
    endpoints: Endpoints, emulator: Emulator, runtime_id: str
):
    theirs = emulator.add_endpoint(runtime_id, "theirs", description="by hand")
    endpoints.apply("chat")
    ours = endpoints.wait_ready("chat")["status"]["endpointId"]

    endpoints.kubectl.patch(KIND, "chat", {"status": {"endpointId": theirs}}, subresource="status")
    endpoints.change("chat", description="ours")
    endpoints.wait_status("chat", endpointId=ours)
    eventually(lambda: (emulator.endpoint("chat") or {})["description"] == "ours")
    endpoints.kubectl.patch(KIND, "chat", {"status": {"endpointId": theirs}}, subresource="status")
    endpoints.delete("chat")
    endpoints.wait_gone("chat")

    assert emulator.endpoint("chat") is None
    assert (emulator.endpoint("theirs") or {})["description"] == "by hand"


@pytest.mark.usefixtures("operator")
@pytest.mark.parametrize(
    "overwritten",
    [
        pytest.param(None, id="with nothing"),
        pytest.param({"state": "GONE", "conditions": [], "claim": None, "endpointId": None}, id="field by field"),
    ],
)
def test_a_status_that_somebody_overwrote_is_put_right_at_rest(
    endpoints: Endpoints, emulator: Emulator, overwritten: dict[str, Any] | None
):
    endpoints.apply("chat", description="ours")
    before = endpoints.wait_ready("chat")["status"]
    emulator.forget_requests()

    endpoints.kubectl.patch(KIND, "chat", {"status": overwritten}, subresource="status")

    endpoints.kubectl.wait_for(KIND, "chat", lambda found: found["status"] == before)
    eventually(lambda: endpoints.events("chat").count("StatusOverwritten") == 1)
    assert emulator.effects() == []


def test_a_status_that_somebody_overwrites_for_ever_is_put_right_with_growing_pauses_and_told_once(
    endpoints: Endpoints, emulator: Emulator, operator: Operator
):
    def written() -> int:
        found = operator.writes()
        return found["status"] + found["claim"]

    endpoints.apply("chat")
    endpoints.wait_ready("chat")
    eventually(lambda: written() == 2)  # the claim, and Ready

    for number in range(1, 5):  # as soon as it is right again and the operator knows; the pauses are 0, 1, 2 and 4 s
        endpoints.kubectl.patch(KIND, "chat", {"status": None}, subresource="status")
        endpoints.wait_status("chat", state="READY")
        eventually(lambda number=number: written() >= 2 + number)  # type: ignore[misc]
    eventually(lambda: any("Somebody wrote this status" in each["message"] for each in operator.records()))
    emulator.forget_requests()
    eventually(lambda: emulator.counts().get("ListAgentRuntimeEndpoints", 0) >= 2, within=20)

    assert written() == 2 + 4
    assert sum("Somebody wrote this status" in each["message"] for each in operator.records()) == 1

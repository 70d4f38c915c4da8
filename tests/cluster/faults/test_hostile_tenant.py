"""Nobody with rights in one namespace alone changes, takes over, deletes or stalls an endpoint of another namespace, or
the operator, whatever objects and Secrets they write.

The tenant is a user with the cluster's role `edit` in a namespace of their own, as the chart widens it; both namespaces
may use the operator's own credentials, so that AgentRun itself keeps nobody from anything. `TENANT_EXAMPLES` says how
many attacks are drawn; the suite draws a few, the same in every run, and with the variable they are others each time.
"""

import json
from collections.abc import Iterator

import pytest
from hypothesis import example, given

from agentrun_operator.controlplane import ControlPlane
from support.affordable import affordable
from support.cluster import eventually
from support.endpoints import manifest, says
from support.fault_stage import CREATE, DELETE, UPDATE
from support.tenant_attacks import attacks
from support.tenant_model import (
    COLLEAGUE,
    FINALIZER,
    Attack,
    Change,
    Delete,
    Forge,
    Hold,
    Put,
    PutSecret,
    Victim,
    Wait,
)
from support.tenant_scene import LASTING, Scene
from support.tenant_stage import TenantStage, new_tenant_stage
from support.tenant_user import CREATED, FORBIDDEN, OK, SECRETS_API

EDITS, MAKES, DELETES = Victim


@pytest.fixture(scope="module")
def tenant_stage(control_plane: ControlPlane, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TenantStage]:
    with new_tenant_stage(control_plane, tmp_path_factory.mktemp("stage")) as stage:
        yield stage


def check_objects(scene: Scene) -> None:
    """The victim's objects are as the victim wrote them, Ready, and speak of nobody else."""
    for endpoint in LASTING:
        found, written = scene.found(endpoint), scene.written[endpoint]
        assert found["spec"] == written["spec"]
        assert found["metadata"]["uid"] == written["metadata"]["uid"]
        assert found["status"]["observedGeneration"] == found["metadata"]["generation"]
        assert found["status"]["endpointId"] == scene.ids[endpoint]
        told = json.dumps(found["status"])
        assert (says(found, "Ready"), says(found, "Synced"), says(found, "Stalled")) == ("True", "True", ""), told
        assert scene.stage.user.namespace not in told
        assert "intruder" not in told


def check_endpoints(scene: Scene) -> None:
    """The victim's endpoints are what the victim's objects ask for, each still the very same one."""
    for endpoint in LASTING:
        (remote,) = scene.remotes(endpoint)
        spec = scene.written[endpoint]["spec"]
        seen = (remote["agentRuntimeEndpointId"], remote["status"], remote["description"], remote["targetVersion"])
        assert seen == (scene.ids[endpoint], "READY", spec["description"], spec["targetVersion"]), endpoint
        assert not remote.get("routingConfiguration", {}).get("versionWeights")
    assert scene.ids["deleted"] not in [each["agentRuntimeEndpointId"] for each in scene.remotes("deleted")]
    assert scene.vault_now() == scene.vault


def check_calls(scene: Scene) -> None:
    """Nothing was changed and changed back: AgentRun did what the victim wanted, once, and no more."""
    by_id = {endpoint_id: endpoint for endpoint, endpoint_id in scene.ids.items()}
    made = {scene.named(endpoint): endpoint for endpoint in LASTING}
    effects = [call for call in scene.stage.emulator.effects() if scene.runtime_id == (call.runtime_id or "").lower()]
    created = [
        (made[call.endpoint_name], CREATE) for call in effects if call.action == CREATE and call.endpoint_name in made
    ]
    others = [(by_id[call.endpoint_id], call.action) for call in effects if call.endpoint_id in by_id]
    assert sorted(created + others) == [("deleted", DELETE), ("edited", UPDATE), ("made", CREATE)]


def check_pace(scene: Scene) -> None:
    """What rests has never wavered, and the operator works on."""
    for endpoint in ("steady", "made"):
        said = [each.status for each in scene.stage.victims.ready(scene.named(endpoint))]
        assert said[said.index("True") :] == ["True"], endpoint
    assert scene.stage.operator.running
    assert scene.stage.operator.defects() == []


EARLY = Put(endpoint="made", management="Observe")
BY_NAME = Put(endpoint="another", runtime="name", management="Observe", adoption="Refuse")
FORGED, MARKED = Forge(adopted=True), Hold(0, (FINALIZER,))
LATE = Change(0, "managementPolicy", "Manage")
CAPITALS, REGION, NAME = Put(0, runtime="capitals"), Put(1, region="cn-beijing"), Put(2, runtime="name")
SHARED, WRONG = PutSecret("key-0", COLLEAGUE), PutSecret("key-0", "wrong")


@example(attack=(CAPITALS, REGION, NAME, Wait(), Delete(0), Delete(1), Delete(2))).via("another spelling")
@example(attack=(EARLY, Wait(), MAKES, Wait(), LATE)).via("an early observer that switches")
@example(attack=(EARLY, Forge(), Wait(), MAKES, Wait(), LATE)).via("a forged claim, older than the true one")
@example(attack=(EARLY, FORGED, MARKED, MAKES, Wait(), LATE)).via("a forged claim with the finalizer")
@example(attack=(Put(runtime="name"), FORGED, Wait(), LATE)).via("a forged claim of the same second")
@example(attack=(Put(), FORGED, MARKED, Wait(), Delete())).via("a forged claim whose object is deleted")
@example(attack=(Put(endpoint="deleted", adoption="Refuse"), Forge(), Wait(), DELETES)).via(
    "a forged claim to inherit by"
)
@example(attack=(BY_NAME, Forge(runtime="vault", adopted=True), Wait(), LATE, Wait())).via("a claim on another runtime")
@example(attack=(Put(endpoint="made", secret="key-0"), Wait(), MAKES, SHARED, Wait())).via("a key that comes late")
@example(attack=(SHARED, Put(secret="key-0"), Wait(), WRONG, Wait(), Delete())).via("a key that goes")
@affordable(20, "TENANT_EXAMPLES")
@given(attack=attacks())
def test_whatever_a_tenant_does_another_namespaces_endpoints_are_as_it_asked_for(
    tenant_stage: TenantStage, attack: Attack
):
    scene = Scene(tenant_stage)
    scene.begin()

    scene.play(attack)

    scene.wait_for_victim()
    check_objects(scene)
    scene.tenant_leaves()
    check_objects(scene)
    check_endpoints(scene)
    check_calls(scene)
    check_pace(scene)
    assert {code for _, code in scene.trespasses} <= {FORBIDDEN}
    scene.victim_leaves()
    scene.close()


def test_who_may_edit_objects_may_not_write_their_status(tenant_stage: TenantStage):
    user, forged = tenant_stage.user, {"status": {"state": "READY", "endpointId": "any"}}
    assert user.apply(manifest("forger", managementPolicy="Observe")) == CREATED

    assert user.patch("forger", forged, below="/status") == FORBIDDEN
    assert user.patch("forger", forged | {"spec": {"description": "mine"}}) == OK

    status = eventually(lambda: user.objects()["forger"].get("status"))
    assert {"state", "endpointId"}.isdisjoint(status or {})
    user.delete("forger")


def test_who_may_edit_in_one_namespace_may_nothing_in_another(tenant_stage: TenantStage):
    user, victims = tenant_stage.user, tenant_stage.endpoints.kubectl.namespace

    answers = {
        "edit": user.patch("any", {"spec": {"description": "mine"}}, namespace=victims),
        "delete": user.delete("any", namespace=victims),
        "read": user.read("any", namespace=victims),
        "read a Secret": user.read("any", SECRETS_API, namespace=victims),
    }

    assert set(answers.values()) == {FORBIDDEN}, answers

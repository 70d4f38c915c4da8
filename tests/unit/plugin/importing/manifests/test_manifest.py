import json
from typing import Any

import pytest
import yaml
from hypothesis import given, settings

from agentrun_operator.plugin.commands.importing.manifests.drafts import Draft, Wanted, drafts
from agentrun_operator.plugin.commands.importing.manifests.manifest import PAUSING
from agentrun_operator.plugin.commands.importing.mode import Mode
from agentrun_operator.plugin.remote.unowned import Remote
from agentrun_operator.reconcile.actions import AddClaim, Rest
from agentrun_operator.reconcile.decide import decide
from agentrun_operator.reconcile.desired import desired_of
from agentrun_operator.reconcile.state.comparable import comparable_of_endpoint
from agentrun_operator.reconcile.state.delta import delta
from agentrun_operator.reconcile.state.observed import EndpointSeen
from agentrun_operator.resources.names import FINALIZER, PAUSED
from agentrun_operator.resources.refusals import refusals
from support.objects import RUNTIME as RUNTIME_SEEN
from support.objects import Case, a_look
from support.remote_endpoints import ODD, RUNTIME, SENSIBLE, a_remote

ADOPT = Wanted(Mode.ADOPT, "", by_id=False, region="cn-hangzhou")
OBSERVE = ADOPT._replace(mode=Mode.OBSERVE)

Json = dict[str, Any]


def drafted(remote: Remote, wanted: Wanted = ADOPT) -> Draft:
    (found,) = drafts([remote], [RUNTIME], (), wanted)
    return found


def of(**document: Any) -> Draft:
    """The draft of an endpoint that is called `chat`, serves version 3 and is otherwise like this."""
    usual = {"agentRuntimeEndpointName": "chat", "targetVersion": "3", "status": "READY"}
    return drafted(a_remote(usual | document))


def spec_of(draft: Draft) -> Json:
    return dict(draft.imported.manifest["spec"])


def applied(manifest: Json) -> Json:
    """The manifest as an object of the API server, before the operator saw it."""
    metadata = {"namespace": "team-a", "uid": "uid-1", "generation": 1} | manifest["metadata"]
    return {**manifest, "metadata": metadata, "status": {}}


def actions(draft: Draft) -> list[object]:
    """What the operator does once the manifest is applied, until it rests."""
    body, look = applied(draft.imported.manifest), a_look(EndpointSeen.of(draft.remote.endpoint), runtime=RUNTIME_SEEN)
    action = decide(Case(body, look).given).action
    if not isinstance(action, AddClaim):
        return [action]
    body["metadata"]["finalizers"] = [FINALIZER]
    body["status"] = {"claim": action.claim.document()}
    return [action, decide(Case(body, look).given).action]


@settings(max_examples=60)
@given(SENSIBLE)
def test_what_a_manifest_can_say_is_kept_and_taken_over_without_a_write(document):
    draft = drafted(a_remote(document))
    assert (draft.imported.refused, draft.imported.lost) == ((), ())
    taken_over, then = actions(draft)
    assert isinstance(taken_over, AddClaim)
    assert taken_over.claim.adopted
    assert then == Rest()


@settings(max_examples=60)
@given(ODD)
def test_whatever_agentrun_says_an_import_leads_to_no_write(document):
    draft = drafted(a_remote(document))
    assert draft.imported.refused == ()
    assert all(isinstance(action, AddClaim | Rest) for action in actions(draft))


@settings(max_examples=60)
@given(ODD)
def test_what_is_not_kept_is_told(document):
    draft = drafted(a_remote(document), OBSERVE)
    body = applied(draft.imported.manifest)
    differing = delta(desired_of(body).literal, comparable_of_endpoint(draft.remote.endpoint), None)
    for each in differing:
        assert any(lost.startswith(f"{each.path} ") for lost in draft.imported.lost), (each, draft.imported.lost)


@settings(max_examples=60)
@given(SENSIBLE | ODD)
def test_a_manifest_is_read_as_it_was_meant_and_would_be_taken(document):
    draft = drafted(a_remote(document))
    (read,) = yaml.safe_load_all(draft.text)
    assert read == draft.imported.manifest
    assert refusals(json.loads(json.dumps(read))) == []


NO_INTEGER = "Input should be a valid integer, unable to parse string as an integer"

LOST = {
    "a share between percents": (
        {"routingConfiguration": {"versionWeights": [{"version": "4", "weight": 0.125}]}},
        {"routing": {"versionWeights": [{"version": "4", "weight": 12}]}},
        ["routing.versionWeights has 12.5% for '4' in AgentRun, 12% was written"],
    ),
    "a share that rounds to nothing": (
        {"routingConfiguration": {"versionWeights": [{"version": "4", "weight": 0.004}]}},
        {},
        ["routing.versionWeights has 0.4% for '4' in AgentRun, no share was written"],
    ),
    "all traffic to a canary": (
        {"routingConfiguration": {"versionWeights": [{"version": "4", "weight": 1.0}]}},
        {"routing": {"versionWeights": [{"version": "4", "weight": 99}]}},
        ["routing.versionWeights is '4: 100%' in AgentRun, '4: 99%' was written", PAUSING],
    ),
    "canaries with all traffic between them": (
        {"routingConfiguration": {"versionWeights": [{"version": v, "weight": 0.5} for v in "45"]}},
        {"routing": {"versionWeights": [{"version": "4", "weight": 50}, {"version": "5", "weight": 49}]}},
        ["routing.versionWeights is '4: 50%, 5: 50%' in AgentRun, '4: 50%, 5: 49%' was written", PAUSING],
    ),
    "a canary twice": (
        {"routingConfiguration": {"versionWeights": [{"version": "4", "weight": w} for w in (0.1, 0.2)]}},
        {"routing": {"versionWeights": [{"version": "4", "weight": 10}]}},
        ["routing.versionWeights is '4: 10%, 4: 20%' in AgentRun, '4: 10%' was written", PAUSING],
    ),
    "a version of another kind": (
        {"targetVersion": "v3"},
        {"targetVersion": None},
        ["targetVersion is 'v3' in AgentRun, 'LATEST' was written", PAUSING],
    ),
    "a long description": (
        {"description": "x" * 300},
        {"description": "x" * 256},
        ["description has 300 characters in AgentRun, the first 256 were written", PAUSING],
    ),
    "a number of instances below none": (
        {"scalingStatus": {"minInstances": -1}},
        {},
        ["scaling.minInstances is '-1' in AgentRun, '0' was written", PAUSING],
    ),
    "a policy without a schedule": (
        {"scalingStatus": {"scheduledPolicies": [{"name": "day", "target": 3}]}},
        {},
        ["scaling.scheduledPolicies is 'day 3' in AgentRun, 'none' was written", PAUSING],
    ),
    "an odd field": (
        {"scalingStatus": {"minInstances": "ten"}},
        {},
        [
            f"AgentRun's answer is odd: scalingStatus.minInstances: {NO_INTEGER}",
            "scaling.minInstances is 'unreadable' in AgentRun, '0' was written",
            PAUSING,
        ],
    ),
    "a failed update, which the operator would send again": (
        {"status": "UPDATE_FAILED"},
        {},
        ["status is 'UPDATE_FAILED' in AgentRun: what was last asked for may not be what is served", PAUSING],
    ),
    "a change that is under way": (
        {"status": "UPDATING"},
        {},
        ["status is 'UPDATING' in AgentRun: what was read, and written, may yet change"],
    ),
}


@pytest.mark.parametrize(("document", "changed", "lost"), LOST.values(), ids=LOST.keys())
def test_what_no_manifest_can_say_is_written_as_near_as_it_gets(document, changed, lost):
    draft, usual = of(**document), spec_of(of())
    assert list(draft.imported.lost) == lost
    assert spec_of(draft) == {name: value for name, value in (usual | changed).items() if value is not None}
    assert (PAUSED in draft.imported.manifest["metadata"].get("annotations", {})) == (PAUSING in lost)


def test_defaults_are_left_out():
    draft = of(
        targetVersion="LATEST", description="", disablePublicNetworkAccess=False, scalingStatus={"minInstances": 0}
    )
    assert spec_of(draft) == {
        "agentRuntimeRef": {"name": "support-bot"},
        "region": "cn-hangzhou",
        "adoptionPolicy": "Adopt",
        "deletionPolicy": "Orphan",
    }


def test_one_that_only_looks_is_never_paused():
    draft = drafted(a_remote({"agentRuntimeEndpointName": "chat", "targetVersion": "v3"}), OBSERVE)
    assert draft.imported.manifest["metadata"] == {"name": "chat"}
    assert spec_of(draft)["managementPolicy"] == "Observe"
    assert not {"adoptionPolicy", "deletionPolicy"} & spec_of(draft).keys()


REFERENCES = {
    "by its name": (RUNTIME, [RUNTIME], ADOPT, {"name": "support-bot"}),
    "by its id, if that is asked for": (RUNTIME, [RUNTIME], ADOPT._replace(by_id=True), {"id": "rt-1"}),
    "by its id, if another has its name": (
        RUNTIME,
        [RUNTIME, RUNTIME.model_copy(update={"agent_runtime_id": "rt-2"})],
        ADOPT,
        {"id": "rt-1"},
    ),
    "by its id, if it has no name": (
        RUNTIME.model_copy(update={"agent_runtime_name": None}),
        [RUNTIME],
        ADOPT,
        {"id": "rt-1"},
    ),
    "by its id, if its name is too long": (
        RUNTIME.model_copy(update={"agent_runtime_name": "x" * 129}),
        [RUNTIME.model_copy(update={"agent_runtime_name": "x" * 129})],
        ADOPT,
        {"id": "rt-1"},
    ),
}


@pytest.mark.parametrize(("runtime", "runtimes", "wanted", "reference"), REFERENCES.values(), ids=REFERENCES.keys())
def test_a_runtime_is_named(runtime, runtimes, wanted, reference):
    (draft,) = drafts([a_remote({"agentRuntimeEndpointName": "chat"}, runtime)], runtimes, (), wanted)
    assert spec_of(draft)["agentRuntimeRef"] == reference


REGIONS = {
    "the runtime's own, whatever was asked": ("acs:agentrun:cn-beijing:12:runtimes/rt-1", "cn-hangzhou", "cn-beijing"),
    "the one that was asked, where AgentRun tells none": (None, "cn-hangzhou", "cn-hangzhou"),
    "the one that was asked, where AgentRun tells nonsense": ("acs:agentrun:--:12:x", "cn-hangzhou", "cn-hangzhou"),
    "none, where nobody knows": (None, "Nowhere", None),
}


@pytest.mark.parametrize(("arn", "asked", "region"), REGIONS.values(), ids=REGIONS.keys())
def test_the_region_is_always_written(arn, asked, region):
    runtime = RUNTIME.model_copy(update={"agent_runtime_arn": arn})
    remote = a_remote({"agentRuntimeEndpointName": "chat"}, runtime)
    (draft,) = drafts([remote], [runtime], (), ADOPT._replace(region=asked))
    assert spec_of(draft).get("region") == region


def test_a_runtime_that_no_object_can_name_is_refused():
    runtime = RUNTIME.model_copy(update={"agent_runtime_id": "x/y", "agent_runtime_name": ""})
    (draft,) = drafts([a_remote({"agentRuntimeEndpointName": "chat"}, runtime)], [runtime], (), ADOPT)
    (refused,) = draft.imported.refused
    assert "agentRuntimeRef.id" in refused


def test_secrets_and_states_are_in_no_manifest():
    draft = of(endpointPublicUrl="https://x.test", statusReason="because", agentRuntimeEndpointArn="acs:x")
    assert not [word for word in ("x.test", "because", "acs:x", "READY", "status:") if word in draft.text]

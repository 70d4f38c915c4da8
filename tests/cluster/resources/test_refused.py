"""What the API server refuses, without a webhook and before any operator sees it; and what the object's author reads.

A row is a change to a good object, and what the refusal must say: the field, and the rule.
"""

from typing import Any

import pytest

from agentrun_operator.controlplane import KubectlError
from support.cluster import Kubectl
from support.endpoints import KIND, manifest

POLICY = {"name": "day", "scheduleExpression": "cron(0 0 8 * * *)", "target": 2}
LONG = "x" * 129


def weights(*canaries: tuple[str, int]) -> dict[str, Any]:
    return {"versionWeights": [{"version": version, "weight": weight} for version, weight in canaries]}


def policy(**changed: Any) -> dict[str, Any]:
    """A scaling with one policy; None takes a field away."""
    return {"scheduledPolicies": [{name: value for name, value in (POLICY | changed).items() if value is not None}]}


def refused(id: str, *said: str, name: str = "chat", **spec: Any) -> Any:  # noqa: A002 - pytest's own word
    return pytest.param(name, spec, said, id=id)


CREATED = [
    refused("no runtime", "spec.agentRuntimeRef", "exactly one of id and name", agentRuntimeRef={}),
    refused(
        "a runtime by id and by name",
        "spec.agentRuntimeRef",
        "exactly one of id and name",
        agentRuntimeRef={"id": "rt-1", "name": "support-bot"},
    ),
    refused("a runtime's id with a slash", "spec.agentRuntimeRef.id", "should match", agentRuntimeRef={"id": "rt/1"}),
    refused("a runtime's id of 65", "spec.agentRuntimeRef.id", "64", agentRuntimeRef={"id": "x" * 65}),
    refused("a runtime's empty id", "spec.agentRuntimeRef.id", "should match", agentRuntimeRef={"id": ""}),
    refused("a runtime's empty name", "spec.agentRuntimeRef.name", "at least 1", agentRuntimeRef={"name": ""}),
    refused("a runtime's name of 129", "spec.agentRuntimeRef.name", "128", agentRuntimeRef={"name": LONG}),
    refused("an endpoint name that starts with a digit", "spec.endpointName", "should match", endpointName="1chat"),
    refused("an endpoint name with a dot", "spec.endpointName", "should match", endpointName="a.b"),
    refused("an endpoint name of 65", "spec.endpointName", "64", endpointName="x" * 65),
    refused("an empty endpoint name", "spec.endpointName", "should match", endpointName=""),
    refused("a description of 257", "spec.description", "256", description="x" * 257),
    refused("a lower-case latest", "spec.targetVersion", "should match", targetVersion="latest"),
    refused("version 0", "spec.targetVersion", "should match", targetVersion="0"),
    refused("a version with a leading zero", "spec.targetVersion", "should match", targetVersion="03"),
    refused("a version with a v", "spec.targetVersion", "should match", targetVersion="v3"),
    refused("a version with a line break", "spec.targetVersion", "should match", targetVersion="3\n"),
    refused("a version of 21 digits", "spec.targetVersion", "20", targetVersion="1" * 21),
    refused("an empty version", "spec.targetVersion", "should match", targetVersion=""),
    refused("a version without quotes", "spec.targetVersion", "must be of type string", targetVersion=3),
    refused("weight 0", "spec.routing.versionWeights[0].weight", "1", routing=weights(("4", 0))),
    refused("weight 100", "spec.routing.versionWeights[0].weight", "99", routing=weights(("4", 100))),
    refused("a negative weight", "spec.routing.versionWeights[0].weight", "1", routing=weights(("4", -1))),
    refused(
        "half a percent",
        "spec.routing.versionWeights[0].weight",
        "must be of type integer",
        routing={"versionWeights": [{"version": "4", "weight": 0.5}]},
    ),
    refused(
        "weights of 100",
        "spec.routing.versionWeights",
        "add up to 99 or less",
        routing=weights(("4", 50), ("5", 50)),
    ),
    refused("a canary twice", "spec.routing.versionWeights[1]", "Duplicate value", routing=weights(("4", 1), ("4", 2))),
    refused(
        "a canary that is the target",
        "spec.routing",
        "must differ from targetVersion",
        targetVersion="4",
        routing=weights(("5", 1), ("4", 10)),
    ),
    refused(
        "a canary of LATEST beside LATEST, the default",
        "spec.routing",
        "must differ from targetVersion",
        routing=weights(("LATEST", 10)),
    ),
    refused("a canary of 21 digits", "versionWeights[0].version", "20", routing=weights(("1" * 21, 10))),
    refused("a canary without a number", "versionWeights[0].version", "should match", routing=weights(("beta", 10))),
    refused(
        "a canary without a weight",
        "versionWeights[0].weight",
        "Required",
        routing={"versionWeights": [{"version": "4"}]},
    ),
    refused(
        "a canary without a version",
        "versionWeights[0].version",
        "Required",
        routing={"versionWeights": [{"weight": 4}]},
    ),
    refused("a policy without a name", "scheduledPolicies[0].name", "Required", scaling=policy(name=None)),
    refused("a policy with an empty name", "scheduledPolicies[0].name", "at least 1", scaling=policy(name="")),
    refused(
        "a policy without an expression",
        "scheduledPolicies[0].scheduleExpression",
        "Required",
        scaling=policy(scheduleExpression=None),
    ),
    refused(
        "a policy with an empty expression", "scheduleExpression", "at least 1", scaling=policy(scheduleExpression="")
    ),
    refused(
        "a policy with a long expression", "scheduleExpression", "256", scaling=policy(scheduleExpression="x" * 257)
    ),
    refused("a policy with a long name", "scheduledPolicies[0].name", "128", scaling=policy(name=LONG)),
    refused("a policy with a long start", "scheduledPolicies[0].startTime", "64", scaling=policy(startTime="x" * 65)),
    refused("a policy with a long end", "scheduledPolicies[0].endTime", "64", scaling=policy(endTime="x" * 65)),
    refused("a policy with a long time zone", "scheduledPolicies[0].timeZone", "64", scaling=policy(timeZone="x" * 65)),
    refused(
        "a policy with a target beyond int32", "scheduledPolicies[0].target", "2147483647", scaling=policy(target=2**31)
    ),
    refused(
        "more than a hundred policies",
        "spec.scaling.scheduledPolicies",
        "100",
        scaling={"scheduledPolicies": [POLICY | {"name": f"policy-{number}"} for number in range(101)]},
    ),
    refused("a policy without a target", "scheduledPolicies[0].target", "Required", scaling=policy(target=None)),
    refused("a policy with a negative target", "scheduledPolicies[0].target", "0", scaling=policy(target=-1)),
    refused("a policy's time that is no text", "startTime", "must be of type string", scaling=policy(startTime=2026)),
    refused(
        "two policies of one name",
        "spec.scaling.scheduledPolicies[1]",
        "Duplicate value",
        scaling={"scheduledPolicies": [POLICY, POLICY | {"target": 5}]},
    ),
    refused("fewer than no instances", "spec.scaling.minInstances", "0", scaling={"minInstances": -1}),
    refused("more instances than an int32", "spec.scaling.minInstances", "2147483647", scaling={"minInstances": 2**31}),
    refused("a yes that is no bool", "disablePublicNetworkAccess", "boolean", disablePublicNetworkAccess="yes"),
    refused("a region in capitals", "spec.region", "should match", region="CN-Hangzhou"),
    refused("a region of 33", "spec.region", "32", region="x" * 33),
    refused("a region that would lead to another service", "spec.region", "should match", region="oss-cn-hangzhou"),
    refused("an empty region", "spec.region", "should match", region=""),
    refused("a Secret without a name", "spec.credentialsSecretRef.name", "Required", credentialsSecretRef={}),
    refused("a Secret's name in capitals", "credentialsSecretRef.name", "match", credentialsSecretRef={"name": "Key"}),
    refused("a Secret's empty name", "credentialsSecretRef.name", "at least 1", credentialsSecretRef={"name": ""}),
    refused("a Secret's name of 254", "credentialsSecretRef.name", "253", credentialsSecretRef={"name": "x" * 254}),
    refused("an unknown managementPolicy", "spec.managementPolicy", '"Manage", "Observe"', managementPolicy="Watch"),
    refused("an unknown adoptionPolicy", "spec.adoptionPolicy", '"Refuse", "Adopt"', adoptionPolicy="adopt"),
    refused("an unknown deletionPolicy", "spec.deletionPolicy", '"Delete", "Orphan"', deletionPolicy="Keep"),
    refused("an unknown driftPolicy", "spec.driftPolicy", '"Correct", "Report"', driftPolicy="Ignore"),
    refused("a misspelt field", "spec.targetVersoin", "unknown field", targetVersoin="3"),
    refused("a misspelt field below", "spec.scaling.min", "unknown field", scaling={"min": 3}),
    refused("a dotted name alone", "spec.endpointName", "metadata.name is no endpoint name", name="team.chat"),
    refused("a name that starts with a digit", "spec.endpointName", "metadata.name is no endpoint name", name="3rd"),
    refused("a name of 65", "spec.endpointName", "metadata.name is no endpoint name", name="x" * 65),
]


@pytest.mark.parametrize(("name", "spec", "said"), CREATED)
def test_a_bad_object_is_refused_with_its_field_and_the_rule(
    shared: Kubectl, name: str, spec: Any, said: tuple[str, ...]
):
    with pytest.raises(KubectlError) as refusal:
        shared.apply(manifest(name, **spec))
    assert [text for text in said if text not in refusal.value.stderr] == [], refusal.value.stderr


def test_an_object_without_a_spec_is_refused(shared: Kubectl):
    with pytest.raises(KubectlError, match="spec: Required value"):
        shared.apply({name: value for name, value in manifest("chat").items() if name != "spec"})


def test_an_object_that_names_no_runtime_at_all_is_refused(shared: Kubectl):
    with pytest.raises(KubectlError, match=r"spec\.agentRuntimeRef: Required value"):
        shared.apply(manifest("chat") | {"spec": {}})


@pytest.fixture(scope="module")
def existing(shared: Kubectl) -> Kubectl:
    """Good objects: `plain` has the least, `set` what is optional and immutable."""
    shared.create(manifest("plain"))
    shared.create(manifest("set", endpointName="remote", region="cn-hangzhou", targetVersion="3"))
    return shared


def changed(id: str, *said: str, name: str = "plain", **spec: Any) -> Any:  # noqa: A002 - pytest's own word
    return pytest.param(name, spec, said, id=id)


CHANGED = [
    changed("another runtime", "spec.agentRuntimeRef", "is immutable", agentRuntimeRef={"name": "sales-bot"}),
    changed(
        "the runtime by its id",
        "spec.agentRuntimeRef",
        "is immutable",
        agentRuntimeRef={"name": None, "id": "rt-1"},
    ),
    changed("an endpoint name set", "spec.endpointName", "is immutable", endpointName="other"),
    changed("an endpoint name changed", "spec.endpointName", "is immutable", name="set", endpointName="other"),
    changed("an endpoint name removed", "spec.endpointName", "is immutable", name="set", endpointName=None),
    changed("a region set", "spec.region", "is immutable", region="cn-hangzhou"),
    changed("a region changed", "spec.region", "is immutable", name="set", region="cn-beijing"),
    changed("a region removed", "spec.region", "is immutable", name="set", region=None),
    changed(
        "a canary that becomes the target",
        "spec.routing",
        "must differ from targetVersion",
        name="set",
        routing=weights(("3", 10)),
    ),
]


@pytest.mark.parametrize(("name", "spec", "said"), CHANGED)
def test_a_bad_change_is_refused_with_its_field_and_the_rule(
    existing: Kubectl, name: str, spec: Any, said: tuple[str, ...]
):
    with pytest.raises(KubectlError) as refusal:
        existing.patch(KIND, name, {"spec": spec})
    assert [text for text in said if text not in refusal.value.stderr] == [], refusal.value.stderr


def test_a_refused_object_left_nothing_behind(existing: Kubectl):
    assert {found["metadata"]["name"] for found in existing.list(KIND)} == {"plain", "set"}

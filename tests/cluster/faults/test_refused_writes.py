"""Admission policies between the operator and its objects: what it may not write, it remembers, tells once, and tries
with growing pauses. AgentRun sees none of it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from agentrun_operator.controlplane import KubectlError
from support.cluster import Kubectl, condition, eventually
from support.endpoints import KIND, Endpoints, manifest, says
from support.rollouts import rollout_of, split_of, steps

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.emulator import Emulator
    from support.operator import Operator
    from support.rollouts import Split

import pytest

AWHILE = 15.0
"""Seconds for which the operator is looked at while a policy holds."""

UNKNOWN_YET = "There can be a delay between when CustomResourceDefinitions are created and when they are available"
"""What the API server says while it does not know yet how the objects look that a policy is to change."""

API = "admissionregistration.k8s.io/v1"
GROUP = "agentrun.alibabacloud.com"


def rules(*resources: str) -> dict[str, Any]:
    rule = {"apiGroups": [GROUP], "apiVersions": ["*"], "operations": ["UPDATE"], "resources": list(resources)}
    return {"resourceRules": [rule]}


class Policies:
    """Policies for one namespace, and for nothing else of the cluster."""

    def __init__(self, kubectl: Kubectl) -> None:
        self.kubectl = kubectl
        self.name = f"test-{kubectl.namespace}"
        self.made: list[tuple[str, str]] = []

    def refuse_statuses(self) -> None:
        here = {"matchConstraints": rules("agentruntimeendpoints/status")} | self._only_here()
        refused = {"expression": "false", "message": "no status today"}
        self._put("Validating", here | {"validations": [refused]}, {"validationActions": ["Deny"]})

    def refuse_finalizers(self) -> None:
        """Whatever changes the metadata is refused, as by somebody's webhook."""
        here = {"matchConstraints": rules("agentruntimeendpoints")} | self._only_here()
        same = "object.metadata.?finalizers.orValue([]) == oldObject.metadata.?finalizers.orValue([])"
        refused = {"expression": same, "message": "no finalizers today"}
        self._put("Validating", here | {"validations": [refused]}, {"validationActions": ["Deny"]})

    def strip(self, resource: str, patch: str) -> None:
        """Take something off whatever is written."""
        here = {"matchConstraints": rules(resource)} | self._only_here()
        mutation = {"patchType": "JSONPatch", "jsonPatch": {"expression": patch}}
        self._put("Mutating", here | {"reinvocationPolicy": "Never", "mutations": [mutation]}, {})

    def end(self) -> None:
        while self.made:
            kind, name = self.made.pop()
            self.kubectl("delete", kind, name, "--ignore-not-found")

    def _only_here(self) -> dict[str, Any]:
        expression = f"request.namespace == '{self.kubectl.namespace}'"
        return {"matchConditions": [{"name": "here", "expression": expression}], "failurePolicy": "Fail"}

    def _put(self, kind: str, spec: dict[str, Any], binding: dict[str, Any]) -> None:
        policy, bound = f"{kind}AdmissionPolicy", f"{kind}AdmissionPolicyBinding"
        for what, contents in ((policy, spec), (bound, {"policyName": self.name} | binding)):
            self.made.append((what.lower(), self.name))
            self.kubectl.apply({"apiVersion": API, "kind": what, "metadata": {"name": self.name}, "spec": contents})


@pytest.fixture
def policies(kubectl: Kubectl) -> Iterator[Policies]:
    policies = Policies(kubectl)
    yield policies
    policies.end()


def in_force(kubectl: Kubectl, name: str) -> None:
    """Wait until a status cannot be written any more; the API server takes seconds to heed a policy."""

    def refused() -> bool:
        said = kubectl("patch", KIND, name, "--subresource=status", "--type=merge", "--patch={}", "--dry-run=server")
        return not said

    def look() -> bool:
        try:
            return refused()
        except Exception as error:  # noqa: BLE001 - kubectl says why
            return "no status today" in str(error)

    eventually(look, 20, "the policy in force")


def test_a_status_that_is_refused_makes_no_write_to_agentrun_come_again(
    operator: Operator, endpoints: Endpoints, emulator: Emulator, policies: Policies, kubectl: Kubectl
):
    emulator.behave(normalise=["strip-description"])
    endpoints.apply("chat")
    endpoints.wait_ready("chat")
    policies.refuse_statuses()
    in_force(kubectl, "chat")
    emulator.forget_requests()

    endpoints.change("chat", description="  trimmed by the service  ")
    eventually(emulator.effects, 15, "the update")
    time.sleep(AWHILE)

    updates = emulator.counts()["UpdateAgentRuntimeEndpoint"]
    assert updates <= 2  # of the edit, and of what the service made of it
    events = [each for each in kubectl.list("events") if each["reason"] in ("Updated", "DriftCorrected")]
    assert len(events) == updates
    told = [each for each in operator.records() if "no status today" in each["message"]]
    assert len(told) == 1
    assert endpoints.events("chat").count("WriteRefused") == 1
    assert operator.metrics()['agentrun_reconciles_total{outcome="kubernetes_error"}'] <= 8

    policies.end()
    endpoints.wait_reason("chat", "NotConverging", kind="Synced", within=60)
    assert emulator.counts()["UpdateAgentRuntimeEndpoint"] == updates


@pytest.mark.parametrize(
    "stripped",
    [
        pytest.param(
            (
                "agentruntimeendpoints",
                "has(object.metadata.finalizers) ? [JSONPatch{op: 'remove', path: '/metadata/finalizers'}] : []",
            ),
            id="finalizers",
        ),
        pytest.param(
            ("agentruntimeendpoints/status", "has(object.status) ? [JSONPatch{op: 'remove', path: '/status'}] : []"),
            id="the status",
        ),
    ],
)
def test_marks_that_a_policy_strips_are_written_with_growing_pauses_and_told_once(
    stopped_operator: Operator, endpoints: Endpoints, emulator: Emulator, policies: Policies, stripped: tuple[str, str]
):
    policies.strip(*stripped)
    something_is_stripped(endpoints.kubectl)
    operator = stopped_operator.start()

    endpoints.apply("chat")
    eventually(lambda: "strips it" in operator.log(), 15, "the policy told")
    time.sleep(AWHILE)

    writes = {name: count for name, count in operator.metrics().items() if "kubernetes_writes_total" in name}
    assert sum(count for name, count in writes.items() if "event" not in name) <= 12
    told = [each for each in operator.records() if "strips it" in each["message"]]
    assert 1 <= len(told) <= 2
    assert len(emulator.effects()) <= 1

    policies.end()
    endpoints.wait_ready("chat", within=60)
    assert [call.action for call in emulator.effects()] == ["CreateAgentRuntimeEndpoint"]


def test_a_finalizer_that_is_refused_is_told_by_the_object_until_it_may_be_written(
    operator: Operator, endpoints: Endpoints, emulator: Emulator, policies: Policies
):
    policies.refuse_finalizers()
    finalizers_are_refused(endpoints.kubectl)

    endpoints.apply("chat")
    found = endpoints.wait_reason("chat", "WriteRefused", kind="Synced")

    assert "no finalizers today" in (condition(found, "Synced") or {})["message"]
    assert says(found, "Stalled") == "True"
    assert emulator.effects() == []
    eventually(lambda: endpoints.events("chat") == ["WriteRefused"])
    policies.end()
    endpoints.wait_ready("chat", within=60)
    assert operator.metrics()['agentrun_reconciles_total{outcome="WriteRefused"}'] >= 1


@pytest.mark.usefixtures("operator")
def test_a_deletion_that_may_not_end_is_told_by_the_object(
    endpoints: Endpoints, emulator: Emulator, policies: Policies
):
    endpoints.apply("chat")
    endpoints.wait_ready("chat")
    policies.refuse_finalizers()
    finalizers_are_refused(endpoints.kubectl)

    endpoints.delete("chat")
    found = endpoints.kubectl.wait_for(KIND, "chat", lambda found: says(found, "Ready") == "False", within=30)

    assert (condition(found, "Ready") or {})["reason"] == "WriteRefused"
    assert emulator.endpoint("chat") is None
    policies.end()
    endpoints.wait_gone("chat", within=60)


def test_a_step_that_may_not_be_recorded_is_not_sent_and_a_revert_is_sent_once_all_the_same(
    operator: Operator, endpoints: Endpoints, emulator: Emulator, policies: Policies, kubectl: Kubectl
):
    def split() -> Split:
        return split_of(emulator.endpoint("chat") or {"targetVersion": ""})

    endpoints.apply("chat", targetVersion="1", rollout=steps(10, 50, bake="1h"))
    endpoints.wait_reason("chat", "RolledOut", kind="RolledOut")
    policies.refuse_statuses()
    in_force(kubectl, "chat")
    emulator.forget_requests()

    endpoints.change("chat", targetVersion="2")
    eventually(lambda: "WriteRefused" in endpoints.events("chat"), 15)
    time.sleep(AWHILE / 3)
    assert emulator.effects() == []

    policies.end()
    eventually(lambda: rollout_of(endpoints.get("chat")).get("settledAt"), 60)
    assert split() == ("1", (("2", 0.1),))
    policies.refuse_statuses()
    in_force(kubectl, "chat")
    emulator.forget_requests()

    endpoints.annotate("chat", rollout="abort 1")
    eventually(lambda: split() == ("1", ()), 15)
    time.sleep(AWHILE)
    assert rollout_of(endpoints.get("chat"))["weight"] == 10
    assert emulator.counts()["UpdateAgentRuntimeEndpoint"] == 1
    assert endpoints.events("chat").count("RolledBack") == 1

    policies.end()
    endpoints.wait_reason("chat", "RolledBack", kind="RolledOut", within=60)
    assert emulator.counts()["UpdateAgentRuntimeEndpoint"] == 1
    assert operator.metrics()['agentrun_rollout_ends_total{outcome="reverted"}'] == 1


def something_is_stripped(kubectl: Kubectl) -> None:
    """Wait until it is; the API server takes seconds to heed a policy. No operator may be at work yet."""
    kubectl.apply(manifest("probe"))

    def look() -> bool:
        try:
            marked = kubectl.patch(KIND, "probe", {"metadata": {"finalizers": ["example.com/probe"]}})
            told = kubectl.patch(KIND, "probe", {"status": {"state": "READY"}}, subresource="status")
        except KubectlError as error:
            if UNKNOWN_YET not in str(error):
                raise
            return False
        return "finalizers" not in marked["metadata"] or "state" not in told.get("status", {})

    eventually(look, 20, "the policy in force")
    kubectl.patch(KIND, "probe", {"metadata": {"finalizers": None}})
    kubectl.delete(KIND, "probe")
    kubectl.wait_gone(KIND, "probe")


def finalizers_are_refused(kubectl: Kubectl) -> None:
    """Wait until they are; the API server takes seconds to heed a policy."""
    kubectl.apply(manifest("probe", annotations={"agentrun.alibabacloud.com/paused": "true"}))

    def look() -> bool:
        try:
            for finalizers in ('["a/b"]', "null"):
                patch = f'{{"metadata": {{"finalizers": {finalizers}}}}}'
                kubectl("patch", KIND, "probe", "--type=merge", f"--patch={patch}")
        except Exception as error:  # noqa: BLE001 - kubectl says why
            return "no finalizers today" in str(error)
        return False

    eventually(look, 20, "the policy in force")
    kubectl.delete(KIND, "probe")

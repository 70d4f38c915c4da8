"""The chart's admission policy: the status says who owns an endpoint, and nobody but the operator writes it."""

from collections.abc import Callable

import pytest

from agentrun_operator.controlplane import KubectlError
from support.chart_release import Release, ReleasedOperator
from support.cluster import Kubectl, eventually
from support.endpoints import KIND, Endpoints

Start = Callable[[Release], ReleasedOperator]

USER = "nobody"
TOLD = "only the operator writes it"


@pytest.fixture
def writer(kubectl: Kubectl) -> Kubectl:
    """A user whose role, made by somebody who meant well, has all verbs on objects and their status."""
    resources = f"{KIND},{KIND}/status"
    kubectl("create", "role", USER, "--verb=*", f"--resource={resources}")
    kubectl("create", "rolebinding", USER, f"--role={USER}", f"--user={USER}")
    return kubectl.as_user(USER)


def refusal(kubectl: Kubectl) -> str:
    """What is said to somebody who writes a status; empty if it is taken."""
    try:
        kubectl.patch(KIND, "chat", {"status": {"claim": None}}, subresource="status")
    except KubectlError as error:
        return str(error)
    return ""


def test_a_status_is_written_by_the_operator_alone(
    release: Release, pod: Start, endpoints: Endpoints, runtime: str, writer: Kubectl
):
    pod(release).start()
    endpoints.apply("chat", runtime=runtime)
    claim = endpoints.wait_ready("chat")["status"]["claim"]

    eventually(lambda: TOLD in refusal(writer), what="the policy at work")

    assert TOLD in refusal(endpoints.kubectl)  # the administrator neither
    assert endpoints.get("chat")["status"]["claim"] == claim
    endpoints.change("chat", description="the spec is the user's own")
    endpoints.wait_ready("chat")
    endpoints.delete("chat")
    endpoints.wait_gone("chat")

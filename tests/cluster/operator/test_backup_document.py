"""docs/backup.md: its commands, and what it says of objects that come back."""

import re
import shlex
from pathlib import Path

import pytest

from support.cluster import Kubectl
from support.emulator import Emulator
from support.endpoints import KIND, Endpoints

DOCUMENT = (Path(__file__).parents[3] / "docs" / "backup.md").read_text()

CREATE = "CreateAgentRuntimeEndpoint"


def commands() -> dict[str, list[str]]:
    """The document's commands about an object, by the word that tells them apart."""
    lines = re.findall(r"^\$ kubectl (.*\bare\b.*)$", DOCUMENT, re.MULTILINE)
    return {word: shlex.split(line) for word in ("Adopt", "Orphan", "delete") for line in lines if word in line}


def run(kubectl: Kubectl, word: str, name: str) -> None:
    kubectl(*(part.replace("NAME", name) for part in commands()[word]))


@pytest.mark.usefixtures("operator")
@pytest.mark.parametrize("with_status", [False, True])
def test_a_restored_object_leaves_its_former_endpoint_alone_until_it_adopts_it(
    endpoints: Endpoints, emulator: Emulator, kubectl: Kubectl, *, with_status: bool
):
    endpoints.apply("chat", description="ours")
    backup = endpoints.wait_ready("chat")
    run(kubectl, "Orphan", "chat")
    run(kubectl, "delete", "chat")
    endpoints.wait_gone("chat")
    emulator.forget_requests()

    endpoints.apply("chat", description="restored")
    if with_status:
        kubectl.patch(KIND, "chat", {"status": backup["status"]}, subresource="status")
    endpoints.wait_reason("chat", "AlreadyExists")
    assert emulator.effects() == []
    run(kubectl, "Adopt", "chat")

    assert endpoints.wait_ready("chat")["status"]["endpointId"] == backup["status"]["endpointId"]
    assert CREATE not in {call.action for call in emulator.effects()}
    assert (emulator.endpoint("chat") or {})["description"] == "restored"

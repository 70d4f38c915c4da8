"""What docs/plugin.md shows is what a terminal shows, from its first screen to its last; `diff` has a test of its own.

`WRITE=1 make test ARGS=tests/cluster/plugin/test_documented.py` writes what is shown into the document.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from agentrun_operator.emulator import EmulatorServer
from support.emulator import Emulator
from support.endpoints import KIND, Endpoints
from support.guide import Command, agrees, parts
from support.plugin import Plugin
from support.typed import Terminal

DOCUMENT = Path(__file__).parents[3] / "docs" / "plugin.md"
ELSEWHERE = ("pipx ", "kubectl agentrun diff ")
"""What is shown of commands that begin so is not the matter of this test."""

CANARY = {"versionWeights": [{"version": "4", "weight": 10}]}
GATES = {"steps": [{"weight": weight, "bake": "1s", "approval": True} for weight in (5, 25)]}


@pytest.fixture
def stage(endpoints: Endpoints, operator: object) -> Endpoints:
    """What the first screen shows."""
    endpoints.apply("chat", targetVersion="3", routing=CANARY, scaling={"minInstances": 2})
    endpoints.apply("help-desk", credentialsSecretRef={"name": "keys"})
    endpoints.apply("rolls", targetVersion="3", rollout=GATES)
    endpoints.apply("shop", targetVersion="3", description="May")
    for name in ("chat", "rolls", "shop"):
        endpoints.wait_ready(name)
    endpoints.wait_reason("help-desk", "CredentialsNotFound")
    endpoints.change("rolls", targetVersion="4")
    endpoints.wait_reason("rolls", "AwaitingApproval", "RolledOut")
    return endpoints


@pytest.fixture
def happens(stage: Endpoints, emulator: Emulator, runtime_id: str, tmp_path: Path) -> dict[str, Callable[[], object]]:
    """What has happened between one command and the next, by the beginning of the latter."""

    def some_are_made_by_hand() -> None:
        weights = {"versionWeights": [{"version": "4", "weight": 0.125}]}
        eu = emulator.add_endpoint(runtime_id, "Chat_EU", description="Where customers ask", targetVersion="3")
        emulator.patch_endpoint(eu, routingConfiguration=weights)
        emulator.patch_endpoint(emulator.add_endpoint(runtime_id, "Default"), description="默认")

    def a_deletion_is_stuck() -> None:
        stage.apply("old", targetVersion="3")
        stage.wait_ready("old")
        emulator.fault("DeleteAgentRuntimeEndpoint", status=500, body={"code": "InternalError", "message": "no"})
        stage.delete("old")

    def kept(mark: str | None) -> None:
        stage.wait_ready("shop")
        stage.kubectl.patch(KIND, "shop", {"metadata": {"annotations": {"argocd.argoproj.io/tracking-id": mark}}})

    def argo_cd_keeps_it() -> None:
        stage.wait_ready("shop")
        stage.change("shop", targetVersion="3", routing=CANARY)
        kept("shop:x")
        text = "apiVersion: agentrun.alibabacloud.com/v1alpha1\nkind: AgentRuntimeEndpoint\nmetadata: {name: shop}\n"
        (tmp_path / "shop.yaml").write_text(f'{text}spec: {{agentRuntimeRef: {{name: bot}}, targetVersion: "3"}}\n')

    return {
        "import": some_are_made_by_hand,
        "release": a_deletion_is_stuck,
        "promote shop": lambda: stage.wait_ready("shop"),
        "promote shop 4": argo_cd_keeps_it,
        "promote shop 4 -f": lambda: None,
        "rollout status": lambda: stage.wait_reason("rolls", "AwaitingApproval", "RolledOut"),
        "history": lambda: kept(None),
        "invoke": lambda: stage.wait_ready("shop"),
    }


def test_what_the_documentation_shows_is_what_a_terminal_shows(
    plugin: Plugin,
    happens: dict[str, Callable[[], object]],
    namespace: str,
    service: tuple[EmulatorServer, Emulator],
    tmp_path: Path,
):
    plugin.environment["AGENTRUN_DATA_ENDPOINT"] = service[0].url
    terminal, written, wrong = Terminal(plugin, tmp_path), DOCUMENT.read_text(), []
    for part in parts(written):
        if not isinstance(part, Command) or part.text.startswith(ELSEWHERE) or not part.printed:
            continue
        said = part.text.removeprefix("kubectl agentrun ")
        happened = max((each for each in happens if said.startswith(each)), key=len, default="")
        happens.get(happened, lambda: None)()
        shown = terminal.types(part.text.replace("team-a", namespace)).replace(namespace, "team-a")
        if not agrees(shown, part.printed):
            wrong.append(f"$ {part.text}\n{shown}\ninstead of\n{part.printed}\n")
            written = written.replace(f"$ {part.text}\n{part.printed}\n", f"$ {part.text}\n{shown.rstrip()}\n")
    if os.environ.get("WRITE"):
        DOCUMENT.write_text(written)
    assert not wrong, "\n".join(wrong)

"""What a command may be done with: exactly the rights that docs/plugin.md names, and what each one less costs.

The table of the document is what is tested; what is said here is how each of its commands is typed.
"""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from typer.main import get_command

from agentrun_operator.emulator import EmulatorServer
from agentrun_operator.plugin.main import application
from support.cluster import Kubectl, eventually
from support.emulator import ACCESS_KEY_ID, ACCESS_KEY_SECRET, Emulator
from support.endpoints import Endpoints, manifest
from support.operator import Operator
from support.plugin import Plugin, Result
from support.rights_table import Loss, documented
from support.robots import Grant, Robots
from support.secrets import secret

DIFFS = 2
"""Times that a diff tells of one right: that it cannot try, and what it does not know for that."""

GATE = {"steps": [{"weight": 10, "bake": "1s", "approval": True}, {"weight": 60, "bake": "1h"}]}


class Scene(NamedTuple):
    """A namespace with `chat`, which serves, `keyed`, which has a Secret, `gate`, which can be rolled out, and `gone`.

    Args:
        endpoints: Its objects.
        emulator: AgentRun.
        folder: Files: `chat.json` as it was applied, and `new.json` with an edit of it, `keyed`, and one that is new.
    """

    endpoints: Endpoints
    emulator: Emulator
    folder: Path


def still(scene: Scene) -> None:
    """Nothing is under way."""
    scene.endpoints.wait_ready("chat")


def rolling(scene: Scene) -> None:
    """Version 4 of `gate` waits for approval."""
    if scene.endpoints.get("gate")["spec"]["targetVersion"] != "4":
        scene.endpoints.change("gate", targetVersion="4")
    awaiting(scene)


def awaiting(scene: Scene) -> None:
    scene.endpoints.wait_reason("gate", "AwaitingApproval", "RolledOut")


def stuck(scene: Scene) -> None:
    """AgentRun does not delete the endpoint of `gone`."""
    scene.emulator.fault("DeleteAgentRuntimeEndpoint", status=500, body={"code": "InternalError", "message": "no"})
    scene.endpoints.delete("gone")


class Typed(NamedTuple):
    """How a command is typed.

    Args:
        line: Behind `kubectl agentrun`; USER stands for who may do it, DIR for the scene's folder.
        code: The exit code with all rights.
        rest: What is shown whichever right is lacking, unless that ends the command.
        before: Waits for what it needs.
    """

    line: str
    code: int = 0
    rest: tuple[str, ...] = ()
    before: Callable[[Scene], None] = still


LINES = {
    "status": Typed("status"),
    "status --problems": Typed("status --problems"),
    "status --wait": Typed("status --wait"),
    "status NAME": Typed("status chat", rest=("Conditions", "Next")),
    "status NAME --wait": Typed("status chat --wait", rest=("Conditions", "Next")),
    "diff": Typed("diff -f DIR/new.json", 1, ("/chat  to update",)),
    "diff --server-side": Typed("diff -f DIR/new.json --server-side", 1, ("/chat  to update",)),
    "diff --prune": Typed("diff -f DIR/new.json --prune -l app=chat", 1),
    "diff --secret-from-cluster": Typed("diff -f DIR/new.json --secret-from-cluster", 1, ("/chat  to update",)),
    "diff --offline": Typed("diff -f DIR/new.json --offline", 1),
    "import": Typed("import support-bot", 0, ("name: lone",)),
    "reconcile": Typed("reconcile chat"),
    "history": Typed("history chat"),
    "invoke": Typed("invoke chat hello"),
    "check": Typed("check -n HERE --operator-namespace HERE", 0, ("crd", "the credentials work")),
    "version": Typed("version --operator-namespace HERE", 0, ("kubectl-agentrun",)),
    "version --client": Typed("version --client"),
    "status <TAB>": Typed("__complete status --as USER ''", rest=(":4",)),
    "-n <TAB>": Typed("__complete status --as USER -n ''", rest=(":4",)),
    "completion": Typed("completion kubectl"),
    "canary -f": Typed("canary chat 4=10 -f DIR/chat.json"),
    "promote -f": Typed("promote chat 3 -f DIR/chat.json"),
    "canary": Typed("canary chat 4=10"),
    "promote": Typed("promote chat"),
    "rollback -f": Typed("rollback chat -f DIR/chat.json"),
    "rollback": Typed("rollback chat"),
    "rollback --wait": Typed("rollback chat --wait"),
    "release": Typed("release gone --yes", before=stuck),
    "rollout explain": Typed("rollout explain gate", before=rolling),
    "rollout status": Typed("rollout status gate", before=rolling),
    "rollout hold": Typed("rollout hold gate", before=rolling),
    "rollout resume": Typed("rollout resume gate"),
    "rollout approve": Typed("rollout approve gate", before=awaiting),
    "rollout abort": Typed("rollout abort gate"),
    "rollout retry": Typed("rollout retry gate"),
    "rollout promote": Typed("rollout promote gate"),
    "rollout status --wait": Typed("rollout status gate --wait"),
    "pause": Typed("pause chat"),
    "resume": Typed("resume chat"),
    "pause --all": Typed("pause --all"),
    "resume --all": Typed("resume --all"),
}
"""In an order in which each one finds what it needs."""


@pytest.fixture
def scene(endpoints: Endpoints, operator: Operator, emulator: Emulator, runtime_id: str, tmp_path: Path) -> Scene:
    kubectl = endpoints.kubectl
    kubectl.apply(secret(ACCESS_KEY_ID, ACCESS_KEY_SECRET, "keys"))
    objects = {
        "chat": manifest("chat", targetVersion="3"),
        "keyed": manifest("keyed", targetVersion="3", credentialsSecretRef={"name": "keys"}),
        "gate": manifest("gate", targetVersion="3", rollout=GATE),
        "gone": manifest("gone"),
    }
    kubectl.apply({"apiVersion": "v1", "kind": "List", "items": list(objects.values())})
    emulator.add_endpoint(runtime_id, "lone")
    _install_operator(kubectl)
    edited = manifest("chat", targetVersion="3", scaling={"minInstances": 1})  # which no other manager owns
    new = [manifest("lone", adoptionPolicy="Adopt"), edited, objects["keyed"]]
    (tmp_path / "new.json").write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": new}))
    (tmp_path / "chat.json").write_text(json.dumps(objects["chat"]))
    for name in objects:
        endpoints.wait_ready(name)
    return Scene(endpoints, emulator, tmp_path)


def _install_operator(kubectl: Kubectl) -> None:
    """As much of an installation as `check` asks for."""
    renewed = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    lease = {"holderIdentity": "pod-1", "renewTime": renewed, "leaseDurationSeconds": 600}
    head = {"name": "agentrun-operator"}
    kubectl.apply({"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": head, "spec": lease})


@pytest.fixture
def robots(kubectl: Kubectl) -> Iterator[Robots]:
    robots = Robots(kubectl)
    yield robots
    robots.dismiss()


@pytest.fixture
def ask(plugin: Plugin, scene: Scene, service: tuple[EmulatorServer, Emulator]) -> Callable[[str, str], Result]:
    """Type a line as somebody."""
    stands_for = {"DIR": str(scene.folder), "HERE": scene.endpoints.kubectl.namespace, "''": ""}

    def typed(line: str, user: str) -> Result:
        words = [stands_for.get(word, word).replace("DIR", str(scene.folder)) for word in line.split()]
        asked = [user if word == "USER" else word for word in words] if "USER" in words else [*words, "--as", user]
        return plugin(*asked, AGENTRUN_DATA_ENDPOINT=service[0].url)

    return typed


def test_each_command_is_in_the_table_of_the_documentation_and_is_typed_here():
    root: Any = get_command(application())
    known = {
        f"{group}{name}"
        for group, commands in (("", root.commands), ("rollout ", root.commands["rollout"].commands))
        for name, command in commands.items()
        if not command.hidden and not hasattr(command, "commands")
    }
    assert documented().keys() == LINES.keys()
    assert known - LINES.keys() == {"help", "dashboard"}  # the one takes none, the other serves until Ctrl-C


def test_each_command_does_with_what_is_documented_and_says_what_it_lacks(
    ask: Callable[[str, str], Result], scene: Scene, robots: Robots
):
    eventually(lambda: "✓ ok     crd" in ask("check", "").out)  # published a moment after it is served
    table, wrong = documented(), []
    for command, typed in LINES.items():
        typed.before(scene)
        needed = table[command]
        for lacking in (*needed, None):
            told = ask(typed.line, robots.who_may(each for each in needed if each != lacking))
            if why := _wrong(typed, needed, lacking, told):
                wrong.append((typed.line, lacking and str(lacking.right), why, told))
    assert not wrong, "\n\n".join(map(_written, wrong))


def _written(found: tuple[str, str | None, str, Result]) -> str:
    line, lacking, why, told = found
    return f"{line}, without {lacking}: {why}: {told.code}\n{told.out}{told.err}"


def _wrong(typed: Typed, needed: dict[Grant, Loss], lacking: Grant | None, told: Result) -> str:
    """What is not as documented; empty if all is."""
    said = told.out + told.err
    loss = needed[lacking] if lacking else Loss(None, shows=True, silent=False)
    named = {each for each in needed if each.right.rule in said}
    expected = {lacking} if lacking and not loss.silent else set()
    if told.code != (typed.code if loss.code is None else loss.code):
        return "the exit code"
    if named != expected:
        return f"the rules that are named: {named}"
    if typed.line.startswith("diff") and any(said.count(each.right.rule) > DIFFS for each in needed):
        return "it is told for each object"
    return "the rest is not shown" if loss.shows and not all(each in said for each in typed.rest) else ""

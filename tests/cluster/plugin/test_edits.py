"""`canary` and `promote` on objects whose spec splits the traffic: what the spec becomes, and what AgentRun is sent."""

from pathlib import Path
from typing import Any

import pytest

from agentrun_operator.controlplane import Binaries
from support.cluster import Kubectl, eventually
from support.emulator import Emulator
from support.endpoints import GROUP, KIND, Endpoints
from support.operator import Operator
from support.plugin import Plugin
from support.rollouts import split_of

TRACKED = {"argocd.argoproj.io/tracking-id": f"shop:{GROUP}/AgentRuntimeEndpoint:team-a/chat"}


def canaries(**weights: int) -> dict[str, Any]:
    return {"versionWeights": [{"version": name.removeprefix("v"), "weight": each} for name, each in weights.items()]}


def test_a_canary_gets_its_share_and_is_promoted(
    plugin: Plugin, operator: Operator, endpoints: Endpoints, emulator: Emulator, runtime_id: str
):
    endpoints.apply("chat", targetVersion="3")
    endpoints.wait_ready("chat")

    told = plugin("canary", "chat", "4=10")
    assert (told.code, told.err) == (0, "")
    assert told.out == f"{endpoints.kubectl.namespace}/chat: routing: no canaries → 4=10%\n"
    eventually(lambda: _split(emulator, runtime_id) == ("3", (("4", 0.1),)))

    assert plugin("promote", "chat").code == 0
    eventually(lambda: _split(emulator, runtime_id) == ("4", ()))
    assert endpoints.wait_ready("chat")["spec"]["targetVersion"] == "4"
    assert [each.method for each in emulator.effects()] == ["POST", "PUT", "PUT"]


def _split(emulator: Emulator, runtime_id: str) -> Any:
    return split_of(emulator.endpoint("chat", runtime_id) or {"targetVersion": ""})


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        pytest.param(["canary", "chat", "4=10"], 0, "nothing to change", id="so already"),
        pytest.param(["canary", "chat", "3=10"], 1, "version 3 is targetVersion", id="the target"),
        pytest.param(["canary", "none", "4=10"], 1, "there is no AgentRuntimeEndpoint", id="no such object"),
        pytest.param(["canary", "chat", "4=1", "--context", "none"], 2, "context was not found", id="no such context"),
        pytest.param(["rollout", "status", "chat"], 1, "has no spec.rollout", id="status of no rollout"),
        pytest.param(["rollout", "abort", "chat"], 1, "has no spec.rollout", id="a request to no rollout"),
        pytest.param(["rollout", "explain", "none"], 1, "there is no AgentRuntimeEndpoint", id="nothing to explain"),
    ],
)
def test_each_end_has_its_exit_code(command: list[str], code: int, said: str, plugin: Plugin, endpoints: Endpoints):
    endpoints.apply("chat", targetVersion="3", routing=canaries(v4=10))
    told = plugin(*command)
    assert told.code == code, told
    assert said in told.out + told.err
    assert "Traceback" not in told.err
    assert endpoints.get("chat")["metadata"]["generation"] == 1


class Meddling(Plugin):
    """A plugin between whose look and change somebody else writes, a number of times."""

    def __init__(self, plugin: Plugin, folder: Path, kubectl: Path, namespace: str, *, times: int, patch: str) -> None:
        wrapper = folder / "bin" / "kubectl"
        wrapper.parent.mkdir()
        count = folder / "count"
        count.write_text("0")
        wrapper.write_text(
            f"""#!/bin/sh
n=$(cat {count})
if [ "$1" = patch ] && [ "$n" -lt {times} ]; then
  echo $((n + 1)) > {count}
  {kubectl} patch {KIND} chat --namespace={namespace} --type=merge --patch="$(printf '{patch}' "$n")" >/dev/null
fi
exec {kubectl} "$@"
"""
        )
        wrapper.chmod(0o755)
        super().__init__(plugin.environment | {"PATH": f"{wrapper.parent}:{plugin.environment['PATH']}"})


NOISE = '{"metadata": {"labels": {"noise": "n%s"}}}'
TAKEN = '{"spec": {"targetVersion": "4"}}'


@pytest.mark.parametrize(
    ("times", "patch", "code", "routing"),
    [
        pytest.param(2, NOISE, 0, canaries(v4=10), id="twice, and it is sent again"),
        pytest.param(9, NOISE, 3, None, id="without end, and it is given up"),
        pytest.param(1, TAKEN, 1, None, id="so that it does not fit any more"),
    ],
)
def test_a_change_in_between_is_read_and_met(
    *,
    times: int,
    patch: str,
    code: int,
    routing: Any,
    plugin: Plugin,
    endpoints: Endpoints,
    binaries: Binaries,
    tmp_path: Path,
):
    endpoints.apply("chat", targetVersion="3")
    meddled = Meddling(plugin, tmp_path, binaries.kubectl, endpoints.kubectl.namespace, times=times, patch=patch)
    told = meddled("canary", "chat", "4=10")
    assert told.code == code, told
    assert endpoints.get("chat")["spec"].get("routing") == routing


@pytest.mark.parametrize(
    "command", [["canary", "chat", "4=10"], ["canary", "chat", "--abort"], ["promote", "chat", "4"]]
)
def test_an_object_that_is_kept_elsewhere_is_left_unless_forced(
    command: list[str], plugin: Plugin, endpoints: Endpoints
):
    endpoints.apply("chat", annotations=TRACKED, targetVersion="3", routing=canaries(v5=5))
    before = endpoints.get("chat")["metadata"]["resourceVersion"]

    told = plugin(*command)
    assert (told.code, endpoints.get("chat")["metadata"]["resourceVersion"]) == (1, before)
    assert "is kept by Argo CD (application shop)" in told.err
    assert "→" in told.out

    assert plugin(*command, "--force").code == 0
    assert endpoints.get("chat")["metadata"]["generation"] == 2


FILE = """\
# of the team
apiVersion: agentrun.alibabacloud.com/v1alpha1
kind: AgentRuntimeEndpoint
metadata:
  name: chat
spec:
  agentRuntimeRef: {name: support-bot}
  targetVersion: "3"  # proved in May
"""


def test_the_edit_is_made_in_the_file_and_the_object_waits_for_whoever_applies_it(
    plugin: Plugin, endpoints: Endpoints, tmp_path: Path
):
    file = tmp_path / "chat.yaml"
    file.write_text(FILE)
    endpoints.apply("chat", annotations=TRACKED, targetVersion="3")

    told = plugin("promote", "chat", "4", "--filename", file)

    assert (told.code, told.err) == (0, "")
    assert told.out == f"{file}: chat: targetVersion: 3 → 4\n"
    assert file.read_text() == FILE.replace('"3"', '"4"')
    assert endpoints.get("chat")["spec"]["targetVersion"] == "3"


@pytest.mark.parametrize(
    ("text", "arguments", "code", "said"),
    [
        pytest.param(None, [], 2, "No such file", id="no file"),
        pytest.param(b"\xff\xfe", [], 2, "no text in UTF-8", id="no text"),
        pytest.param(b"kind: [AgentRuntimeEndpoint", [], 2, "no YAML", id="no YAML"),
        pytest.param(b"kind: Other\n", [], 1, "what it has: Other", id="another kind"),
        pytest.param(
            FILE.replace("name: chat", "name: chat\n  namespace: b").encode(),
            ["-n", "a"],
            2,
            "is in namespace b",
            id="another namespace than asked for",
        ),
        pytest.param(FILE.replace('"3"', '"x"').encode(), [], 3, "would refuse", id="a refused manifest"),
        pytest.param(FILE.encode() + b"  rollout: {}\n", [], 1, "spec.rollout splits", id="a rollout"),
    ],
)
def test_a_file_that_cannot_be_edited_stays_and_its_exit_code_says_why(
    *, text: bytes | None, arguments: list[str], code: int, said: str, plugin: Plugin, tmp_path: Path
):
    file = tmp_path / "chat.yaml"
    if text is not None:
        file.write_bytes(text)
    told = plugin("promote", "chat", "4", "-f", file, *arguments)
    assert told.code == code, told
    assert said in told.err
    assert text is None or file.read_bytes() == text


def test_a_file_keeps_its_kind_of_line_ends(plugin: Plugin, tmp_path: Path):
    file = tmp_path / "chat.yaml"
    file.write_bytes(FILE.replace("\n", "\r\n").encode())
    assert plugin("promote", "chat", "4", "-f", file).code == 0
    assert file.read_bytes() == FILE.replace('"3"', '"4"').replace("\n", "\r\n").encode()


RIGHTS = ["get", "patch"]


@pytest.mark.parametrize(
    ("verbs", "code", "said"),
    [
        pytest.param(RIGHTS, 0, "", id="all that are documented"),
        pytest.param(["patch"], 3, "verbs: [get]", id="without get"),
        pytest.param(["get"], 3, "verbs: [patch]", id="without patch"),
    ],
)
def test_the_documented_rights_are_enough_and_none_is_too_many(
    *, verbs: list[str], code: int, said: str, plugin: Plugin, endpoints: Endpoints, kubectl: Kubectl
):
    user = _service_account(kubectl, verbs)
    endpoints.apply("chat", targetVersion="3")
    told = plugin("canary", "chat", "4=10", "--as", user)
    assert told.code == code, told
    assert said in told.err


def _service_account(kubectl: Kubectl, verbs: list[str]) -> str:
    """One with just these rights on our kind."""
    kubectl("create", "serviceaccount", "deployer")
    kubectl("create", "role", "deployer", f"--verb={','.join(verbs)}", f"--resource={KIND}")
    kubectl("create", "rolebinding", "deployer", "--role=deployer", f"--serviceaccount={kubectl.namespace}:deployer")
    return f"system:serviceaccount:{kubectl.namespace}:deployer"

"""A credential plugin is a program of somebody else's: what it gives is taken, and nothing that it does hurts."""

import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from agentrun_operator.controller.kube.login.errors import AccessError
from agentrun_operator.controller.kube.login.kubeconfig.credential import Credential
from agentrun_operator.controller.kube.login.kubeconfig.kubeconfig import Context, load
from agentrun_operator.controller.kube.login.plugin.plugin import ask_plugin
from support.cluster import eventually
from support.kubeconfigs import PLUGIN_VERSION, Plugin, a_kubeconfig, written
from support.patience import stretched

SECRET = "made-up-secret-" * 4 + "1"
JWT = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJub2JvZHkifQ.c2lnbmF0dXJl"
LONG_PATH = "/apis/authentication.k8s.io/v1/tokenreviews/a-long-name-of-a-file"
HEAD = f'"apiVersion": "{PLUGIN_VERSION}", "kind": "ExecCredential"'


@pytest.fixture
def plugin(tmp_path: Path) -> Plugin:
    return Plugin(tmp_path)


def context_of(plugin: Plugin, tmp_path: Path, **more: object) -> Context:
    user = {"exec": plugin.user["exec"] | more}
    return load(str(written(tmp_path / "config", a_kubeconfig(user))), None)


async def asked(plugin: Plugin, tmp_path: Path, within: float = 20.0, **more: object) -> Credential:
    return await ask_plugin(context_of(plugin, tmp_path, **more), within)


async def test_a_token_and_its_end_are_taken(plugin: Plugin, tmp_path: Path):
    plugin.gives(token=SECRET, expirationTimestamp="2030-01-02T03:04:05Z")
    found = await asked(plugin, tmp_path)
    assert found.authorization == f"Bearer {SECRET}"
    assert found.expires == datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert SECRET not in repr(found)


async def test_a_certificate_with_its_key_is_taken(plugin: Plugin, tmp_path: Path):
    plugin.gives(clientCertificateData="chain", clientKeyData="key")
    found = await asked(plugin, tmp_path)
    assert (found.authorization, found.certificate.chain, found.certificate.key) == ("", b"chain", b"key")


async def test_it_is_told_of_the_cluster_and_that_nobody_is_there(plugin: Plugin, tmp_path: Path):
    told = tmp_path / "told"
    plugin.gives(token="t")
    plugin.does(
        f'printf "%s" "$KUBERNETES_EXEC_INFO" > {told}; echo "$WHO$1" >> {told}; read line; cat {tmp_path}/answer'
    )
    await asked(plugin, tmp_path, provideClusterInfo=True, env=[{"name": "WHO", "value": "me"}], args=["too"])
    info, who = told.read_text().replace("}me", "}\nme").splitlines()
    assert json.loads(info)["spec"] == {"interactive": False, "cluster": {"server": "https://one.test:6443"}}
    assert who == "metoo"


async def test_a_path_is_named_from_the_kubeconfig_and_a_name_is_looked_for(
    plugin: Plugin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    plugin.gives(token="t")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    for command in ("./plugin.sh", "plugin.sh"):
        assert (await asked(plugin, tmp_path, command=command)).authorization == "Bearer t"


@pytest.mark.parametrize(
    ("does", "said"),
    [
        pytest.param("exit 3", "ended with 3: it said nothing", id="fails"),
        pytest.param(f"echo 'sign in again {SECRET}' >&2; exit 1", "ended with 1: sign in again …", id="says why"),
        pytest.param("kill -9 $$", "ended with -9", id="is killed"),
        pytest.param("echo {", "printed no JSON", id="half"),
        pytest.param("true", "printed no JSON", id="nothing"),
        pytest.param("echo []", "printed no ExecCredential", id="a list"),
        pytest.param(f"echo '{{{HEAD}}}'", "neither a token nor a certificate", id="no status"),
        pytest.param(f'echo \'{{{HEAD}, "status": {{"token": 7}}}}\'', "neither a token", id="a number"),
        pytest.param(f'echo \'{{{HEAD}, "status": {{"token": "a b"}}}}\'', "is no token", id="two words"),
        pytest.param(
            f'echo \'{{{HEAD}, "status": {{"clientCertificateData": "x"}}}}\'', "with its key", id="a certificate alone"
        ),
        pytest.param(
            'echo \'{"kind": "ExecCredential", "apiVersion": "v0"}\'', "another apiVersion", id="of yesterday"
        ),
        pytest.param("yes", "printed more than", id="prints without end"),
        pytest.param("yes >&2", "printed more than", id="complains without end"),
        pytest.param("sleep 1000", "did not end within 0.5 s", id="hangs"),
        pytest.param("trap '' TERM; sleep 1000 & wait", "did not end within 0.5 s", id="will not end"),
    ],
)
async def test_one_that_gives_nothing_is_told_in_one_line_without_secrets(
    does: str, said: str, plugin: Plugin, tmp_path: Path
):
    plugin.does(does)
    with pytest.raises(AccessError) as caught:
        await asked(plugin, tmp_path, within=0.5 if "sleep" in does else 20.0)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"token:{SECRET}", "token:…"),
        (f"Authorization:Bearer:{SECRET}", "Authorization:Bearer:…"),
        (f"refresh_token={SECRET}", "…"),
        ("get https://me:s3cr3t@idp.test/token failed", "get https://…@idp.test/token failed"),
        (f"get https://idp.test/{JWT}: 401", "get https://idp.test/…: 401"),
        (f"no token in .{JWT}", "no token in .…"),
        (f"open {LONG_PATH}: no such file", f"open {LONG_PATH}: no such file"),
        (f"get https://10.96.0.1:6443{LONG_PATH}", f"get https://10.96.0.1:6443{LONG_PATH}"),
        ("dial tcp oidc.eu-central-1.test:443: no route", "dial tcp oidc.eu-central-1.test:443: no route"),
    ],
)
async def test_of_what_it_says_secrets_are_not_shown_and_paths_and_addresses_are(
    text: str, shown: str, plugin: Plugin, tmp_path: Path
):
    plugin.does(f"echo '{text}' >&2; exit 1")
    with pytest.raises(AccessError) as caught:
        await asked(plugin, tmp_path)
    assert str(caught.value).endswith(f"ended with 1: {shown}")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"command": "no-such-plugin", "installHint": "get it there\nor not"}, "cannot be run (No such file"),
        ({"command": "no-such-plugin", "installHint": "get it there\nor not"}, "get it there"),
        ({"command": "/"}, "cannot be run"),
        ({"command": ""}, "needs a command"),
        ({"apiVersion": ""}, "needs a command"),
        ({"args": "x"}, "no list of texts"),
        ({"interactiveMode": "Always"}, "there is none"),
        ({"args": ["\0"]}, "cannot be run"),
    ],
)
async def test_one_that_cannot_be_run_is_told(more: dict[str, Any], said: str, plugin: Plugin, tmp_path: Path):
    with pytest.raises(AccessError) as caught:
        await asked(plugin, tmp_path, **more)
    assert said in str(caught.value)


async def test_what_a_plugin_that_hangs_began_ends_with_it(plugin: Plugin, tmp_path: Path):
    plugin.does(f"sleep 1000 & echo $! > {tmp_path}/child; wait")
    with pytest.raises(AccessError, match="did not end"):
        await asked(plugin, tmp_path, within=stretched(0.5))
    child = int((tmp_path / "child").read_text())
    eventually(lambda: not _runs(child))


async def test_one_that_leaves_another_behind_with_its_outputs_is_not_waited_for(plugin: Plugin, tmp_path: Path):
    plugin.gives(token="t")
    plugin.does(f"cat {tmp_path}/answer; setsid sleep 60 &")
    began = time.monotonic()
    assert (await asked(plugin, tmp_path)).authorization == "Bearer t"
    assert time.monotonic() - began < stretched(4)


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False

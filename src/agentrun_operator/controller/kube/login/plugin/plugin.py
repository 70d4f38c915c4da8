"""Asks a credential plugin (`exec` of a kubeconfig's user) who we are, as client-go does, but not for ever.

https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
"""

from __future__ import annotations

import json
import os
import re
from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from agentrun_operator.controller.kube.login.errors import AccessError
from agentrun_operator.controller.kube.login.kubeconfig.credential import Credential, bearer
from agentrun_operator.controller.kube.login.kubeconfig.section import Section, fields_of
from agentrun_operator.controller.kube.login.kubeconfig.tls import Certificate, authorities
from agentrun_operator.controller.kube.login.plugin.process import ProcessError, run_process

if TYPE_CHECKING:
    from agentrun_operator.controller.kube.login.kubeconfig.kubeconfig import Context

PLUGIN_TIMEOUT = 30.0
"""Seconds that a plugin gets. Those of clouds ask a service, and take some."""

SAID_LIMIT = 300
"""Characters of what a plugin said that are shown."""

SECRET = re.compile(r"(?<=://)[^/@\s]+(?=@)|eyJ[\w.-]{20,}|(?<![\w/.+=~-])(?![/.]|\d{1,5}/)[\w+/=.~-]{40,}")
"""What may be a password in an address, or a token, and is not shown. Paths and addresses are."""


async def ask_plugin(context: Context, within: float = PLUGIN_TIMEOUT) -> Credential:
    """Run the plugin of a context's user.

    Args:
        context: the context.
        within: seconds that it gets.

    Raises:
        AccessError: it cannot be run, did not end in time, failed, or gave no credential.
    """
    plugin = Section("exec", fields_of(context.user.fields.get("exec")), context.user.folder)
    command = _command(plugin)
    if plugin.text("interactiveMode") == "Always":
        raise AccessError(f"the plugin {command} wants to ask a person: there is none")
    environment = dict(os.environ) | _variables(plugin) | {"KUBERNETES_EXEC_INFO": json.dumps(_info(plugin, context))}
    try:
        ended = await run_process([command, *_arguments(plugin)], environment, within)
    except ProcessError as error:
        hint = plugin.text("installHint").strip().partition("\n")[0][:SAID_LIMIT]
        raise AccessError(f"the plugin {command} {error}" + (f"; {hint}" if hint and error.missing else "")) from None
    if ended.code != 0:
        message = f"the plugin {command} ended with {ended.code}"
        raise AccessError(f"{message}: {_shown(ended.said)}", message)
    return _credential(_answer(ended.printed, plugin.text("apiVersion"), command), command)


def _command(plugin: Section) -> str:
    """The program: a path is named from the kubeconfig's folder, a name is looked for in PATH."""
    command = plugin.text("command")
    if not command or not plugin.text("apiVersion"):
        raise AccessError("exec of the user needs a command and an apiVersion")
    return str(plugin.folder / command) if Path(command).name != command else command


def _arguments(plugin: Section) -> list[str]:
    found = plugin.fields.get("args") or []
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise AccessError("args of the plugin are no list of texts")
    return found


def _variables(plugin: Section) -> dict[str, str]:
    found = plugin.fields.get("env") or []
    pairs = [Section("env", fields_of(each)) for each in found] if isinstance(found, list) else []
    return {pair.text("name"): pair.text("value") for pair in pairs if pair.text("name")}


def _info(plugin: Section, context: Context) -> dict[str, object]:
    """What the plugin is told: nobody is there to be asked, and of the cluster if it wants to know."""
    spec: dict[str, object] = {"interactive": False}
    if plugin.flag("provideClusterInfo"):
        spec["cluster"] = _cluster(context.cluster)
    return {"apiVersion": plugin.text("apiVersion"), "kind": "ExecCredential", "spec": spec}


def _cluster(cluster: Section) -> dict[str, object]:
    named = ("server", "tls-server-name", "insecure-skip-tls-verify", "proxy-url")
    told = {name: cluster.fields[name] for name in named if cluster.fields.get(name)}
    trusted = authorities(cluster)
    return told | ({"certificate-authority-data": b64encode(trusted).decode()} if trusted else {})


def _answer(printed: bytes, version: str, command: str) -> dict[str, object]:
    """The status that it printed."""
    try:
        answer = json.loads(printed)
    except (ValueError, RecursionError):
        raise AccessError(f"the plugin {command} printed no JSON") from None
    if not isinstance(answer, dict) or answer.get("kind") != "ExecCredential":
        raise AccessError(f"the plugin {command} printed no ExecCredential")
    if answer.get("apiVersion") != version:
        raise AccessError(f"the plugin {command} printed another apiVersion than {version}")
    return fields_of(answer.get("status"))


def _credential(status: dict[str, object], command: str) -> Credential:
    texts = {name: value for name, value in status.items() if isinstance(value, str)}
    token = texts.get("token", "")
    chain, key = texts.get("clientCertificateData", ""), texts.get("clientKeyData", "")
    if bool(chain) != bool(key) or not (token or chain):
        raise AccessError(f"the plugin {command} printed neither a token nor a certificate with its key")
    return Credential(
        bearer(token, f"what the plugin {command} printed") if token else "",
        Certificate(chain.encode(), key.encode()),
        _moment(texts.get("expirationTimestamp", "")),
    )


def _moment(text: str) -> datetime | None:
    """A time of day; None where it is none: the credential may be good all the same."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _shown(said: bytes) -> str:
    """The end of what a plugin said, on one line and without what may be a secret."""
    text = SECRET.sub("…", " ".join(said.decode(errors="replace").split()))
    return text[-SAID_LIMIT:] or "it said nothing"

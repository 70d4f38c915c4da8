"""Whether the credentials of this machine work at AgentRun, and which endpoints there no object has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentrun_operator.agentrun import AgentRunError, Config, CredentialsNotFoundError
from agentrun_operator.agentrun.auth.chain import credentials_for
from agentrun_operator.agentrun.http.client import Client
from agentrun_operator.plugin.commands.check.finding import Finding, Standing, looked, unknown
from agentrun_operator.plugin.commands.check.objects import some, visible
from agentrun_operator.plugin.exits import UnknownError
from agentrun_operator.plugin.remote.account import Account, RejectedError
from agentrun_operator.plugin.remote.unowned import Remote, unowned

if TYPE_CHECKING:
    from agentrun_operator.plugin.cluster.kubectl.kubectl import Kubectl

MOST_RUNTIMES = 50
"""Runtimes whose endpoints are asked for: each is a call."""


def findings(kubectl: Kubectl) -> list[Finding]:
    """How the account of the environment's credentials stands to the objects."""
    try:
        config = Config()
        credentials_for(config).get()
    except CredentialsNotFoundError:
        told = "no AgentRun credentials here: diff, import and invoke need AGENTRUN_ACCESS_KEY_ID and its secret"
        return [Finding(Standing.TOLD, "account", told)]
    except AgentRunError as error:
        return [unknown("account", UnknownError(str(error)))]
    with Client(config) as client:
        return _of_account(kubectl, Account(client), config.region_id)


def _of_account(kubectl: Kubectl, account: Account, region: str) -> list[Finding]:
    try:
        runtimes = account.runtimes()
    except RejectedError as error:
        return [Finding(Standing.WRONG, "account", f"{error}: check the key, its expiry and its RAM policy")]
    except UnknownError as error:
        return [unknown("account", error)]
    found = [Finding(Standing.OK, "account", f"the credentials work; runtimes in {region}: {len(runtimes)}")]
    return [*found, *looked("endpoints", lambda: _unowned(kubectl, account))]


def _unowned(kubectl: Kubectl, account: Account) -> list[Finding]:
    objects, where = visible(kubectl)
    runtimes = account.runtimes()[:MOST_RUNTIMES]
    remotes = [
        Remote(runtime, each)
        for runtime in runtimes
        if runtime.agent_runtime_id
        for each in account.endpoints(runtime.agent_runtime_id)
    ]
    free = sorted(f"{each.runtime.agent_runtime_name}/{each.name}" for each in unowned(remotes, objects))
    if not free:
        return [Finding(Standing.OK, "endpoints", f"each of {len(remotes)} has an object in {where}")]
    make = kubectl.connection.again("import")
    told = f"{len(free)} of {len(remotes)} have no object in {where}: {some(free)}; `{make}` makes them"
    return [Finding(Standing.TOLD, "endpoints", told)]

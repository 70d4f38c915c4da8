"""By which way an account's endpoints are asked: where its data plane is, and who signs."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from agentrun_operator.agentrun.auth.chain import credentials_for
from agentrun_operator.agentrun.auth.config import Config
from agentrun_operator.agentrun.endpoint.chat.probing import Prober

if TYPE_CHECKING:
    from collections.abc import Hashable

    from agentrun_operator.controller.remote.accounts.account import Account

ACCOUNT_IDS = frozenset({"AGENTRUN_ACCOUNT_ID", "FC_ACCOUNT_ID"})
"""Variables that tell the operator's own account, which is not that of a Secret."""


def prober_for(account: Account, connections: int) -> Prober:
    """What asks an account's endpoints.

    Args:
        account: whose they are.
        connections: how many there are at most.

    Raises:
        ConfigError: nobody knows the account, so that its data plane has no address, or the address cannot be used.
        CredentialsNotFoundError: the environment has half of an access key.
    """
    environment = {name: value for name, value in os.environ.items() if name not in ACCOUNT_IDS}
    config = Config(region_id=account.key.region, account_id=account.owner.id or None, environment=environment)
    return Prober(config, account.secret or credentials_for(config), connections=connections)


def payer_of(account: Account) -> Hashable:
    """Whose calls they count as: two Secrets of one account are one."""
    return account.owner.account or account.key

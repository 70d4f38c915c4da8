"""The credentials in a Secret's data, or what is wrong with them.

Values go from here into `Secret` objects, which show themselves to nobody; only names enter messages.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from agentrun_operator.agentrun.api.errors import CredentialsNotFoundError
from agentrun_operator.agentrun.auth.credentials import Credentials
from agentrun_operator.agentrun.auth.secret import Secret
from agentrun_operator.reconcile.state.observed import Problem
from agentrun_operator.resources.reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Mapping

ID_LIMIT = 256
"""Bytes of an access key's id, and of its secret: ten times what there are. What a tenant writes is kept for as long as
an object uses it."""

TOKEN_LIMIT = 16 * 1024
"""Bytes of a security token, which goes with every request."""

ACCOUNT_ID = re.compile("[0-9]{1,20}")


class Found(NamedTuple):
    """What a Secret holds.

    Args:
        credentials: who calls.
        account_id: the account's id as its owner says it; empty if they do not.
    """

    credentials: Credentials
    account_id: str


def found_in(where: str, secret: Mapping[str, Any]) -> Found | Problem:
    """The credentials in a Secret, or what is wrong with them.

    Args:
        where: the Secret, for people.
        secret: the object.
    """
    data = secret.get("data") or {}
    try:
        found = _credentials(data)
        account_id = _value(data, "accountId", ID_LIMIT).reveal() if data.get("accountId") else ""
    except KeyError as error:
        return Problem(Reason.CREDENTIALS_NOT_FOUND, f"{where} has no key {error}", definite=True)
    except CredentialsNotFoundError as error:
        return Problem(Reason.CREDENTIALS_NOT_FOUND, f"{where} cannot be used: {error}", definite=True)
    if account_id and not ACCOUNT_ID.fullmatch(account_id):
        told = f"{where} cannot be used: key accountId is no account's id, which has 1 to 20 digits"
        return Problem(Reason.CREDENTIALS_REJECTED, told, definite=True)
    return Found(found, account_id)


def _credentials(data: Mapping[str, Any]) -> Credentials:
    token = _value(data, "securityToken", TOKEN_LIMIT) if data.get("securityToken") else None
    key_id, secret = (_value(data, name, ID_LIMIT) for name in ("accessKeyId", "accessKeySecret"))
    return Credentials(key_id.reveal(), secret, token or None)


def _value(data: Mapping[str, Any], name: str, limit: int) -> Secret:
    """A value of the Secret; white space around it, which `echo` leaves, does not count."""
    try:
        value = Secret(base64.b64decode(data[name], validate=True).decode())
    except (binascii.Error, UnicodeDecodeError):
        raise CredentialsNotFoundError(f"key {name} is no text") from None
    if len(value.reveal().encode()) > limit:
        raise CredentialsNotFoundError(f"key {name} is longer than {limit} bytes")
    return value

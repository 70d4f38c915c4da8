"""Reads AgentRun credentials from Secrets, one `get` at a time: the operator neither lists nor watches them.

Values go from here into `Secret` objects, which show themselves to nobody; only names enter messages.
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

from agentrun_operator.agentrun.api.errors import CredentialsNotFoundError
from agentrun_operator.agentrun.auth.credentials import Credentials
from agentrun_operator.agentrun.auth.secret import Secret
from agentrun_operator.controller.kube.client import NOT_FOUND, KubeClient, KubeError
from agentrun_operator.controller.remote.problems import ProblemError
from agentrun_operator.reconcile.observed import Problem
from agentrun_operator.resources.reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Mapping

FORBIDDEN = 403


async def read_credentials(kube: KubeClient, namespace: str, name: str) -> Credentials:
    """The credentials in a Secret.

    Raises:
        UnseenError: the Secret or a key of it is missing or unusable (definite), or it could not be read.
    """
    where = f"Secret {namespace}/{name}"
    try:
        secret = await kube.secret(namespace, name)
    except KubeError as error:
        raise ProblemError(_unread(where, error)) from None
    try:
        return _credentials(secret.get("data") or {})
    except (CredentialsNotFoundError, KeyError) as error:
        said = f"has no key {error}" if isinstance(error, KeyError) else f"cannot be used: {error}"
        raise ProblemError(Problem(Reason.CREDENTIALS_NOT_FOUND, f"{where} {said}", definite=True)) from None


def _credentials(data: Mapping[str, Any]) -> Credentials:
    token = _value(data, "securityToken") if data.get("securityToken") else None
    return Credentials(_value(data, "accessKeyId").reveal(), _value(data, "accessKeySecret"), token or None)


def _value(data: Mapping[str, Any], name: str) -> Secret:
    """A value of the Secret; white space around it, which `echo` leaves, does not count."""
    try:
        return Secret(base64.b64decode(data[name], validate=True).decode())
    except (binascii.Error, UnicodeDecodeError):
        raise CredentialsNotFoundError(f"key {name} is no text") from None


def _unread(where: str, error: KubeError) -> Problem:
    if error.status == NOT_FOUND:
        return Problem(Reason.CREDENTIALS_NOT_FOUND, f"{where} does not exist", definite=True)
    if error.status == FORBIDDEN:
        told = f"the operator may not read {where}: grant it `get` on Secrets in this namespace"
        return Problem(Reason.CREDENTIALS_NOT_FOUND, told, definite=True)
    return Problem(Reason.CREDENTIALS_NOT_FOUND, f"{where} cannot be read: {error}")

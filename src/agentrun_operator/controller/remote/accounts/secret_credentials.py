"""Credentials that are read from a Secret, one `get` at a time: the operator neither lists nor watches Secrets.

Values go from here into `Secret` objects, which show themselves to nobody; only names enter messages.
"""

from __future__ import annotations

import base64
import binascii
import re
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from agentrun_operator.agentrun.api.errors import CredentialsNotFoundError
from agentrun_operator.agentrun.auth.credentials import Credentials
from agentrun_operator.agentrun.auth.secret import Secret
from agentrun_operator.controller.concurrency.single_flight import SingleFlight
from agentrun_operator.controller.kube.client import FORBIDDEN, NOT_FOUND, KubeClient, KubeError
from agentrun_operator.controller.remote.problems import ProblemError
from agentrun_operator.controller.remote.runtime.endpoint_cache import NEVER
from agentrun_operator.reconcile.observed import Problem
from agentrun_operator.resources.reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from agentrun_operator.controller.keys import Body


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


class SecretCredentials:
    """A provider of credentials that are read from a Secret: the last good ones stay while an object uses them.

    Attributes:
        problem: why the last reading gave none; None if it did.
        account_id: the account's id as the Secret says it; empty if it does not.
        on_new_key: is called when the access key is another one than before.
    """

    def __init__(self, read: Callable[[], Awaitable[Found]], clock: Callable[[], float] = time.monotonic) -> None:
        """Prepare the provider.

        Args:
            read: reads the Secret.
            clock: the time in seconds.
        """
        self.problem: Problem | None = None
        self.account_id = ""
        self.on_new_key: Callable[[], None] = lambda: None
        self._read = SingleFlight(read, clock)
        self._clock = clock
        self._credentials: Credentials | None = None
        self._read_at = NEVER
        self._good_at = clock()

    def get(self) -> Credentials:
        """The last good credentials."""
        if self._credentials is None:
            raise CredentialsNotFoundError("the Secret was never read")
        return self._credentials

    async def get_async(self) -> Credentials:
        """The last good credentials."""
        return self.get()

    @property
    def known(self) -> bool:
        """Whether there ever were any."""
        return self._credentials is not None

    async def refresh(self, max_age: float) -> None:
        """Read the Secret again, unless that was done lately. What went wrong is in `problem`."""
        asked = self._clock()
        if self._read_at > asked - max_age:
            return
        try:
            self._take(await self._read.newer_than(asked - max_age))
            self.problem, self._good_at = None, asked
        except ProblemError as error:
            self.problem = replace(error.problem, blind_for=asked - self._good_at)
        self._read_at = asked

    def _take(self, found: Found) -> None:
        before, self._credentials, self.account_id = self._credentials, found.credentials, found.account_id
        if before and before.access_key_id != self._credentials.access_key_id:
            self.on_new_key()

    async def lost(self, max_age: float) -> bool:
        """Read the Secret again, unless that was done lately; return whether it was good before and certainly is not
        now.
        """
        before = self.problem
        await self.refresh(max_age)
        return before is None and self.problem is not None and self.problem.definite

    def distrust(self) -> None:
        """AgentRun refused the credentials: read the Secret again at the next occasion."""
        self._read_at = NEVER


async def read_credentials(kube: KubeClient, namespace: str, name: str) -> Found:
    """The credentials in a Secret.

    Raises:
        ProblemError: the Secret or a key of it is missing or unusable (definite), or it could not be read.
    """
    where = f"Secret {namespace}/{name}"
    try:
        found = _found(where, await kube.secret(namespace, name))
    except KubeError as error:
        raise ProblemError(_unread(where, error)) from None
    if isinstance(found, Problem):
        raise ProblemError(found)  # here, where nothing holds the Secret: an error keeps what its frames hold
    return found


def _found(where: str, secret: Body) -> Found | Problem:
    """The credentials, or what is wrong with them."""
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


def _unread(where: str, error: KubeError) -> Problem:
    if error.status == NOT_FOUND:
        return Problem(Reason.CREDENTIALS_NOT_FOUND, f"{where} does not exist", definite=True)
    if error.status == FORBIDDEN:
        told = f"the operator may not read {where}: grant it `get` on Secrets in this namespace"
        return Problem(Reason.CREDENTIALS_NOT_FOUND, told, definite=True)
    return Problem(Reason.CREDENTIALS_NOT_FOUND, f"{where} cannot be read: {error}")

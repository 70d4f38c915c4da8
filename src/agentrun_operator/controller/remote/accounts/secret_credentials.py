"""Credentials that are read from a Secret, one `get` at a time: the operator neither lists nor watches Secrets.

Values go from here into `Secret` objects, which show themselves to nobody; only names enter messages.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from agentrun_operator.agentrun.api.errors import CredentialsNotFoundError
from agentrun_operator.controller.concurrency.single_flight import SingleFlight
from agentrun_operator.controller.kube.errors import FORBIDDEN, NOT_FOUND, KubeError
from agentrun_operator.controller.remote.runtime.endpoint_cache import NEVER
from agentrun_operator.observation.problems import ProblemError
from agentrun_operator.observation.secret_data import Found, found_in
from agentrun_operator.reconcile.state.observed import Problem
from agentrun_operator.resources.reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from agentrun_operator.agentrun.auth.credentials import Credentials
    from agentrun_operator.controller.kube.client import KubeClient


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
        found = found_in(where, await kube.secret(namespace, name))
    except KubeError as error:
        raise ProblemError(_unread(where, error)) from None
    if isinstance(found, Problem):
        raise ProblemError(found)  # here, where nothing holds the Secret: an error keeps what its frames hold
    return found


def _unread(where: str, error: KubeError) -> Problem:
    if error.status == NOT_FOUND:
        return Problem(Reason.CREDENTIALS_NOT_FOUND, f"{where} does not exist", definite=True)
    if error.status == FORBIDDEN:
        told = f"the operator may not read {where}: grant it `get` on Secrets in this namespace"
        return Problem(Reason.CREDENTIALS_NOT_FOUND, told, definite=True)
    return Problem(Reason.CREDENTIALS_NOT_FOUND, f"{where} cannot be read: {error}")

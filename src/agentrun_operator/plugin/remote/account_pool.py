"""Leads objects to accounts: by whose credentials, in which region. A client is made at the first use."""

from __future__ import annotations

from contextlib import ExitStack
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from agentrun_operator.agentrun import AgentRunError, Client, Config, StaticCredentials
from agentrun_operator.observation.problems import ProblemError, region_not_served
from agentrun_operator.observation.secret_data import found_in
from agentrun_operator.plugin.exits import UnknownError, UsageError
from agentrun_operator.plugin.remote.account import Account
from agentrun_operator.reconcile.state.observed import Problem
from agentrun_operator.resources.reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from agentrun_operator.agentrun import CredentialsProvider
    from agentrun_operator.reconcile.desired import Desired

Key = tuple[str, str, str]


class AccountPool:
    """The accounts of one run; they are closed with it.

    Args:
        secret: reads a Secret by namespace and name, None where there is none; without, whoever runs the command calls
            for all objects with their own credentials.
    """

    def __init__(self, secret: Callable[[str, str], Mapping[str, Any] | None] | None = None) -> None:
        self._secret = secret
        self._open = ExitStack()
        self._accounts: dict[Key, Account | ProblemError] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    @cached_property
    def own(self) -> Config:
        """What the environment says of AgentRun.

        Raises:
            UsageError: it makes no sense.
        """
        try:
            return Config()
        except AgentRunError as error:
            raise UsageError(f"the environment says of AgentRun what cannot work: {error}") from None

    def is_its_own(self, desired: Desired) -> bool:
        """Whether an object is looked at with credentials of its own Secret."""
        return self._secret is not None and desired.spec.credentials_secret_ref is not None

    def of(self, desired: Desired) -> Account:
        """The account of an object.

        Raises:
            ProblemError: there is none, and why.
        """
        reference, region = desired.spec.credentials_secret_ref, desired.spec.region or self.own.region_id
        if region != self.own.region_id and not self.own.any_region:
            raise region_not_served(region, self.own.region_id)
        secret = reference.name if reference and self._secret else ""
        key = desired.namespace if secret else "", secret, region
        if key not in self._accounts:
            self._accounts[key] = self._made(key)
        found = self._accounts[key]
        if isinstance(found, ProblemError):
            raise ProblemError(found.problem)
        return found

    def _made(self, key: Key) -> Account | ProblemError:
        namespace, secret, region = key
        try:
            credentials = self._read(namespace, secret) if secret else None
            client = Client(Config(region_id=region), credentials=credentials)
        except ProblemError as error:
            return error
        except AgentRunError as error:
            raise UsageError(f"the environment says of AgentRun what cannot work: {error}") from None
        return Account(self._open.enter_context(client))

    def _read(self, namespace: str, name: str) -> CredentialsProvider:
        """The credentials in a Secret.

        Raises:
            ProblemError: there are none (definite), or it could not be read.
        """
        where, reason = f"Secret {namespace}/{name}", Reason.CREDENTIALS_NOT_FOUND
        try:
            secret = self._secret(namespace, name) if self._secret else None
        except UnknownError as error:
            raise ProblemError(Problem(reason, f"{where} cannot be read: {error}")) from None
        if secret is None:
            raise ProblemError(Problem(reason, f"{where} does not exist", definite=True))
        found = found_in(where, secret)
        if isinstance(found, Problem):
            raise ProblemError(found)
        return StaticCredentials(found.credentials)

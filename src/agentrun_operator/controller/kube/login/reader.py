"""Reads the way to the API server, part by part, and keeps what is known of a part that cannot be read.

Each part stands for itself: a token is renewed while the kubeconfig that named its plugin is gone.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from agentrun_operator.controller.kube.login.access import Access, Route, route_of
from agentrun_operator.controller.kube.login.errors import AccessError
from agentrun_operator.controller.kube.login.kubeconfig.credential import Credential, ask_provider, read_user
from agentrun_operator.controller.kube.login.kubeconfig.tls import authorities, ssl_context
from agentrun_operator.controller.kube.login.plugin.plugin import ask_plugin

if TYPE_CHECKING:
    import ssl
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from agentrun_operator.controller.kube.login.kubeconfig.kubeconfig import Context
    from agentrun_operator.controller.kube.login.kubeconfig.tls import Certificate
    from agentrun_operator.controller.kube.login.problems import Problems

T = TypeVar("T")

SHARE = 0.8
"""After which part of its life a credential is renewed: the rest is for a plugin that fails at first."""

SHORTEST = 1.0
"""Seconds that a credential is used at least, however soon it ends."""


class Reader:
    """The way to the API server, as it was read.

    Attributes:
        renew_at: when a plugin has to be asked again, by the clock.
    """

    def __init__(
        self,
        source: Callable[[], Context],
        problems: Problems,
        clock: Callable[[], float],
        now: Callable[[], datetime],
    ) -> None:
        """Read nothing yet.

        Args:
            source: reads the cluster and the user; it may take its time.
            problems: told of what cannot be read.
            clock: the time in seconds; never set back.
            now: the time of day, by which credentials end.
        """
        self._source, self._problems, self._clock, self._now = source, problems, clock, now
        self.renew_at = float("inf")
        self._route: Route | None = None
        self._context: Context | None = None
        self._trusted: bytes | None = None
        self._credential: Credential | None = None
        self._given: tuple[object, Credential] | None = None
        self._tls: tuple[tuple[bytes, Certificate], ssl.SSLContext] | None = None

    async def read(self, *, renew: bool) -> Access:
        """Read everything.

        Args:
            renew: whether what a plugin gave is no good any more.

        Raises:
            AccessError: something cannot be read, and is not known either.
        """
        context = self._context = await self._kept("The kubeconfig", self._read_context, self._context)
        trusted = self._trusted = await self._kept(
            "The certificate authority", partial(asyncio.to_thread, authorities, context.cluster), self._trusted
        )
        credential = self._credential = await self._kept(
            "The credential", partial(self._read_credential, context, renew=renew), self._credential
        )
        route = self._route = self._route or route_of(context.cluster)
        return Access(route, await self._verified(trusted, credential.certificate, insecure=route.insecure), credential)

    async def _verified(self, trusted: bytes, shown: Certificate, *, insecure: bool) -> ssl.SSLContext:
        """The context for what was read; the same one, as long as that is the same."""
        if self._tls is None or self._tls[0] != (trusted, shown):
            build = partial(asyncio.to_thread, ssl_context, trusted, shown, insecure=insecure)
            made = await self._kept("The certificate", build, self._tls[1] if self._tls else None)
            self._tls = (trusted, shown), made
        return self._tls[1]

    async def _kept(self, what: str, reading: Callable[[], Awaitable[T]], known: T | None) -> T:
        """What is read, else what is known."""
        try:
            found = await reading()
        except Exception as error:  # noqa: BLE001 - whatever a file or a plugin holds, it is to go on
            problem = error if isinstance(error, AccessError) else AccessError(f"a defect ({type(error).__name__})")
            if known is None:
                raise problem from None
            self._problems.met(what, problem)
            return known
        self._problems.solved(what)
        return found

    async def _read_context(self) -> Context:
        """The cluster and the user. Another cluster is another operator's business: it would be taken for this one."""
        context = await asyncio.to_thread(self._source)
        if self._route and route_of(context.cluster) != self._route:
            raise AccessError(
                f"its context {context.name!r} leads to the cluster in another way than at the start (server, "
                "tls-server-name, proxy-url, insecure-skip-tls-verify): restart the operator if it is to follow"
            )
        return context

    async def _read_credential(self, context: Context, *, renew: bool) -> Credential:
        found = await asyncio.to_thread(read_user, context.user)
        fields = context.user.fields
        asked = None if found.authorization else fields.get("exec") or fields.get("auth-provider")
        if asked:
            given = await self._ask(asked, context, renew=renew)
            own = given.certificate if given.certificate.chain else found.certificate
            found = replace(given, certificate=own)
        else:
            self._given, self.renew_at = None, float("inf")
        if found.is_anonymous and self._credential and not self._credential.is_anonymous:
            raise AccessError("the kubeconfig does not say any more who asks")
        return found

    async def _ask(self, asked: object, context: Context, *, renew: bool) -> Credential:
        """What a plugin or a provider says, asked when it is time."""
        if renew:
            self.renew_at = self._clock()  # and still when it fails now
        if self._given is None or self._given[0] != asked or self._clock() >= self.renew_at:
            given = await (ask_plugin if context.user.fields.get("exec") else ask_provider)(context)
            self._given, self.renew_at = (asked, given), self._clock() + self._lasts(given)
        return self._given[1]

    def _lasts(self, given: Credential) -> float:
        """Seconds for which a credential is used. One that has ended already may be good: the clocks may differ."""
        left = (given.expires - self._now()).total_seconds() if given.expires else 0.0
        return max(SHORTEST, SHARE * left) if left > 0 else float("inf")

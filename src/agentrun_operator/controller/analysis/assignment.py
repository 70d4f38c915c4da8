"""What is to be proved of an object: its version at one settled weight. Data only."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime

    from agentrun_operator.controller.keys import ObjectKey
    from agentrun_operator.controller.remote.accounts.account import Account
    from agentrun_operator.reconcile.rollout.memory import ProbeEndpoint
    from agentrun_operator.reconcile.rollout.plan import Plan


class Assignment(NamedTuple):
    """One step of a rollout, at its settled weight. Equal ones are the same work.

    Args:
        key: the object.
        uid: which of those that had its name.
        plan: what it asks for; the block that is fetched for a round has to have its digest.
        number: the rollout.
        step: its step, from 1.
        weight: the canary's share in percent.
        settled_at: since when AgentRun holds it.
        step_bake: seconds that the step lasts at least.
        canary: the version that is rolled out.
        stable: the version that was proved.
        endpoint_name: the name of the object's endpoint in AgentRun.
        runtime_id: its runtime.
        runtime_name: the name of that, which the data plane's addresses are made of.
        account: whose credentials sign.
        probe_endpoints: those that are READY with their version, by role; the others are not asked.
        failures: the failing rounds of the step that are in its record.
    """

    key: ObjectKey
    uid: str
    plan: Plan
    number: int
    step: int
    weight: int
    settled_at: datetime
    step_bake: float
    canary: str
    stable: str
    endpoint_name: str
    runtime_id: str
    runtime_name: str
    account: Account
    probe_endpoints: tuple[ProbeEndpoint, ...] = ()
    failures: int = 0

    @property
    def work(self) -> tuple[str, int, int, datetime]:
        """What the proof is of: for another one it begins anew."""
        return self.uid, self.number, self.step, self.settled_at

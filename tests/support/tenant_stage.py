"""A stage for a hostile tenant: two namespaces of one operator, one of them the victim's, and AgentRun."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from agentrun_operator.controlplane import ControlPlane
from support.cluster import new_namespace
from support.emulator import ACCESS_KEY_ID, ACCOUNT_ID, Emulator, running_emulator
from support.endpoints import Endpoints
from support.fault_stage import BRIEF, SWIFT
from support.fault_watch import Recorder, WatchedKubectl
from support.operator import Operator, agentrun_environment
from support.tenant_user import User, bound_user

TENANTS_ACCOUNT = "2000000000000002"
KEYS = {
    "wrong": {"accessKeyId": ACCESS_KEY_ID.encode(), "accessKeySecret": b"wrong"},
    "own": {"accessKeyId": b"tenants-ak", "accessKeySecret": b"tenants-sk"},
    "colleague": {"accessKeyId": b"colleagues-ak", "accessKeySecret": b"colleagues-sk"},
    "garbage": {"accessKeyId": b"\xff\xfe\n", "accessKeySecret": b""},
}
"""What the tenant's Secrets hold."""


@dataclass(frozen=True)
class TenantStage:
    """What all attacks share.

    Attributes:
        emulator: AgentRun: one account is the operator's own and a colleague's, another one the tenant's.
        operator: Looks after both namespaces, which both may use its own credentials.
        endpoints: The victim's objects.
        victims: What they said when.
        user: The tenant.
    """

    emulator: Emulator
    operator: Operator
    endpoints: Endpoints
    victims: Recorder
    user: User


@contextmanager
def new_tenant_stage(plane: ControlPlane, folder: Path) -> Iterator[TenantStage]:
    """A stage for as long as the context lasts, with an operator at work.

    Of two objects of one second the one whose namespace's name comes first is the older one: that is the tenant's.
    """
    with running_emulator(BRIEF) as (service, emulator), new_namespace(plane) as one, new_namespace(plane) as other:
        tenant, victim = sorted((one, other))
        emulator.add_account("tenants-ak", "tenants-sk", TENANTS_ACCOUNT)
        emulator.add_account("colleagues-ak", "colleagues-sk", ACCOUNT_ID)
        where = {"kubeconfig": str(plane.kubeconfig), "namespaces": f"{victim},{tenant}"}
        operator = Operator(folder, agentrun_environment(service.url), SWIFT | where)
        with bound_user(plane, tenant) as user, Recorder(plane, victim) as victims:
            try:
                yield TenantStage(
                    emulator=emulator,
                    operator=operator.start(),
                    endpoints=Endpoints(WatchedKubectl(plane, victim, recorder=victims)),
                    victims=victims,
                    user=user,
                )
            finally:
                operator.close()

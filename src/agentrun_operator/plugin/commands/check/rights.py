"""Which of the plugin's commands the caller may use here: the table of `kubectl auth can-i`, in one question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentrun_operator.plugin.cluster.access import held
from agentrun_operator.plugin.cluster.kubectl.rights import GET, GET_SECRET, LIST, LIST_EVENTS, PATCH
from agentrun_operator.plugin.commands.check.finding import Finding, Standing

if TYPE_CHECKING:
    from agentrun_operator.plugin.cluster.kubectl.kubectl import Kubectl
    from agentrun_operator.plugin.cluster.kubectl.rights import Right

NEEDED: dict[Right, str] = {
    GET: "all commands about a NAME, and diff",
    LIST: "status, import, check, pause --all and resume --all",
    PATCH: "reconcile, pause, resume, canary, promote, rollout, rollback, release, diff",
    LIST_EVENTS: "the events of status NAME",
    GET_SECRET: "diff --secret-from-cluster, and whether Secrets exist in check",
}


def findings(kubectl: Kubectl) -> list[Finding]:
    """One line for each right.

    Raises:
        UnknownError: the cluster does not tell.
    """
    where = kubectl.namespace
    return [line(right, where, may=may) for right, may in held(kubectl, list(NEEDED), where).items()]


def line(right: Right, namespace: str, *, may: bool) -> Finding:
    """What a right that is there, or is not, means."""
    if may:
        return Finding(Standing.OK, "rights", f"may {right} in {namespace}")
    return Finding(
        Standing.TOLD, "rights", f"may not {right} in {namespace}: it is for {NEEDED[right]}; to grant it: {right.rule}"
    )

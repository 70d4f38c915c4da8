"""`check`: whether the installation is as it should be, and what the caller can see of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentrun_operator.plugin.flags import OPERATOR_NAMESPACE, Format, OperatorNamespace, Output, with_flags
from agentrun_operator.plugin.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable

    from agentrun_operator.plugin.commands.check.finding import Finding


@with_flags
def check(
    session: Session, *, operator_namespace: OperatorNamespace = OPERATOR_NAMESPACE, output: Output = Format.TEXT
) -> None:
    """Check the CRD, the operator, rights, credentials and objects, and say what to do.

    Ends with 1 where something is wrong, and with 3 where something could not be told. A right that is lacking and
    endpoints that no object has are only told.

    Example:
        kubectl agentrun check
        kubectl agentrun check -n team-a --operator-namespace agentrun-system
    """
    from agentrun_operator.plugin.commands.check import account, crd, finding, objects, operator, rights, shards  # noqa: PLC0415 - models and HTTP are slow to load

    parts: dict[str, Callable[[], list[Finding]]] = {
        "crd": lambda: crd.findings(session.kubectl),
        "operator": lambda: operator.findings(session, operator_namespace),
        "shards": lambda: shards.findings(session, operator_namespace),
        "rights": lambda: rights.findings(session.kubectl),
        "objects": lambda: objects.findings(session),
        "account": lambda: account.findings(session.kubectl),
    }
    found = [each for about, part in parts.items() for each in finding.looked(about, part)]
    finding.show(session.screen, found, output)

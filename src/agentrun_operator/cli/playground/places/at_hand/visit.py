"""A visit to a cluster that is there: asks, makes a namespace and what is missing, and takes both away again."""

from __future__ import annotations

import os
import secrets
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from agentrun_operator.cli.errors import CommandError
from agentrun_operator.cli.playground.places.at_hand.address import why_not_local
from agentrun_operator.cli.playground.places.at_hand.bystanders import bystanders
from agentrun_operator.cli.playground.places.at_hand.cluster import ClusterAtHand, find_cluster
from agentrun_operator.cli.playground.places.at_hand.consent import consent
from agentrun_operator.cli.playground.places.at_hand.crd import is_installed
from agentrun_operator.cli.playground.places.at_hand.traces import Traces
from agentrun_operator.controlplane import Kubectl, KubectlError, find_kubectl

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agentrun_operator.cli.playground.screen import Screen


@dataclass(frozen=True)
class Destination:
    """Which cluster to visit.

    Args:
        kubeconfig: The file; None for what kubectl takes by itself.
        context: The context in it; empty for the current one.
        agreed: Whether somebody said yes beforehand.
    """

    kubeconfig: Path | None
    context: str
    agreed: bool


@contextmanager
def visit(screen: Screen, destination: Destination) -> Iterator[ClusterAtHand]:
    """The cluster, ready to play in; when the block ends, however it does, what was made is taken away.

    Raises:
        CommandError: There is no such cluster, an operator works in it, it has another version of the custom resource,
            or nobody agreed.
        ControlPlaneError: There is no kubectl, or it failed.
    """
    with TemporaryDirectory(prefix="agentrun-kubectl-") as cache:
        kubectl = Kubectl(find_kubectl(os.environ), destination.kubeconfig, Path(cache))
        cluster = find_cluster(kubectl, destination.context, f"agentrun-playground-{secrets.token_hex(3)}")
        with screen.doing(f"Looking at {cluster.name}"):
            doubts = [reason for reason in (why_not_local(cluster.entry), _strangers(cluster)) if reason]
            traces = Traces(cluster, makes_crd=not is_installed(cluster))
        if not destination.agreed:
            consent(cluster.name, traces.plan, doubts)
        screen.say(traces.plan)
        try:
            with screen.doing(f"Making namespace {cluster.namespace}"):
                traces.make()
            yield cluster
        finally:
            _take_away(traces, screen)


def _strangers(cluster: ClusterAtHand) -> str:
    """Why an operator may be at work there, in words, where that cannot be seen.

    Raises:
        CommandError: One is.
    """
    try:
        found = bystanders(cluster, datetime.now(UTC))
    except KubectlError as error:
        return f"nobody can tell whether an operator works there already ({error})"
    if found:
        raise CommandError(
            f"an operator works in {cluster.name} already ({', '.join(found)}): it would take the samples for its own, "
            "and make endpoints of them in a real account. Take another cluster, or the playground's own, without "
            "--context and --kubeconfig"
        )
    return ""


def _take_away(traces: Traces, screen: Screen) -> None:
    try:
        with screen.doing("Taking away what was made"):
            stays = traces.remove()
    except OSError:  # the terminal has gone: nobody sees it, and it has to be done all the same
        traces.remove()
        return
    except KeyboardInterrupt:
        screen.say(f"Interrupted: some of it may stay. {traces.by_hand}")
        raise
    for told in stays:
        screen.say(told)

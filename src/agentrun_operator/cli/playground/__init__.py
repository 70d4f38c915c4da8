"""`playground`: a cluster, an emulated AgentRun and the operator on this machine, to look at and to play with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from agentrun_operator.cli.errors import CommandError
from agentrun_operator.cli.extras import require_playground

FETCH = "AGENTRUN_PLAYGROUND_FETCH"
FETCH_FROM = "AGENTRUN_PLAYGROUND_FETCH_FROM"

Once = Annotated[
    bool, typer.Option("--once", help="Create, update, drift, promote, revert, delete, check each, then exit.")
]
Context = Annotated[
    str, typer.Option(help="Play in the cluster of this context, kind, minikube or any other, instead of a new one.")
]
Kubeconfig = Annotated[
    Path | None,
    typer.Option(help="Play in a cluster that this file names: its current context, or --context.", dir_okay=False),
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask before writing to a cluster that is not on this machine.")]
Fetch = Annotated[
    bool,
    typer.Option(
        "--fetch",
        envvar=FETCH,
        help="Where nothing is built yet, fetch kube-apiserver, etcd and kubectl from where Kubernetes publishes them, "
        "by pinned checksum.",
    ),
]
FetchFrom = Annotated[
    str, typer.Option(envvar=FETCH_FROM, metavar="URL", help="Fetch them from a mirror; their checksums are the same.")
]


def playground(  # noqa: PLR0917 - the options of a command line
    once: Once = False,  # noqa: FBT002 - a flag of the command line
    context: Context = "",
    kubeconfig: Kubeconfig = None,
    yes: Yes = False,  # noqa: FBT002 - a flag of the command line
    fetch: Fetch = False,  # noqa: FBT002 - a flag of the command line
    fetch_from: FetchFrom = "",
) -> None:
    """Try the operator: a real control plane, an emulated AgentRun, and samples that become Ready.

    Stays until Ctrl-C and prints what to try meanwhile. With --once it goes through the life of an endpoint, checks
    that AgentRun holds what it should, and exits: 0, or 1 and what failed.

    The control plane is a new one, of programs that KUBEBUILDER_ASSETS names, that were built or fetched before, or
    that are built now, which takes minutes once. With --context or --kubeconfig it is a cluster that is there: the
    playground makes a namespace in it, and the custom resource if it is missing, and takes away what it made.
    """
    require_playground("playground")
    if fetch_from and not fetch_from.startswith(("http://", "https://")):
        raise CommandError(f"--fetch-from is {fetch_from}, which is no URL with http or https")
    from agentrun_operator.cli.playground.places.at_hand import Destination  # noqa: PLC0415 - the help must not load all this
    from agentrun_operator.cli.playground.play import play  # noqa: PLC0415 - the help must not load all this
    from agentrun_operator.controlplane import Download  # noqa: PLC0415 - the help must not load all this

    elsewhere = Destination(kubeconfig, context, agreed=yes) if context or kubeconfig else None
    play(once=once, elsewhere=elsewhere, download=Download(fetch or bool(fetch_from), fetch_from))

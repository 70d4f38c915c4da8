"""All of an import: read AgentRun, leave out what objects have, write what is left, and say what was lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from agentrun_operator.plugin.commands.importing.files import folder, write
from agentrun_operator.plugin.commands.importing.known import known, verdict
from agentrun_operator.plugin.commands.importing.manifests.drafts import Wanted, drafts, region_of
from agentrun_operator.plugin.commands.importing.reading import chosen, endpoints_of
from agentrun_operator.plugin.commands.importing.report import Report
from agentrun_operator.plugin.commands.importing.screening import screened
from agentrun_operator.plugin.exits import PluginError
from agentrun_operator.plugin.remote.account import environments_account
from agentrun_operator.plugin.remote.unowned import unowned

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from agentrun_operator.agentrun import Runtime
    from agentrun_operator.plugin.cluster.kubectl.kubectl import Kubectl
    from agentrun_operator.plugin.commands.importing.known import Known
    from agentrun_operator.plugin.commands.importing.manifests.drafts import Draft
    from agentrun_operator.plugin.commands.importing.mode import Mode
    from agentrun_operator.plugin.remote.unowned import Remote
    from agentrun_operator.plugin.screen.screen import Screen
    from agentrun_operator.plugin.session import Session


class Request(NamedTuple):
    """What was asked for.

    Args:
        runtimes: names and ids; empty: all.
        mode: what the objects do with their endpoints.
        by_id: whether runtimes are named by their ids.
        output_dir: where a file for each endpoint goes; None: to standard output.
    """

    runtimes: Sequence[str]
    mode: Mode
    by_id: bool
    output_dir: Path | None


class Source(NamedTuple):
    """What AgentRun told.

    Args:
        remotes: the endpoints of the runtimes that were asked for.
        runtimes: all of the account.
        region: where it was asked.
    """

    remotes: list[Remote]
    runtimes: list[Runtime]
    region: str


def run(session: Session, request: Request) -> None:
    """Import.

    Raises:
        PluginError: not everything could be imported; all else was.
    """
    report = Report(session.screen)
    if request.output_dir:
        folder(request.output_dir)
    with session.screen.progress() as progress:
        source = _read(request, report, progress)
        cluster = known(session.kubectl)
        found = _drafted(source, cluster, request, session.kubectl.connection.namespace, report)
        good = _taken(session.kubectl, found, cluster, report, progress)
    _write(session.screen, good, request.output_dir, report)
    report.end()


def _read(request: Request, report: Report, progress: Callable[[str], None]) -> Source:
    with environments_account() as account:
        progress("Reading the runtimes of the account")
        runtimes = account.runtimes()
        choice = chosen(runtimes, request.runtimes)
        found = endpoints_of(account, choice.runtimes if request.runtimes else runtimes, progress)
    for why in choice.wrong:
        report.fail(why)
    for why in found.untold:
        report.untold(why)
    return Source(found.remotes, runtimes, account.region)


def _drafted(source: Source, cluster: Known, request: Request, namespace: str, report: Report) -> list[Draft]:
    """The manifests of what no object has, as far as our own model takes them."""
    if cluster.lacking:
        report.warn(cluster.lacking)
    left = unowned(source.remotes, cluster.objects)
    if len(left) < len(source.remotes):
        report.hint(f"Objects have {len(source.remotes) - len(left)} of {len(source.remotes)} endpoints already")
    found = screened(left)
    for why in found.passed:
        report.hint(f"Passed over: {why}")
    for why in found.failed:
        report.fail(why)
    _tell_regions(found.importable, source.region, report)
    wanted = Wanted(request.mode, namespace, request.by_id, source.region)
    made = drafts(sorted(found.importable, key=_place), source.runtimes, cluster.names, wanted)
    for each in made:
        if each.imported.refused:
            report.fail(f"{each.title}: {'; '.join(each.imported.refused)}")
    return [each for each in made if not each.imported.refused]


def _place(remote: Remote) -> tuple[str, str, str]:
    """AgentRun promises no order; files that are compared need one."""
    runtime = remote.runtime
    return runtime.agent_runtime_name or "", runtime.agent_runtime_id or "", remote.name


def _tell_regions(remotes: Sequence[Remote], asked: str, report: Report) -> None:
    """Say where AgentRun names another region than the one that was asked."""
    for region in sorted({region_of(each.runtime, asked) for each in remotes} - {asked}):
        report.warn(
            f"region is {region or 'unreadable'!r} by AgentRun's word, {asked!r} was asked: the former is written"
        )


def _taken(
    kubectl: Kubectl, found: list[Draft], cluster: Known, report: Report, progress: Callable[[str], None]
) -> list[Draft]:
    """Those that the API server would take, as far as it can be asked."""
    if not cluster.there or not found:
        return found
    told = verdict(kubectl, [each.text for each in found], progress)
    if told.unasked:
        report.warn(told.unasked)
    for place, why in told.refused.items():
        report.fail(f"{found[place].title}: the API server would refuse it: {why}")
    return [each for place, each in enumerate(found) if place not in told.refused]


def _write(screen: Screen, found: Sequence[Draft], output_dir: Path | None, report: Report) -> None:
    """Write the manifests, and note what they do not say."""
    if output_dir is None:
        if found:
            screen.write("---\n".join(each.text for each in found))
        written = list(found)
    else:
        written = [each for each in found if _filed(screen, each, output_dir, report)]
    for each in written:
        for lost in each.imported.lost:
            report.warn(f"{each.title}: {lost}")
    report.hint(f"Imported: {len(written)}")


def _filed(screen: Screen, draft: Draft, output_dir: Path, report: Report) -> bool:
    """Whether a manifest is in its file."""
    path = output_dir / f"{draft.imported.name}.yaml"
    try:
        write(path, draft.text)
    except PluginError as error:
        report.fail(f"{draft.title}: {error}")
        return False
    screen.write(str(path))
    return True

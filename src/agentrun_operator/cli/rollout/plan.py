"""`rollout plan`: the steps of a plan, what it takes and what it costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from agentrun_operator.cli.rollout.manifest import File, Manifest, read
from agentrun_operator.durations import exactly

if TYPE_CHECKING:
    from agentrun_operator.cli.rollout.forecast import Forecast
    from agentrun_operator.reconcile.rollout.plan import Plan


def plan(filename: File) -> None:
    """Show the steps of a rollout, the earliest end, what it costs and how soon a bad version is taken back.

    Nothing is asked of a cluster or of AgentRun. A file that the API server would refuse is refused: exit code 2.
    """
    from agentrun_operator.cli.rollout.forecast import forecast  # noqa: PLC0415 - the help needs none of it
    from agentrun_operator.reconcile.rollout.plan import block_digest, plan_of  # noqa: PLC0415 - as above

    manifest = read(filename)
    found = plan_of(manifest.rollout, block_digest(manifest.written))
    expected = forecast(manifest.rollout, found)
    for line in (*_steps(manifest, found, expected), "", *_waits(found, expected), *_cost(found, expected)):
        typer.echo(line)


def _steps(manifest: Manifest, plan: Plan, expected: Forecast) -> list[str]:
    if plan.immediate:
        return [
            f"{manifest.name}: strategy Immediate skips the steps: {manifest.target_version} gets all traffic at once"
        ]
    lines = [f"{manifest.name}: {len(plan.steps)} steps to targetVersion {manifest.target_version}", ""]
    lines.append(f"{'STEP':<6}{'WEIGHT':<8}{'BAKE':<10}{'APPROVAL':<10}{'OVER AFTER':<12}PROOF")
    over = 0.0
    for number, (step, least) in enumerate(zip(plan.steps, expected.steps, strict=True), 1):
        over += least
        asks = "yes" if step.approval else "-"
        weight = f"{step.weight}%"
        lines.append(
            f"{number:<6}{weight:<8}{exactly(step.bake):<10}{asks:<10}{exactly(over):<12}{_proof(plan, step.weight)}"
        )
    return lines


def _proof(plan: Plan, weight: int) -> str:
    kinds = [f"probes each {exactly(plan.probe_interval)}"] if plan.probes else []
    kinds += [f"metrics each {exactly(plan.interval)}"] if plan.metrics and weight else []
    return ", ".join(kinds) or "none: by time alone"


def _waits(plan: Plan, expected: Forecast) -> list[str]:
    if plan.immediate:
        return []
    people = " and people who approve come on top" if any(step.approval for step in plan.steps) else ""
    return [
        f"Earliest end:    {exactly(expected.earliest)}; AgentRun's time to set each split{people or ' comes on top'}",
        f"Time-out:        longer than {exactly(expected.longest)}, for what waits for the whole plan: helm, Flux,",
        "                 kubectl wait --for=condition=RolledOut: each step may use up its deadline. Or wait for Ready",
    ]


def _cost(plan: Plan, expected: Forecast) -> list[str]:
    if plan.immediate:
        return []
    lines = []
    if plan.probes:
        lines.append(
            f"Probes:          at most {expected.calls} calls and {expected.tokens} tokens of answers;"
            f" {expected.waiting} calls more each {exactly(plan.probe_interval)} of waiting"
        )
    taken = "is taken back" if plan.reverts else "is held where it is (onFailure: Hold)"
    for kind, longest in expected.reverts.items():
        lines.append(f"If it is bad:    it {taken} within {exactly(longest)} by {kind}, and AgentRun's time to set it")
    lines.append(
        f"If it is silent: it {taken} after {exactly(plan.deadline)} without proof" if plan.proves else NO_PROOF
    )
    return lines


NO_PROOF = "If it is bad:    nobody looks: there is no spec.rollout.analysis"

"""Shows the figures of rollouts to people, as rows of tables. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.phases import CREATE, UPDATE
from benchmarks.plans import RolloutPlan

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.figures import Cost, Spread
    from benchmarks.results import Results
    from benchmarks.rollout_figures import Bulk

Rows = list[list[str]]

INVOKE = "InvokeOpenAI"
DELETE = "DeleteAgentRuntimeEndpoint"

ROLLOUT = (
    "",
    "status writes",
    "other writes to objects",
    "events",
    "updates",
    "creates and deletes of probe endpoints",
    "other calls to AgentRun",
    "probe calls",
    "CPU ms",
    "seconds",
    "taken back",
)

BULK = (
    "",
    "writes per create",
    "events per create",
    "calls per create",
    "CPU ms per create",
    "create s",
    "CPU % at rest",
    "writes at rest",
    "restart s",
    "CPU s of a restart",
    "writes at a restart",
    "MiB at rest",
    "MiB at most until then",
    "MiB after a restart",
    "MiB at most",
)


def rollout_tables(results: Results) -> dict[str, Rows]:
    """The tables, by their titles."""
    return {
        "Rollouts": _rollouts(results),
        "Versions that turn bad": _turned_bad(results),
        "Edits beside rollouts": _meanwhile(results),
        "Objects with a rollout block": _bulks(results),
    }


def _rollouts(results: Results) -> Rows:
    """A column for each phase; everything but the seconds is for each object."""
    columns = []
    for rolling in results.rollings:
        phases = {"": rolling.cost, **rolling.rests}.items()
        columns += [_phase(rolling.plan, rolling.objects, *phase, rolling.taken_back) for phase in phases]
    if bad := results.turned_bad:
        columns.append(_phase(RolloutPlan.PROOF, bad.objects, "baking", bad.baking, 0))
    return _beside(ROLLOUT, columns)


def _phase(plan: RolloutPlan, objects: int, phase: str, cost: Cost, taken_back: int) -> list[str]:
    each = (f"{count / objects:.3g}" for count in _counts(cost))
    cpu = f"{1000 * cost.cpu['program'] / objects:.1f}"
    shown = f"{objects} by {plan}" + (f", {phase}" if phase else "")
    return [shown, *each, cpu, f"{cost.seconds or 0:.0f}", str(taken_back)]


def _counts(cost: Cost) -> Iterator[int]:
    status, events = cost.writes.get("PATCH status", 0), cost.writes.get("event", 0)
    yield from (status, cost.object_writes - status, events)
    updates, probes = cost.calls.get(UPDATE, 0), cost.calls.get(INVOKE, 0)
    made = cost.calls.get(CREATE, 0) + cost.calls.get(DELETE, 0)
    yield from (updates, made, cost.remote_calls - updates - made - probes, probes)


def _turned_bad(results: Results) -> Rows:
    rows = [["from", "p50 s", "p95 s", "longest s", "bound without the update s"]]
    if bad := results.turned_bad:
        rounds = bad.rounds * bad.round
        rows.append(["the first bad answer to the update", *_spread(bad.answered), f"{rounds:g}"])
        rows.append(["turning bad to the update", *_spread(bad.noticed), f"{bad.interval + rounds:g}"])
    return rows


def _meanwhile(results: Results) -> Rows:
    rows = [["what", "when", "p50 s", "p95 s", "longest s"]]
    if found := results.meanwhile:
        for what, spreads in {"starts": found.started, "READY to Ready": found.ready}.items():
            rows += [
                [what, when, *_spread(spread)] for when, spread in zip(("before", "meanwhile"), spreads, strict=True)
            ]
    return rows


def _bulks(results: Results) -> Rows:
    return _beside(BULK, [_bulk(bulk) for bulk in results.bulks])


def _bulk(bulk: Bulk) -> list[str]:
    create, rest, restart = bulk.create, bulk.rest, bulk.restart
    counts = (create.object_writes, create.writes.get("event", 0), create.remote_calls)
    made = [*(f"{count / bulk.objects:.3g}" for count in counts), f"{1000 * create.cpu['program'] / bulk.objects:.2f}"]
    resting = [f"{100 * rest.cpu['program'] / (rest.seconds or 1):.2f}", str(rest.object_writes)]
    after = [f"{restart.seconds or 0:.1f}", f"{restart.cpu['program']:.1f}", str(restart.object_writes)]
    memory = [*_memory(bulk.resting_memory), *_memory(bulk.restarted_memory)]
    shown = f"{bulk.objects:,} with a block" if bulk.plan else f"{bulk.objects:,} without one"
    return [shown, *made, f"{create.seconds or 0:.0f}", *resting, *after, *memory]


def _beside(head: Sequence[str], columns: Sequence[Sequence[str]]) -> Rows:
    """Put columns side by side; without any there are no rows."""
    return [list(row) for row in zip(head, *columns, strict=True)] if columns else []


def _memory(mebibytes: tuple[float, float]) -> list[str]:
    return [f"{each:.0f}" for each in mebibytes]


def _spread(spread: Spread) -> list[str]:
    return [f"{seconds:.2f}" for seconds in (spread.p50, spread.p95, spread.longest)]

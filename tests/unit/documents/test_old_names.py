"""What a part was called before it took the field's term comes back nowhere: not in code, and not in what is written.

An English word is looked for only where something is named so, or where it is quoted as a name.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
TEXTS = ("*.md", "src/**/*.py", "tests/**/*.py", "benchmarks/**/*.py", "docs/**/*.md", "docs/**/*.py", "deploy/**/*.md")

NAMES = {
    "Accounts": "AccountPool",
    "Book": "EndpointCache",
    "Flight": "SingleFlight",
    "Following": "TransitionRefresh",
    "Leading": "Manager",
    "Mark": "AddClaim",
    "Objects": "ObjectWriter",
    "Pace": "PollSchedule",
    "Places": "PrioritySemaphore",
    "Plan": "DelayQueue",
    "Recorder": "EventRecorder",
    "Rivals": "OwnershipIndex",
    "Runner": "Workers",
    "Server": "KubeClient",
    "Shape": "Comparable",
    "Situation": "Input",
    "Story": "Reporter",
    "Surroundings": "AccountContext",
    "Sweep": "PageReader",
    "Terms": "LeaseConfig",
    "Track": "ObjectMemory",
    "Turns": "FairWaiters",
    "Unmark": "RemoveClaim",
    "Watchers": "Subscribers",
    "Wishes": "Trigger",
    "forgive": "forget",
    "hurry": "poll_soon",
}
"""English words: a name of ours no more, and free everywhere else."""

ELSEWHERE: dict[str, str | tuple[str, ...]] = {
    "Objects": "benchmarks/",  # an option, how many
    "Plan": ("benchmarks/soak", "src/agentrun_operator/"),  # of a soak, and of a rollout
    "Recorder": "tests/support/fault_watch",  # of what a watch said when
    "Server": "src/agentrun_operator/emulator/",  # one that serves
    "Situation": "src/agentrun_operator/reconcile/rollout/",  # of a rollout
    "ServerError": ("src/agentrun_operator/agentrun/", "tests/", "docs/", "CHANGELOG.md"),  # the official SDK's word
}
"""Where a word is the right one, for another thing."""

TERMS = {
    "Intake": "Informer",
    "RegularLook": "FullRefresh",
    "RuntimeView": "RuntimeCache",
    "ServerError": "KubeError",
    "Sweeper": "Resync",
    "TokenBucket": "AdaptiveRateLimiter",
    "UnseenError": "ProblemError",
    "intake": "informer",
    "sweeper": "resync",
    "unless_stopped": "run_until",
}
"""Nothing else is called so, in prose either."""

MODULES = {
    "controller": {
        "account": "controller.remote.accounts.account",
        "accounts": "controller.remote.accounts.pool",
        "book": "controller.remote.runtime.endpoint_cache",
        "connection": "controller.kube.connection",
        "events": "controller.kube.events",
        "execute": "controller.worker.execute",
        "flight": "controller.concurrency.single_flight",
        "following": "controller.remote.polling.transition_refresh",
        "frugal": "controller.remote.runtime.interning",
        "gather": "controller.worker.gather",
        "handlers": "controller.informer.kopf_handlers",
        "health": "controller.telemetry.health",
        "identity": "controller.informer.ownership",
        "intake": "controller.informer.informer",
        "leading": "controller.manager",
        "lease": "controller.kube.leader_election",
        "limits": "controller.concurrency.rate_limiter",
        "logs": "controller.telemetry.logs",
        "metrics": "controller.telemetry.metrics",
        "objects": "controller.worker.object_writer",
        "pace": "controller.remote.polling.schedule",
        "plan": "controller.concurrency.queue.delay_queue",
        "poller": "controller.remote.polling.poller",
        "preflight": "controller.kube.preflight",
        "queue": "controller.concurrency.queue.workqueue",
        "reconciler": "controller.worker.reconciler",
        "regular": "controller.remote.polling.full_refresh",
        "rivals": "controller.informer.ownership_index",
        "runner": "controller.worker.workers",
        "secrets": "controller.remote.accounts.secret_credentials",
        "server": "controller.kube.client",
        "stopping": "controller.concurrency.cancellation",
        "store": "controller.informer.store",
        "story": "controller.worker.reporter",
        "sweep": "controller.remote.polling.page_reader",
        "sweeper": "controller.informer.resync",
        "track": "controller.worker.object_memory",
        "turns": "controller.concurrency.fairness",
        "unseen": "controller.remote.problems",
        "view": "controller.remote.runtime.runtime",
        "watch": "controller.informer.watch",
        "watchers": "controller.remote.runtime.subscribers",
    },
    "reconcile": {
        "alive": "reconcile.live_checks",
        "deleting": "reconcile.deletion_checks",
        "outcome": "reconcile.after_write",
        "shape": "reconcile.comparable",
        "situation": "reconcile.input",
        "wire": "reconcile.payload",
    },
    "agentrun": {
        "ahead": "agentrun.http.read_ahead",
        **dict.fromkeys(["canonical", "errors", "operations", "paging", "protocol", "waiting"], "agentrun.api"),
        **dict.fromkeys(["chain", "config", "credentials", "data_signing", "secret", "signing"], "agentrun.auth"),
        **dict.fromkeys(["by_id", "invocation", "openai", "remote"], "agentrun.endpoint"),
        **dict.fromkeys(["client", "retry", "translation", "transport"], "agentrun.http"),
    },
}


def pattern(form: str, names: Iterable[str]) -> re.Pattern[str]:
    """Finds each of the names where the form says OLD."""
    return re.compile(form.replace("OLD", f"({'|'.join(names)})"), re.MULTILINE)


PATTERNS = [
    (pattern(r"\b(?:class|def) OLD\b|^\s*OLD(?:: [^=]+)? = |`OLD`", NAMES), NAMES),
    (pattern(r"\bOLD\b", TERMS), TERMS),
    *(
        (pattern(rf"(?:agentrun_operator\.{package}\.|`{package}\.|\b{package}/)OLD\b", moved), moved)
        for package, moved in MODULES.items()
    ),
]


def old_names(path: str, text: str) -> Iterator[str]:
    """A line for each old name in a file's path or text."""
    told = f"{path}\n{text}"
    for old_name, new_names in PATTERNS:
        for found in old_name.finditer(told):
            old = found[found.lastindex or 0]
            if old not in ELSEWHERE or not path.startswith(ELSEWHERE[old]):
                line = told.count("\n", 0, found.start(found.lastindex or 0)) or 1
                yield f"{path}:{line}: {found[0].strip()!r} has another name now: {new_names[old]}"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("src/a.py", "class Plan(Generic[K]):"),
        ("src/a.py", "    async def hurry(self) -> None:"),
        ("tests/a.py", "Objects: TypeAlias = list[int]"),
        ("docs/a.md", "the `Rivals` of an object"),
        ("docs/a.md", "The sweeper compares"),
        ("src/a.py", "        ServerError: 409 when it has"),
        ("src/a.py", "from agentrun_operator.controller.queue import WorkQueue"),
        ("src/a.py", '"""Data only; `controller.execute` does them."""'),
        ("CONTRIBUTING.md", "see `reconcile/wire.py`"),
        ("src/agentrun_operator/controller/queue.py", ""),
    ],
)
def test_an_old_name_is_found(path: str, text: str):
    assert len(list(old_names(path, text))) == 1


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("src/a.py", "with asyncio.Runner() as runner:\n    plan = runner.run(work())"),
        ("src/a.py", "class _Server(uvicorn.Server):"),
        ("src/a.py", "raise InternalServerError"),
        ("src/a.py", '"""Objects in one page of a list."""'),
        ("docs/a.md", "claims, drift, rivals and limits go their pace, and turns are taken"),
        ("benchmarks/a.py", "Objects = Annotated[int, typer.Option()]"),
        (
            "src/agentrun_operator/controller/kube/events.py",
            "from agentrun_operator.observation.problems import Problem",
        ),
        ("tests/a.py", "emulator.calls('agentrun')"),
    ],
)
def test_a_word_that_names_something_else_is_none(path: str, text: str):
    assert list(old_names(path, text)) == []


def test_no_old_name_is_left():
    files = {path for pattern in TEXTS for path in ROOT.glob(pattern)} - {Path(__file__)}
    left = [told for path in sorted(files) for told in old_names(str(path.relative_to(ROOT)), path.read_text())]
    if left:
        pytest.fail("\n".join(left), pytrace=False)

"""Minutes of an operator's life: objects come, change, roll out and go; calls fail, are throttled; endpoints drift.

What people and AgentRun do while Prometheus looks; nothing here draws or asks.
"""
# ruff: noqa: INP001 - a script beside its picture

from __future__ import annotations

import itertools
import random
import time
from typing import TYPE_CHECKING

import yaml

from agentrun_operator.cli.playground.samples import agents
from agentrun_operator.cli.playground.samples.expected import ROLLED, manifests

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.emulator import Emulator
    from support.endpoints import Endpoints

MINUTES = 5
ERRORS = (70, 100)  # seconds from the begin, when AgentRun answers with errors
THROTTLED = (130, 145)
RUNTIMES = [f"bot-{number}" for number in range(3)]


def busy(endpoints: Endpoints, emulator: Emulator, begin: float) -> None:
    """Goes through them, and returns after MINUTES.

    Args:
        endpoints: The objects' namespace, where nothing is yet.
        emulator: AgentRun, without runtimes.
        begin: When the picture begins, in seconds since the epoch.
    """
    chance = random.Random(1)  # noqa: S311 - a choice, no secret
    ids = [emulator.add_runtime(runtime) for runtime in RUNTIMES]
    emulator.add_endpoint(ids[0], "taken")
    endpoints.apply("taken", runtime=RUNTIMES[0])
    endpoints.apply("reported", runtime=RUNTIMES[1], driftPolicy="Report")
    emulator.patch_endpoint(endpoints.wait_ready("reported")["status"]["endpointId"], description="theirs")
    rolled = rollouts(endpoints, emulator)
    alive: list[str] = []
    for second in range(60 * MINUTES):
        alive.append(f"chat-{second}")
        edited(endpoints, emulator, alive, chance)
        troubled(emulator, time.time() - begin)
        if second % 8 == 0:
            next(rolled)
        if time.time() > begin + 60 * MINUTES:
            return
        time.sleep(1)


def edited(endpoints: Endpoints, emulator: Emulator, alive: list[str], chance: random.Random) -> None:
    """One object comes, one is edited, beyond forty the oldest goes, and now and then somebody changes an endpoint."""
    endpoints.apply(alive[-1], runtime=chance.choice(RUNTIMES))
    endpoints.change(chance.choice(alive), description=f"as of {alive[-1]}")
    found = emulator.endpoint(chance.choice(alive))
    if found and chance.random() < 0.3:  # noqa: PLR2004 - some of the time
        emulator.patch_endpoint(found["agentRuntimeEndpointId"], targetVersion="2")
    if len(alive) > 40:  # noqa: PLR2004 - enough
        endpoints.delete(alive.pop(0))


def troubled(emulator: Emulator, seconds: float) -> None:
    """What AgentRun does wrong by then."""
    begin, end = ERRORS
    if begin < seconds < end:
        emulator.fault("*", status=500, times=2)
    begin, end = THROTTLED
    emulator.behave(throttling={"qps": 4, "burst": 4} if begin < seconds < end else None)


def rollouts(endpoints: Endpoints, emulator: Emulator) -> Iterator[None]:
    """At each turn a new object, and a new version for the one before; of three versions one is bad."""
    runtime = emulator.add_runtime(agents.RUNTIME)
    for version, manners in agents.MANNERS.items():
        emulator.set_manners(runtime, version, *manners)
    sample = next(each for each in yaml.safe_load_all(manifests()) if each["metadata"]["name"] == ROLLED)
    for number in itertools.count():
        endpoints.kubectl.apply(sample | {"metadata": {"name": f"{ROLLED}-{number}"}})
        if number:
            endpoints.change(f"{ROLLED}-{number - 1}", targetVersion="2" if number % 3 else "3")
        yield

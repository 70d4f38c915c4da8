"""Before it leads, an operator reads the Leases of others, with time measured on its own clock alone."""

import asyncio
from itertools import count
from typing import Any

import pytest

from agentrun_operator.controller.settings import Settings
from agentrun_operator.controller.shards.leases import OtherLeases
from agentrun_operator.resources.names import APP, NAME_LABEL, WATCH_SELECTOR
from support.controller_server import MemoryServer, Weather
from support.controller_time import clock

LEASES = "/apis/coordination.k8s.io/v1/namespaces/system/leases"
NUMBERS = count()


def put(kube: MemoryServer, name: str = "theirs", selector: str = "k=blue", *, ours: bool = True, **spec: Any) -> None:
    """A Lease is made, or renewed."""
    head: dict[str, Any] = {"name": name, "labels": {NAME_LABEL: APP} if ours else {}}
    head |= {"annotations": {WATCH_SELECTOR: selector}} if selector else {}
    usual = {"holderIdentity": "pod-b", "leaseDurationSeconds": 15, "renewTime": f"time {next(NUMBERS)}"}
    kube.put(f"{LEASES}/{name}", {"metadata": head, "spec": usual | spec})


@pytest.fixture
async def kube() -> MemoryServer:
    return MemoryServer()


def leases(kube: MemoryServer, selector: str = "k in (blue,red)", **more: Any) -> OtherLeases:
    settings = Settings(lease_namespace="system", watch_label_selector=selector, **more)
    return OtherLeases(kube, settings, clock)


async def test_whoever_may_cover_the_same_objects_is_in_the_way_and_named(kube: MemoryServer):
    put(kube)
    told = await leases(kube).in_the_way()
    assert told == "pod-b holds the Lease theirs, and looks after objects with k=blue"
    assert await leases(kube, "").in_the_way() == told


@pytest.mark.parametrize(
    "lease",
    [
        pytest.param({"selector": "k=green"}, id="of other objects for certain"),
        pytest.param({"holderIdentity": ""}, id="given back"),
        pytest.param({"ours": False, "selector": ""}, id="not an operator's"),
    ],
)
async def test_others_are_not_in_the_way(kube: MemoryServer, lease: dict[str, Any]):
    put(kube, **lease)
    assert await leases(kube).in_the_way() == ""


@pytest.mark.parametrize("name", ["agentrun-operator", "mine"])
async def test_a_lease_of_an_older_version_is_known_by_its_name_and_is_for_all_objects(kube: MemoryServer, name: str):
    put(kube, name, selector="", ours=False)
    assert (await leases(kube, lease_name="mine").in_the_way()).endswith("looks after all objects")


async def test_ones_own_lease_is_not_in_the_way(kube: MemoryServer):
    put(kube, "agentrun-operator", selector="")
    assert await leases(kube, "").in_the_way() == ""


async def test_a_lease_that_nobody_renews_is_in_the_way_for_its_duration_and_no_longer(kube: MemoryServer):
    put(kube, leaseDurationSeconds=20)
    others = leases(kube)
    for _ in range(2):
        assert await others.in_the_way()
        await asyncio.sleep(9.5)
    await asyncio.sleep(1.5)
    assert await others.in_the_way() == ""
    put(kube)
    assert await others.in_the_way()


@pytest.mark.parametrize(
    "weather", [Weather(refused=True, status=403), Weather(before=60)], ids=["refused", "no answer"]
)
async def test_where_leases_cannot_be_read_nobody_leads(kube: MemoryServer, weather: Weather):
    kube.weather = lambda _method, _path: weather
    assert "cannot be read" in await leases(kube).in_the_way()

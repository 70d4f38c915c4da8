"""What is read of objects that other operators may look after."""

from typing import Any

import pytest

from agentrun_operator.controller.kube.errors import KubeError
from agentrun_operator.controller.shards.others import MOST, Others
from agentrun_operator.reconcile.state.claim import Claim
from agentrun_operator.resources.names import ENDPOINT_LABEL, FINALIZER, PAUSED
from support.controller import Body, body, claim
from support.controller_server import MemoryServer, Weather

OWN = Claim("uid-of-chat", "", "", "runtime-1", "chat", since="2026-11-22T09:00:00Z")
SEEN = {"agentRuntimeId": "runtime-1", "endpointId": "e-1"}


def claiming(name: str, *, label: str = OWN.label, held: Body | None = None, **more: Any) -> Body:
    """An object with a claim on the endpoint `chat`, in its own status."""
    status = {"claim": held or claim(f"uid-of-{name}")} | more.pop("status", {})
    made = body(name, finalizers=(FINALIZER,), status=status, endpointName="chat", **more)
    made["metadata"]["labels"] = {ENDPOINT_LABEL: label}
    return made


@pytest.fixture
async def kube() -> MemoryServer:
    return MemoryServer()


async def names(kube: MemoryServer) -> list[str]:
    seen = await Others(kube).claimants(OWN, claimed=True)
    assert (seen.unseen, seen.claimed) == ("", True)
    return [each.name for each in seen.found]


async def test_whoever_has_a_claim_is_found_in_every_namespace_with_what_is_recorded(kube: MemoryServer):
    for made in (claiming("a", status=SEEN), claiming("b", namespace="team-b"), claiming("chat")):
        kube.put_resource(made)

    seen = await Others(kube).claimants(OWN, claimed=False)

    assert [(each.namespace, each.name, each.endpoint_id) for each in seen.found] == [
        ("team-a", "a", "e-1"),
        ("team-b", "b", ""),
        ("team-a", "chat", ""),
    ]
    assert not seen.claimed
    assert len(kube.asked) == 2  # by pages


@pytest.mark.parametrize(
    "made",
    [
        pytest.param(claiming("a", label="another"), id="of another endpoint"),
        pytest.param(claiming("a", held=claim("uid-of-somebody")), id="with a copied claim"),
        pytest.param(claiming("a", held=claim("uid-of-a", "runtime-2")), id="with a claim elsewhere"),
        pytest.param(claiming("a", annotations={PAUSED: "true"}), id="paused, and nothing seen"),
        pytest.param(claiming("a", held={"uid": 7}), id="with an odd claim"),
        pytest.param(claiming("a") | {"status": "odd"}, id="with an odd status"),
        pytest.param(claiming("a") | {"spec": None}, id="with no spec"),
    ],
)
async def test_whoever_has_no_valid_claim_does_not_count(kube: MemoryServer, made: Body):
    kube.put_resource(made)
    assert await names(kube) == []


async def test_ones_own_object_counts_however_it_stands(kube: MemoryServer):
    kube.put_resource(claiming("chat", annotations={PAUSED: "true"}))
    assert await names(kube) == ["chat"]


async def test_a_list_that_is_refused_is_told(kube: MemoryServer):
    kube.forbidden.add("")
    seen = await Others(kube).claimants(OWN, claimed=True)
    assert "no permission" in seen.unseen


async def test_a_list_without_an_answer_is_an_error_that_is_tried_again(kube: MemoryServer):
    kube.weather = lambda _method, _path: Weather(refused=True)
    with pytest.raises(KubeError):
        await Others(kube).claimants(OWN, claimed=True)


async def test_more_objects_than_there_can_be_are_not_read(kube: MemoryServer):
    kube.page_size = 400
    for number in range(3 * MOST):
        kube.put_resource(claiming(f"n{number}"))
    seen = await Others(kube).claimants(OWN, claimed=True)
    assert f"more than {MOST} objects" in seen.unseen
    assert len(kube.asked) == 2


async def test_an_object_is_there_as_long_as_its_uid_is(kube: MemoryServer):
    others, made = Others(kube), body("chat")
    left = made | {"metadata": made["metadata"] | {"name": "chat/uid-of-chat"}}
    assert not await others.has(left)
    kube.put_resource(made)
    assert await others.has(left)
    kube.put_resource(body("chat", uid="another"))
    assert not await others.has(left)

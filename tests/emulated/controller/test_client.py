import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from agentrun_operator.controller.errors import StartError
from agentrun_operator.controller.keys import ObjectKey
from agentrun_operator.controller.kube.client import KubeClient
from agentrun_operator.controller.kube.errors import KubeError
from agentrun_operator.controller.kube.login.kubeconfig.kubeconfig import Context
from agentrun_operator.controller.kube.login.kubeconfig.section import Section
from agentrun_operator.controller.kube.login.login import Login
from agentrun_operator.controller.kube.paging import PAGE_BYTES
from agentrun_operator.controller.kube.preflight import check
from agentrun_operator.controller.remote.accounts.secret_credentials import read_credentials
from agentrun_operator.controller.settings import Settings
from support.controller_wire import Asked, ScriptedServer

COLLECTION = "/apis/agentrun.alibabacloud.com/v1alpha1/agentruntimeendpoints"


@pytest.fixture
async def wire() -> AsyncIterator[ScriptedServer]:
    async with ScriptedServer() as wire:
        yield wire


@pytest.fixture
async def kube(wire: ScriptedServer) -> AsyncIterator[KubeClient]:
    cluster = Section("cluster", {"server": wire.url})
    login = Login(lambda: Context("a test's", cluster, Section("user")))
    await login.look()
    async with KubeClient(login) as kube:
        yield kube


async def refused(asking: object) -> KubeError:
    with pytest.raises(KubeError) as caught:
        await asking  # type: ignore[misc]
    return caught.value


async def test_a_status_patch_is_a_merge_patch_on_the_subresource(kube: KubeClient, wire: ScriptedServer):
    await kube.patch(ObjectKey("team-a", "chat"), {"status": {"state": "READY"}}, part="status")
    (asked,) = wire.asked
    assert asked.method == "PATCH"
    assert asked.path.endswith("/namespaces/team-a/agentruntimeendpoints/chat/status")
    assert asked.headers["Content-Type"] == "application/merge-patch+json"
    assert json.loads(asked.body) == {"status": {"state": "READY"}}


async def test_one_object_is_read_where_it_is(kube: KubeClient, wire: ScriptedServer):
    wire.answer = lambda _: web.json_response({"metadata": {"name": "chat"}})
    assert await kube.read(ObjectKey("team-a", "chat")) == {"metadata": {"name": "chat"}}
    (asked,) = wire.asked
    assert (asked.method, asked.path) == (
        "GET",
        f"{COLLECTION.rpartition('/')[0]}/namespaces/team-a/{COLLECTION.rpartition('/')[2]}/chat",
    )


async def test_a_list_is_read_page_by_page_to_its_end(kube: KubeClient, wire: ScriptedServer):
    def answer(asked: Asked) -> web.Response:
        more = {"": "two", "two": "three"}.get(asked.query.get("continue", ""), "")
        return web.json_response(
            {"items": [{"page": asked.query.get("continue", "one")}], "metadata": {"continue": more}}
        )

    wire.answer = answer
    assert [page async for page in kube.pages()] == [[{"page": "one"}], [{"page": "two"}], [{"page": "three"}]]
    assert {asked.path for asked in wire.asked} == {COLLECTION}
    assert all(asked.query["limit"] == "500" for asked in wire.asked)


async def test_pages_of_large_objects_are_read_no_further_than_they_may_be_and_asked_for_again(
    kube: KubeClient, wire: ScriptedServer
):
    sizes = [100] * 700 + [250_000] * 100 + [100] * 700 + [1_500_000] * 8 + [PAGE_BYTES + 1] + [100] * 3
    largest = 0

    def answer(asked: Asked) -> web.Response:
        start, limit = int(asked.query.get("continue", "0")), int(asked.query["limit"])
        shown = range(start, min(start + limit, len(sizes)))
        items = [{"number": number, "text": "a" * sizes[number]} for number in shown]
        more = {"continue": str(shown.stop)} if shown.stop < len(sizes) else {}
        return web.json_response({"items": items, "metadata": more})

    wire.answer = answer
    numbers = []
    async for page in kube.pages():
        largest = max(largest, sum(len(each["text"]) for each in page[:-1]))
        numbers += [each["number"] for each in page]
    assert numbers == list(range(len(sizes)))
    assert largest <= PAGE_BYTES
    assert kube.fitting == 1
    assert len(wire.asked) < 100


async def test_a_list_of_metadata_asks_for_nothing_else(kube: KubeClient, wire: ScriptedServer):
    wire.answer = lambda _: web.json_response({"items": [], "metadata": {}})
    assert [page async for page in kube.pages("team-a", metadata_only=True)] == [[]]
    assert "PartialObjectMetadataList" in wire.asked[0].headers["Accept"]
    assert "/namespaces/team-a/" in wire.asked[0].path


@pytest.mark.parametrize("status", [401, 403, 404, 409, 422, 429, 500, 503])
async def test_a_refusal_keeps_its_status_and_the_servers_words(kube: KubeClient, wire: ScriptedServer, status: int):
    wire.answer = lambda _: web.json_response({"kind": "Status", "message": "because of this"}, status=status)
    error = await refused(kube.get("/version"))
    assert (error.status, error.message) == (status, "because of this")
    assert str(error) == f"The Kubernetes API server answered {status} to GET /version: because of this"


async def test_a_refusal_in_html_is_cut_to_a_readable_length(kube: KubeClient, wire: ScriptedServer):
    wire.answer = lambda _: web.Response(status=502, text="<html>" + "x" * 10_000, content_type="text/html")
    error = await refused(kube.get("/version"))
    assert error.status == 502
    assert len(str(error)) < 700


async def test_a_list_of_nothing_that_says_null_is_empty(kube: KubeClient, wire: ScriptedServer):
    wire.answer = lambda _: web.json_response({"items": None, "metadata": {}})
    assert [page async for page in kube.pages(metadata_only=True)] == [[]]


@pytest.mark.parametrize("status", [200, 500])
@pytest.mark.parametrize("text", ["", "<html>hello</html>", "[1]", '"words"', "null"])
async def test_an_answer_that_is_no_json_object_is_an_error_whatever_its_status(
    kube: KubeClient, wire: ScriptedServer, status: int, text: str
):
    wire.answer = lambda _: web.Response(status=status, text=text)
    error = await refused(kube.get("/version"))
    assert error.status == status
    assert text in str(error)


async def test_an_error_passes_through_context_managers_as_itself(kube: KubeClient, wire: ScriptedServer):
    @asynccontextmanager
    async def context() -> AsyncIterator[None]:
        yield

    wire.answer = lambda _: web.json_response({"message": "no"}, status=403)
    with pytest.raises(KubeError, match="answered 403"):
        async with context():
            await kube.get("/version")


async def test_permissions_that_cannot_be_checked_end_the_start_with_one_line(kube: KubeClient, wire: ScriptedServer):
    served = web.json_response({"resources": [{"name": "agentruntimeendpoints"}]})
    wire.answer = lambda asked: served if asked.method == "GET" else web.Response(status=503, text="overloaded")
    with pytest.raises(StartError, match=r"answered 503 to POST .*overloaded.*permissions cannot be checked"):
        await check(kube, Settings())


async def test_a_server_that_is_away_did_not_answer(kube: KubeClient, wire: ScriptedServer):
    await wire.stop()
    error = await refused(kube.get("/version"))
    assert error.status == 0
    assert str(error).startswith("The Kubernetes API server did not answer to GET /version: ")


async def test_credentials_come_from_the_secret_on_the_wire(kube: KubeClient, wire: ScriptedServer):
    values = {"accessKeyId": "LTAI-made-up", "accessKeySecret": "s3cr3t-made-up\n"}
    data = {name: base64.b64encode(value.encode()).decode() for name, value in values.items()}
    wire.answer = lambda _: web.json_response({"data": data})
    found = (await read_credentials(kube, "team-a", "aliyun")).credentials
    assert found.access_key_secret.reveal() == "s3cr3t-made-up"
    assert (wire.asked[0].method, wire.asked[0].path) == ("GET", "/api/v1/namespaces/team-a/secrets/aliyun")

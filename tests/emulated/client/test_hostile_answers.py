"""Whatever comes over the socket, at whatever call: the real client makes of it a result or an error, soon, in bounded
memory, and nobody else waits.
"""

import asyncio
import gc
import gzip
import json
import resource
import time
import zlib
from collections.abc import Awaitable, Callable
from itertools import count, repeat
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from agentrun_operator.agentrun import AgentRuntimeEndpointCreateInput as CreateInput
from agentrun_operator.agentrun import AgentRuntimeEndpointUpdateInput as UpdateInput
from agentrun_operator.agentrun import AsyncClient, HTTPError, Operation, operations
from agentrun_operator.agentrun.http.retry import NO_RETRY
from support.agentrun import a_config
from support.evil_server import Asked, Evil, endless, running_evil, success, whole, zipped

MIB = 2**20
SECRET = "Xq7RtB2mVn8LpK4wZs9YcD1fHj3GaE"  # made up

CALLS: dict[str, Callable[[], Operation[Any]]] = {
    "list": lambda: operations.list_endpoints("r"),
    "get": lambda: operations.get_endpoint("r", "e"),
    "create": lambda: operations.create_endpoint("r", CreateInput(agent_runtime_endpoint_name="chat")),
    "update": lambda: operations.update_endpoint("r", "e", UpdateInput(description="x")),
    "delete": lambda: operations.delete_endpoint("r", "e"),
    "runtime": lambda: operations.get_runtime("r"),
    "runtimes": lambda: operations.list_runtimes("bot"),
    "versions": lambda: operations.list_versions("r"),
}
each_call = pytest.mark.parametrize("make", CALLS.values(), ids=CALLS)


async def outcome(url: str, operation: Operation[Any]) -> Any:
    """The result, or the HTTPError; anything else is a defect."""
    config = a_config(control_endpoint=url, access_key_secret=SECRET)
    async with AsyncClient(config, retry=NO_RETRY) as client:
        try:
            return await client.run(operation)
        except HTTPError as error:
            return error


def answered(answer: Callable[[Asked], Evil], operation: Operation[Any]) -> Any:
    with running_evil(answer) as evil:
        return asyncio.run(outcome(evil.url, operation))


def resident() -> int:
    """The most memory that this process ever had, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


NUMBERS = st.sampled_from(
    [b"1e308", b"1e999", b"-1e-999", b"NaN", b"Infinity", b"-0", b"1" * 400, b"9" * 5000, b"0.1e1", b"2147483648"]
)
TEXTS = st.sampled_from(
    [b'"x"', b'"' + b"'" * 3000 + b'"', b'"\\ud800"', b'"\\u0000"', b'"\xff"', b'"' + b"not found: " * 3000 + b'"']
)
ODD = st.sampled_from([b"null", b"true", b"[]", b"{}", b"[[[[]]]]", b"[" * 500, b'{"a":' * 190 + b"1" + b"}" * 190])
VALUES = NUMBERS | TEXTS | ODD
FIELDS = st.sampled_from(
    b"agentRuntimeEndpointId agentRuntimeEndpointName agentRuntimeId agentRuntimeVersion status statusReason "
    b"routingConfiguration scalingStatus items total pageSize description".split()
)
OBJECTS = st.lists(st.tuples(FIELDS, VALUES), max_size=5).map(
    lambda pairs: b"{" + b",".join(b'"%b":%b' % pair for pair in pairs) + b"}"  # a name may come twice
)
PAGES = st.lists(OBJECTS, max_size=3).map(lambda items: b'{"items":[%b],"total":%d}' % (b",".join(items), len(items)))
BODIES = st.tuples(st.sampled_from([b'"SUCCESS"', b'"ERR_X"', b"7"]), TEXTS, OBJECTS | PAGES | VALUES).map(
    lambda parts: b'{"code":%b,"message":%b,"data":%b}' % parts
)
CODINGS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    "identity": bytes,
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": bytes,
    "gzip, gzip": gzip.compress,
}
ENCODED = st.tuples(st.sampled_from(list(CODINGS)), BODIES | st.binary(max_size=40), st.booleans()).map(
    lambda parts: (parts[0], parts[1] if parts[2] else CODINGS[parts[0]](parts[1]))
)
LENGTHS = st.sampled_from([0, 0, 0, -1, 1, 10**9, 10**19, 10**30])
STATUS = st.sampled_from([200, 200, 200, 201, 204, 301, 302, 400, 404, 409, 429, 500, 503])
HEADERS = st.sampled_from(
    [
        (),
        ("Location: http://[", "X-B: 1"),
        ("Location: //xn--a/",),
        ("Set-Cookie: a=b",),
        ("X-A: " + "a" * 200_000,),
        ("Retry-After: " + "9" * 400,),
        ("x-acs-request-id: " + "r" * 9000,),
        ("X-A: b",) * 900,
    ]
)


@each_call
@seed(14)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(status=STATUS, encoded=ENCODED, more=LENGTHS, headers=HEADERS, cut=st.integers(1, 5000))
def test_any_answer_is_a_result_or_an_error(make, *, status, encoded, more, headers, cut):
    encoding, body = encoded
    told = (f"Content-Encoding: {encoding}",) if encoding else ()
    (raw,) = whole(status, body, *told, *headers).parts
    length = b"Content-Length: %d" % len(body)
    raw = raw.replace(length, b"Content-Length: %d" % max(len(body) + more, 0), 1)
    pieces = [raw[start : start + cut] for start in range(0, len(raw), cut)]

    found = answered(lambda _: Evil(pieces), make())

    assert found is not None
    if isinstance(found, HTTPError):
        assert len(str(found)) < 700
        assert len(found.code) <= 64


LARGE = {
    "a text of 200 MiB": lambda _: endless(b"a" * MIB),
    "JSON without end": lambda _: endless(b'{"code":"SUCCESS","data":{"items":[' + b'{"status":"x"},' * 9000),
    "brackets": lambda _: whole(200, b'{"code":"SUCCESS","data":[' + b"[]," * (5 * MIB) + b"[]]}"),
    "400 MiB in little gzip": lambda _: zipped({"code": "SUCCESS", "data": {"description": "a" * (400 * MIB)}}),
    "a message of 15 MiB that says not found": lambda _: whole(
        404, b'{"code":"X","message":"%b"}' % (b"'\"" * 7 * MIB)
    ),
    "bytes in chunks of one": lambda _: endless(b" "),
    "answers before the answer": lambda _: Evil(repeat(b"HTTP/1.1 103 Early\r\n\r\n" * 5000)),
    "a header without end": lambda _: Evil(repeat(b"HTTP/1.1 200 OK\r\nX-A: " + b"a" * MIB)),
}


@pytest.mark.parametrize("answer", LARGE.values(), ids=LARGE)
@each_call
async def test_a_large_answer_is_an_error_in_bounded_memory_that_makes_nobody_wait(make, answer, monkeypatch):
    monkeypatch.setattr("agentrun_operator.agentrun.http.client.ATTEMPT_DEADLINE", 3.0)
    prepared = answer(None)
    before = resident()
    with running_evil(lambda _: prepared) as evil:
        looked = asyncio.create_task(outcome(evil.url, make()))
        late = await latest_turn(looked)
        found = await looked
    assert isinstance(found, HTTPError)
    assert late < 2.0
    assert resident() - before < 150 * MIB


async def latest_turn(task: Awaitable[Any]) -> float:
    """For how long the loop worked at most until anything else had its turn, before the task was done: seconds of the
    processor, of which other programs take none.
    """
    longest, done = 0.0, asyncio.ensure_future(task)
    while not done.done():
        began = time.thread_time()
        await asyncio.wait({done}, timeout=0.01)
        longest = max(longest, time.thread_time() - began)
    return longest


def test_a_list_that_never_ends_is_left_in_bounded_memory():
    numbers = count()

    def answer(_: Asked) -> Evil:
        items = [{"agentRuntimeEndpointId": f"e{next(numbers)}", "description": "d" * 1000} for _ in range(5000)]
        return whole(200, success({"items": items, "total": 10**9}))

    before = resident()
    found = answered(answer, operations.list_endpoints("r"))
    assert isinstance(found, HTTPError)
    assert found.code == "ListTooLong"
    assert resident() - before < 400 * MIB


@pytest.mark.parametrize("call", ["get", "list"])
async def test_nothing_keeps_an_answer_that_failed(call: str):
    body = success([["y" * 1000] * 9000])
    held = []
    with running_evil(lambda _: whole(200, body)) as evil:
        gc.collect()
        gc.disable()
        try:
            held = [await outcome(evil.url, CALLS[call]()) for _ in range(3)]
            kept = sum(len(each) for each in gc.get_objects() if isinstance(each, list) and len(each) == 9000)
        finally:
            gc.enable()
    assert all(isinstance(error, HTTPError) for error in held)
    assert kept == 0


@each_call
@pytest.mark.parametrize("status", [200, 400, 403, 404, 500])
def test_a_secret_that_the_service_echoes_is_in_no_error(make, status):
    echo = {"code": f"X{SECRET}", "message": f"the secret {SECRET} is wrong", "requestId": SECRET}
    found = answered(lambda _: whole(status, json.dumps(echo).encode(), f"x-acs-request-id: {SECRET}"), make())
    assert isinstance(found, HTTPError)
    assert SECRET[:10] not in f"{found!r} {found} {vars(found)}"


def test_a_secret_that_the_service_writes_into_an_endpoint_is_not_read():
    data = {"agentRuntimeEndpointId": "e", "statusReason": f"key {SECRET}", "endpointPublicUrl": f"http://x/{SECRET}"}
    found = answered(lambda _: whole(200, success(data)), operations.get_endpoint("r", "e"))
    assert found.agent_runtime_endpoint_id == "e"
    assert SECRET not in repr(found)


async def test_a_cookie_is_neither_kept_nor_sent():
    with running_evil(lambda _: whole(200, success({"status": "READY"}), "Set-Cookie: a=b; Path=/")) as evil:
        async with AsyncClient(a_config(control_endpoint=evil.url), retry=NO_RETRY) as client:
            for _ in range(2):
                await client.run(operations.get_runtime("r"))
    assert not any("cookie" in name.lower() for asked in evil.asked for name in asked.headers)

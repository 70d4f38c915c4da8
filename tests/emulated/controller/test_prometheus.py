"""Asking Prometheus: at one address, within a time and a size, and only for whom it is meant."""

import asyncio
import json
import logging
import time
from itertools import repeat
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from agentrun_operator.controller.analysis import prometheus as module
from agentrun_operator.controller.analysis.prometheus import ANSWER_LIMIT, Prometheus
from agentrun_operator.reconcile.rollout.proof.queries import NOTHING, Reading
from support.evil_server import Asked, Evil, EvilServer, chunk, dripping, endless, head, running_evil, whole
from support.patience import stretched

MARK = "Zk3vQ9"


def value(number: str = "0.25", **more: Any) -> bytes:
    result = [{"metric": {}, "value": [1700000000, number]}]
    return json.dumps({"status": "success", "data": {"resultType": "vector", "result": result}, **more}).encode()


def ask(evil: EvilServer, *, path: str = "", query: str = "up", times: int = 1, **given: Any) -> list[Reading]:
    async def main() -> list[Reading]:
        prometheus = Prometheus(evil.url + path, **({"namespaces": ["*"]} | given))
        try:
            return [await prometheus.ask("shop", query) for _ in range(times)]
        finally:
            await prometheus.aclose()

    return asyncio.run(main())


def answered(answer: Any, **given: Any) -> tuple[Reading, list[Asked]]:
    with running_evil(answer) as evil:
        (reading,) = ask(evil, **given)
        return reading, evil.asked


def test_a_query_is_posted_with_its_time_to_the_address_of_its_namespace():
    reading, (asked,) = answered(lambda _: whole(200, value()), path="/tenants/{namespace}/", query='up{v="4"} + 1')
    assert reading == Reading(0.25)
    assert (asked.method, asked.path, asked.query) == ("POST", "/tenants/shop/api/v1/query", "")
    assert parse_qs(asked.body.decode()) == {"query": ['up{v="4"} + 1'], "timeout": ["10s"]}
    assert "authorization" not in {name.lower() for name in asked.headers}


def test_a_token_is_sent_and_read_anew_when_its_file_changes(tmp_path: Path):
    file = tmp_path / "token"
    file.write_text("first\n")

    async def main(evil: EvilServer) -> None:
        prometheus = Prometheus(evil.url, token_file=str(file), namespaces=["*"])
        await prometheus.ask("shop", "up")
        await prometheus.ask("shop", "up")
        file.write_text("another one\n")
        await prometheus.ask("shop", "up")
        await prometheus.aclose()

    with running_evil(lambda _: whole(200, value())) as evil:
        asyncio.run(main(evil))
    sent = [{name.lower(): text for name, text in each.headers.items()}["authorization"] for each in evil.asked]
    assert sent == ["Bearer first", "Bearer first", "Bearer another one"]


@pytest.mark.parametrize(
    "content", [None, b"", b"  \n", b"a\x00b", b"x" * 70_000], ids=["absent", "", " ", "\\0", "long"]
)
def test_without_a_token_nobody_is_asked_and_no_token_is_shown(tmp_path: Path, content, caplog):
    caplog.set_level(logging.DEBUG)
    file = tmp_path / "token"
    if content is not None:
        file.write_bytes(content)
    reading, asked = answered(lambda _: whole(200, value()), token_file=str(file))
    assert "cannot be asked" in reading.error
    assert asked == []
    assert "xxx" not in caplog.text + reading.error


@pytest.mark.parametrize(
    ("url", "namespaces", "word"),
    [
        ("", ["*"], "prometheus-url"),
        ("http://p", [], "metrics-namespaces"),
        ("http://p", ["other"], "metrics-namespaces"),
        ("http://p", ["shop"], ""),
        ("http://p", ["*"], ""),
    ],
)
def test_only_those_may_ask_whom_the_operator_allows_it(url, namespaces, word):
    told = Prometheus(url, namespaces=namespaces).forbidden("shop")
    assert word in told
    assert bool(told) == bool(word)


def test_values_are_shown_only_where_a_query_sees_its_namespace_alone():
    assert Prometheus("http://p/{namespace}").values_shown
    assert not Prometheus("http://p").values_shown


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (lambda _: whole(400, b'{"status":"error","errorType":"bad_data","error":"%b"}' % MARK.encode()), "(bad_data)"),
        (lambda _: whole(422, b'{"status":"error","errorType":"execution"}'), "(execution)"),
        (lambda _: whole(503, b'{"status":"error","errorType":"timeout"}'), "(timeout)"),
        (lambda _: whole(401, MARK.encode()), "HTTP 401"),
        (lambda _: whole(302, b"", "Location: http://169.254.169.254/"), "HTTP 302"),
        (lambda _: whole(200, b"<html>" + MARK.encode()), "no Prometheus"),
        (lambda _: whole(200, b"[" * 10_000), "no Prometheus"),
        (lambda _: whole(200, b""), "no Prometheus"),
        (lambda _: whole(200, b" " * (ANSWER_LIMIT + 1)), "64 KiB"),
        (lambda _: endless(MARK.encode() * 10_000), "64 KiB"),
        (lambda _: Evil([head(200, "Transfer-Encoding: chunked"), *repeat(chunk(b"x"), 100_000)]), "64 KiB"),
        (lambda _: whole(200, value(), "Content-Encoding: gzip"), ""),
        (lambda _: Evil([MARK.encode() * 100]), "cannot be asked"),
        (lambda _: Evil([head(200, "Content-Length: 1000") + b"{"]), "cannot be asked"),
    ],
)
def test_whatever_answers_is_told_in_our_words(answer, word, caplog):
    caplog.set_level(logging.DEBUG)
    reading, asked = answered(answer)
    assert word in reading.error
    assert len(asked) == 1
    assert MARK not in caplog.text + reading.error


def test_nobody_there_is_told():
    prometheus = Prometheus("http://127.0.0.1:9", namespaces=["*"])

    async def main() -> Reading:
        try:
            return await prometheus.ask("shop", "up")
        finally:
            await prometheus.aclose()

    assert "cannot be asked" in asyncio.run(main()).error


def test_no_data_is_no_error():
    assert answered(lambda _: whole(200, value("NaN")))[0] == NOTHING


def test_an_answer_has_its_time(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "TIMEOUT", 0.5)
    began = time.monotonic()
    reading, _ = answered(lambda _: dripping(b"{", 0.05))
    assert "does not answer" in reading.error
    assert time.monotonic() - began < stretched(5.0)


def test_a_query_that_names_have_made_long_is_not_sent():
    reading, asked = answered(lambda _: whole(200, value()), query="x" * 9000)
    assert "too long" in reading.error
    assert asked == []


def test_no_cookie_goes_into_the_next_query():
    with running_evil(lambda _: whole(200, value(), "Set-Cookie: a=b")) as evil:
        ask(evil, times=2)
    assert not any("cookie" in name.lower() for each in evil.asked for name in each.headers)

"""A body is taken in as it comes, and no further than the limit."""

import gzip
import tracemalloc
import zlib
from collections.abc import Iterator

import pytest

from agentrun_operator.agentrun.http.answer.body import BODY_LIMIT, SMALL, Body, BodyError

TEXT = b'{"code": "SUCCESS"}'
MIB = 2**20


def parts(whole: bytes, size: int) -> Iterator[bytes]:
    return (whole[start : start + size] for start in range(0, len(whole), size))


def taken(whole: bytes, encoding: str = "", size: int = 65536) -> Body:
    body = Body({"content-encoding": encoding} if encoding else {})
    for part in parts(whole, size):
        body.feed(part)
        if body.large:
            body.grow()
    return body


@pytest.mark.parametrize(
    ("whole", "encoding"),
    [
        pytest.param(TEXT, "", id="plain"),
        pytest.param(TEXT, "identity", id="plain, and it says so"),
        pytest.param(gzip.compress(TEXT), "gzip", id="gzip"),
        pytest.param(gzip.compress(TEXT), " GZip ", id="gzip in other letters"),
        pytest.param(zlib.compress(TEXT), "deflate", id="zlib"),
    ],
)
@pytest.mark.parametrize("size", [1, 7, 65536])
def test_a_body_is_whole_however_it_comes(whole, encoding, size):
    assert taken(whole, encoding, size).content == TEXT


@pytest.mark.parametrize("encoding", ["", "gzip"])
def test_a_body_of_just_the_limit_is_read(encoding):
    whole = b"x" * BODY_LIMIT
    assert len(taken(gzip.compress(whole) if encoding else whole, encoding).content) == BODY_LIMIT


@pytest.mark.parametrize(
    ("size", "encoding"),
    [
        pytest.param(BODY_LIMIT + 1, "", id="plain"),
        pytest.param(BODY_LIMIT + 1, "gzip", id="gzip"),
        pytest.param(400 * MIB, "gzip", id="a bomb"),
    ],
)
def test_what_is_larger_is_an_error_of_its_own(size, encoding):
    whole = gzip.compress(bytes(size), 9) if encoding else bytes(size)
    tracemalloc.start()
    try:
        with pytest.raises(BodyError) as caught:
            taken(whole, encoding)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert caught.value.code == "AnswerTooLarge"
    assert peak < 60 * MIB


def test_a_bomb_is_decoded_only_as_far_as_anybody_may_hold():
    body = Body({"content-encoding": "gzip"})
    body.feed(gzip.compress(bytes(8 * MIB)))
    assert body.large
    assert len(body.content) == SMALL + 1
    body.grow()
    assert len(body.content) == 8 * MIB


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "gzip,deflate", "x" * 10_000])
def test_an_encoding_that_nobody_asked_for_is_not_read(encoding):
    with pytest.raises(BodyError) as caught:
        Body({"content-encoding": encoding})
    assert caught.value.code == "MalformedAnswer"
    assert len(caught.value.what) < 200


@pytest.mark.parametrize(
    "whole",
    [
        pytest.param(b"no gzip at all", id="not at all"),
        pytest.param(gzip.compress(TEXT)[:-6] + b"123456", id="with another checksum"),
    ],
)
def test_a_body_that_is_not_compressed_as_it_says_is_malformed(whole):
    with pytest.raises(BodyError, match="MalformedAnswer"):
        taken(whole, "gzip")

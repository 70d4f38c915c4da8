import gzip
from itertools import islice

import pytest

from agentrun_operator.emulator.answers import Answer, Delivery
from agentrun_operator.emulator.gateway.delivery import PIECE, head, pieces


@pytest.mark.parametrize(
    ("body", "how", "expected"),
    [
        pytest.param(b"{}", Delivery(), b"{}", id="whole"),
        pytest.param([b"a", b"b"], Delivery(), b"ab", id="in pieces"),
        pytest.param(b"{}", Delivery(padding=3), b"{}   ", id="a little padding"),
        pytest.param(b"{}", Delivery(padding=2 * PIECE + 1), b"{}" + b" " * (2 * PIECE + 1), id="much padding"),
        pytest.param([b"a"], Delivery(padding=1), b"a ", id="pieces with padding"),
    ],
)
def test_the_pieces_make_up_the_body_and_what_comes_behind_it(
    body: bytes | list[bytes], how: Delivery, expected: bytes
):
    answer = Answer(200, body, delivery=how)
    assert b"".join(pieces(answer)) == expected
    lengths = {"content-length": str(len(expected))} if isinstance(body, bytes) else {}
    assert dict(head(answer)) == {"content-type": answer.content_type, **lengths}


def test_a_compressed_body_is_small_and_has_no_length():
    answer = Answer(200, b"{}", delivery=Delivery(padding=100 * PIECE, gzip=True))
    sent = b"".join(pieces(answer))
    assert gzip.decompress(sent) == b"{}" + b" " * 100 * PIECE
    assert len(sent) < PIECE
    assert dict(head(answer)) == {"content-type": answer.content_type, "content-encoding": "gzip"}


def test_half_a_gigabyte_is_told_before_any_of_it_is_made():
    answer = Answer(200, b"{}", delivery=Delivery(padding=500 * 2**20))
    assert dict(head(answer))["content-length"] == str(2 + 500 * 2**20)
    assert max(len(piece) for piece in pieces(answer)) == PIECE


def test_an_endless_body_never_ends_and_tells_no_length():
    answer = Answer(200, b"{}", delivery=Delivery(endless=True))
    assert [len(piece) for piece in islice(pieces(answer), 1000)] == [2] + [PIECE] * 999
    assert "content-length" not in dict(head(answer))

"""Answers of AgentRun that nobody thought of: status, size, pace, encoding, nesting, values are drawn for each call."""

import gzip
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from itertools import repeat, takewhile
from threading import Event

from hypothesis import strategies as st

from support.evil_server import Asked, Evil, chunk, head
from support.fault_stage import CREATE, DELETE, GET, LIST, UPDATE

ACTIONS = ("GetAgentRuntime", "ListAgentRuntimeVersions", LIST, GET, CREATE, UPDATE, DELETE)

SHOWN = 400
"""Characters of a document that are shown whole."""

LARGEST = 48 * 2**20
"""Bytes of a body before it is packed; the operator takes in a third of it."""

FIELDS = (
    "agentRuntimeEndpointArn",
    "agentRuntimeEndpointId",
    "agentRuntimeEndpointName",
    "agentRuntimeId",
    "agentRuntimeName",
    "agentRuntimeVersion",
    "code",
    "currentInstances",
    "description",
    "endpointPublicUrl",
    "items",
    "message",
    "minInstances",
    "pageNumber",
    "pageSize",
    "requestId",
    "resourceName",
    "routingConfiguration",
    "scalingStatus",
    "scheduledPolicies",
    "status",
    "statusReason",
    "targetVersion",
    "total",
    "version",
    "versionWeights",
    "weight",
)


class Delivery(StrEnum):
    """How the bytes come."""

    AT_ONCE = "at once"
    IN_CHUNKS = "in chunks"
    DRIPPING = "a byte now and then"
    CUT = "cut off"
    ENDLESS = "without end"
    NO_END_OF_HEAD = "a head without end"
    SILENT = "nothing"


PACKINGS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    "gzip": lambda body: gzip.compress(body, 1),
    "gzip twice": lambda body: gzip.compress(gzip.compress(body, 1), 1),
    "torn gzip": lambda body: gzip.compress(body, 1)[:-9],
    "not gzip at all": bytes,
}
ENCODINGS: dict[str, Callable[[str], bytes]] = {
    "UTF-8": str.encode,
    "with a mark": lambda text: text.encode("utf-8-sig"),
    "UTF-16": lambda text: text.encode("utf-16"),
    "half of an emoji": lambda text: text.encode() + b"\xf0\x9f",
    "zeros": lambda text: text.encode() + b"\0" * 9,
}


@dataclass(frozen=True)
class Drawn:
    """An answer.

    Attributes:
        status: of HTTP.
        document: what it says, as JSON.
        copies: how often its text is repeated inside of a list, as far as the largest body lets it.
        depth: how many lists are around that.
        encoding, packing: how the text becomes bytes.
        delivery: how they come.
    """

    status: int
    document: str
    copies: int
    depth: int
    encoding: str
    packing: str
    delivery: Delivery

    def __repr__(self) -> str:
        shown = (
            f"{self.document[:200]}… ({len(self.document)} characters)" if len(self.document) > SHOWN else self.document
        )
        how = f"status={self.status}, copies={self.copies}, depth={self.depth}, {self.encoding}, {self.packing}"
        return f"Drawn({how}, {self.delivery}, {shown})"

    def evil(self) -> Evil:
        pause = 0.5 if self.delivery in (Delivery.DRIPPING, Delivery.NO_END_OF_HEAD) else 0.0
        return Evil(self._parts(), pause)

    @cached_property
    def body(self) -> bytes:
        """Asked for again and again, and takes longer to make than to read."""
        copies = max(1, min(self.copies, LARGEST // (len(self.document) + 1)))
        text = self.document if copies == 1 else a_page(",".join(repeat(self.document, copies)))
        return PACKINGS[self.packing](ENCODINGS[self.encoding]("[" * self.depth + text + "]" * self.depth))

    def _head(self) -> bytes:
        chunked = self.delivery in (Delivery.IN_CHUNKS, Delivery.ENDLESS)
        length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {len(self.body)}"
        return head(self.status, length, *(["Content-Encoding: gzip"] if self.packing else ()))

    def _parts(self) -> Iterator[bytes]:
        match self.delivery:
            case Delivery.SILENT:
                return
            case Delivery.NO_END_OF_HEAD:
                yield self._head().removesuffix(b"\r\n") + b"X: "
                yield from repeat(b"a")
        yield self._head()
        match self.delivery:
            case Delivery.DRIPPING:
                yield from _cut(self.body, 1)
            case Delivery.CUT:
                yield self.body[: len(self.body) // 2]
            case Delivery.IN_CHUNKS:
                yield from map(chunk, _cut(self.body, 2**16))
                yield chunk(b"")
            case Delivery.ENDLESS:
                yield from repeat(chunk(self.body[: 2**20] or b" "))
            case _:
                yield self.body


def a_page(items: str) -> str:
    """A page of a list, of items that are JSON already."""
    return f'{{"code":"SUCCESS","data":{{"items":[{items}]}}}}'


def _cut(body: bytes, size: int) -> Iterator[bytes]:
    return (body[place : place + size] for place in range(0, len(body), size))


NUMBERS = st.integers(-(10**30), 10**30) | st.floats() | st.sampled_from([0, 1, 100, 2**31, 2**63])
TEXTS = st.text(max_size=30) | st.sampled_from(["READY", "CREATING", "victim", "LATEST", "4", "\ud83d", "x" * 2**20])
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=6),
    max_leaves=12,
)
ITEMS = st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=10)
PAGES = st.fixed_dictionaries({"items": st.lists(ITEMS, max_size=5), "total": VALUES})
DATA = ITEMS | PAGES | VALUES
DOCUMENTS = VALUES | st.fixed_dictionaries(
    {"code": st.just("SUCCESS") | TEXTS, "data": DATA}, optional={"message": TEXTS, "requestId": VALUES}
)
ODD_WRITINGS = st.sampled_from(
    [
        '"\\ud83d"',
        '"\\udc00\\ud800 x"',
        '"\\u0000"',
        '"a\tb\nc"',
        '"ten"',
        "NaN",
        "-Infinity",
        "1e999",
        "9" * 5000,
        "-0",
        "1.5",
        "true",
        "null",
        "[]",
        "{}",
        "[" * 300 + "]" * 300,
        '{"a":' * 2000 + "1" + "}" * 2000,
        "[" + ",".join(["{}"] * 2000) + "]",
        '"' + "x" * 5000 + '"',
    ]
)
"""Values as nobody should write them, in JSON or nearly so."""
ODD_VALUES = ODD_WRITINGS | VALUES.map(json.dumps) | ITEMS.map(json.dumps)
ODD_ITEMS = VALUES | ITEMS | st.dictionaries(st.sampled_from(FIELDS), ITEMS | VALUES, max_size=10)
ANSWERS = st.builds(
    Drawn,
    status=st.sampled_from([200, 200, 200, 200, 204, 301, 400, 401, 403, 404, 409, 429, 500, 503, 599]),
    document=DOCUMENTS.map(json.dumps),
    copies=st.sampled_from([1, 1, 1, 3, 1000, 10**6]),
    depth=st.sampled_from([0, 0, 0, 0, 1, 500, 100_000]),
    encoding=st.sampled_from(list(ENCODINGS)) | st.just("UTF-8"),
    packing=st.sampled_from(list(PACKINGS)) | st.just(""),
    delivery=st.sampled_from(Delivery) | st.just(Delivery.AT_ONCE),
)
WORLDS = st.dictionaries(st.sampled_from(ACTIONS), ANSWERS, min_size=1)
"""Answers by the action that gets them; the others are answered as they should be."""


class Answering:
    """What a server answers with them, until it is ended: then what drips is cut off."""

    def __init__(self, drawn: Mapping[str, Drawn]) -> None:
        self._drawn = drawn
        self._ended = Event()

    def __call__(self, asked: Asked) -> Evil | None:
        found = self._drawn.get(asked.action)
        if found is None:
            return None
        evil = found.evil()
        return replace(evil, parts=takewhile(lambda _: not self._ended.is_set(), evil.parts))

    def end(self) -> None:
        self._ended.set()

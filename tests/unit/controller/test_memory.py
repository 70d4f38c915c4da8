"""What is kept of each of thousands of objects is small: the operator's memory is mostly that."""

import json
import tracemalloc
from collections.abc import Callable

from agentrun_operator.agentrun.models import Endpoint
from agentrun_operator.controller.informer.store.ownership_index import OwnershipIndex
from agentrun_operator.controller.informer.store.store import Store
from agentrun_operator.controller.remote.runtime.endpoint_cache import EndpointCache
from support.controller import body, endpoint, key

COUNT = 500

FRAMES = 30
"""Of each allocation, deep enough to lead back to this file."""


def bytes_for_each(fill: Callable[[], object]) -> float:
    """What is kept of each object that is filled in; what other threads allocate meanwhile does not count."""
    tracemalloc.start(FRAMES)
    try:
        fill()
        snapshot = tracemalloc.take_snapshot()
    finally:
        tracemalloc.stop()
    here = tracemalloc.Filter(inclusive=True, filename_pattern=__file__, all_frames=True)
    return sum(trace.size for trace in snapshot.filter_traces([here]).traces) / COUNT


def test_an_endpoint_in_the_book_takes_little_more_than_its_own_words():
    canaries = {"version_weights": [{"version": "4", "weight": 0.1}]}
    wire = [
        json.dumps(endpoint(f"e{number}", routing_configuration=canaries).model_dump(exclude_unset=True))
        for number in range(COUNT)
    ]
    book = EndpointCache()

    def fill() -> None:
        for text in wire:
            book.seen(Endpoint.model_validate_json(text), 1.0)

    assert bytes_for_each(fill) < 1000


def test_five_entries_of_history_take_little_more_than_their_own_words():
    asked = {"targetVersion": "3", "routing": {"versionWeights": [{"version": "4", "weight": 10}]}, "description": ""}
    entry = {"appliedAt": "2026-11-22T12:00:00Z", "readyAt": "2026-11-22T12:00:05Z", "result": "Ready", "spec": asked}

    def texts(*, entries: int) -> list[str]:
        history = [entry | {"generation": 5 - number} for number in range(entries)]
        made = (body(f"object-{number}", status={"history": history}) for number in range(COUNT))
        return [json.dumps(each) for each in made]

    def kept(texts: list[str]) -> float:
        store = Store()
        return bytes_for_each(lambda: [store.put(json.loads(text)) for text in texts])

    words = len(json.dumps([entry] * 5))
    assert kept(texts(entries=5)) - kept(texts(entries=0)) < 1.5 * words


def test_an_object_without_rivals_takes_little_in_the_index():
    store, names = Store(), [f"object-{number}" for number in range(COUNT)]
    bodies = {key(name): body(name) for name in names}
    ownership = OwnershipIndex(store, "cn-hangzhou")

    def note() -> None:
        for each, made in bodies.items():
            ownership.note(each, made)

    assert bytes_for_each(note) < 400

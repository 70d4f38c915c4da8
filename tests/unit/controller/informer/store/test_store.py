from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st

from agentrun_operator.controller.informer.store.news import News, Ours
from agentrun_operator.controller.informer.store.reading import trimmed
from agentrun_operator.controller.informer.store.store import GONE_FOR, Store
from agentrun_operator.observation.selectors import parsed
from agentrun_operator.resources.names import ENDPOINT_LABEL, FINALIZER, PAUSED, RECONCILE_REQUESTED_AT
from support.controller import Body, body, claim, key
from support.objects import a_condition

CHAT = key("chat")
CLAIMED: dict[str, Any] = {"claim": claim()}
OUR_MARKS = Ours(finalizers=(FINALIZER,), status=CLAIMED)
THEIRS: dict[str, Any] = {"claim": claim(uid="another", runtime_id="runtime-9")}


def ours(held: dict[str, Any] = CLAIMED, **status: Any) -> dict[str, Any]:
    """The finalizer and a claim, beside other things in the status."""
    return {"finalizers": (FINALIZER,), "status": held | status}


@pytest.fixture
def store() -> Store:
    return Store()


def test_a_new_object_is_kept_and_asks_for_a_look(store: Store):
    assert store.put(body("chat")) is News.LOOK
    assert CHAT in store
    assert list(store) == [CHAT]
    assert len(store) == 1


def test_the_same_object_again_asks_for_nothing(store: Store):
    store.put(body("chat", version=5))
    assert store.put(body("chat", version=5)) is News.NOTHING


def test_resource_versions_are_compared_as_numbers(store: Store):
    store.put(body("chat", version=9, description="old"))
    store.put(body("chat", version=10, generation=2, description="new"))
    assert store.put(body("chat", version=9, description="old")) is News.NOTHING
    kept = store.get(CHAT)
    assert kept is not None
    assert kept["spec"]["description"] == "new"


@pytest.mark.parametrize(
    ("change", "asks"),
    [
        pytest.param({"generation": 2}, News.LOOK, id="the spec changed"),
        pytest.param({"deleted": "2026-11-22T10:00:00Z"}, News.LOOK, id="it is being deleted"),
        pytest.param({"annotations": {PAUSED: "true"}}, News.LOOK, id="it is paused"),
        pytest.param({"annotations": {RECONCILE_REQUESTED_AT: "now"}}, News.LOOK, id="a reconcile is asked for"),
        pytest.param({"status": THEIRS}, News.OVERWRITTEN, id="somebody wrote a claim"),
        pytest.param({"finalizers": (FINALIZER,)}, News.LOOK, id="somebody changed the finalizers"),
        pytest.param({"uid": "another"}, News.LOOK, id="it was made anew under its name"),
        pytest.param({"status": {"state": "READY"}}, News.OVERWRITTEN, id="somebody wrote another status"),
        pytest.param(
            {"annotations": {"somebody/elses": "note"}}, News.NOTHING, id="an annotation that is not ours changed"
        ),
        pytest.param({}, News.NOTHING, id="nothing that matters here changed"),
    ],
)
def test_what_asks_for_a_look_and_what_does_not(store: Store, change: dict[str, Any], asks: News):
    store.put(body("chat", version=1))
    assert store.put(body("chat", version=2, **change)) is asks


def test_a_claim_or_finalizer_that_somebody_removed_asks_for_a_look(store: Store):
    store.put(body("chat", version=1, **ours()))
    assert store.put(body("chat", version=2, finalizers=(FINALIZER,))) is News.OVERWRITTEN
    assert store.put(body("chat", version=3)) is News.LOOK


def test_what_a_write_of_ours_was_answered_is_kept_at_once(store: Store):
    store.put(body("chat", version=1))
    store.refresh(body("chat", version=2, status={"state": "READY"}))
    kept = store.get(CHAT)
    assert kept is not None
    assert kept["status"] == {"state": "READY"}


@pytest.mark.parametrize(
    ("written", "ours"),
    [
        pytest.param({"status": {"state": "READY"}}, Ours(status={"state": "READY"}), id="a status"),
        pytest.param({"finalizers": (FINALIZER,)}, Ours(finalizers=(FINALIZER,)), id="the finalizer"),
        pytest.param({"status": CLAIMED}, Ours(status=CLAIMED), id="the claim"),
        pytest.param({}, Ours(status={"resolvedVersion": "4"}), id="a field that an older CRD strips"),
    ],
)
def test_the_watchs_echo_of_our_own_write_asks_for_nothing(store: Store, written: dict[str, Any], ours: Ours):
    store.put(body("chat", version=1))
    store.refresh(body("chat", version=2, **written), ours=ours)
    assert store.put(body("chat", version=2, **written)) is News.NOTHING
    assert store.take_overwritten(CHAT) is None


MARKED: dict[str, Any] = {"finalizers": (FINALIZER,)}


@pytest.mark.parametrize(
    ("change", "asks"),
    [
        pytest.param(MARKED, News.NOTHING, id="the mark that is written"),
        pytest.param({}, News.NOTHING, id="nothing yet"),
        pytest.param(MARKED | {"generation": 2}, News.LOOK, id="an edit beside it"),
        pytest.param(MARKED | {"annotations": {PAUSED: "true"}}, News.LOOK, id="a pause beside it"),
        pytest.param(MARKED | {"deleted": "2026-11-22T10:00:00Z"}, News.LOOK, id="a deletion beside it"),
        pytest.param(MARKED | {"status": THEIRS}, News.LOOK, id="somebody's claim beside it"),
        pytest.param(
            {"finalizers": (FINALIZER, "somebody/elses")}, News.LOOK, id="somebody else's finalizer beside it"
        ),
    ],
)
def test_the_watch_may_tell_of_our_own_write_before_it_is_answered(store: Store, change: dict[str, Any], asks: News):
    store.put(body("chat", version=1))
    with store.expecting(CHAT, Ours(finalizers=(FINALIZER,))):
        assert store.put(body("chat", version=2, **change)) is asks
        assert store.put(body("chat", version=2, **change)) is News.NOTHING


STATUS_WRITTEN: dict[str, Any] = {"conditions": [a_condition("Ready", "True Available")], "state": "READY"}


@pytest.mark.parametrize(
    ("found", "asks"),
    [
        pytest.param(STATUS_WRITTEN, News.NOTHING, id="as it is written"),
        pytest.param({"conditions": STATUS_WRITTEN["conditions"]}, News.NOTHING, id="without what an older CRD strips"),
        pytest.param({"state": "READY"}, News.OVERWRITTEN, id="without what decisions go by"),
        pytest.param(STATUS_WRITTEN | {"endpointId": "another"}, News.OVERWRITTEN, id="somebody's words beside it"),
    ],
)
def test_the_watch_may_tell_of_our_own_status_before_it_is_answered(store: Store, found: dict[str, Any], asks: News):
    store.put(body("chat", version=1))
    with store.expecting(CHAT, Ours(status=STATUS_WRITTEN)):
        assert store.put(body("chat", version=2, status=found)) is asks


def test_a_write_whose_answer_was_lost_is_no_news_when_the_watch_tells_of_it(store: Store):
    store.put(body("chat", version=1))
    with pytest.raises(TimeoutError), store.expecting(CHAT, Ours(status=STATUS_WRITTEN)):
        raise TimeoutError
    assert store.put(body("chat", version=2, status=STATUS_WRITTEN)) is News.NOTHING


def test_nothing_is_expected_of_an_object_that_went_during_the_write(store: Store):
    def goes_and_is_not_found() -> None:
        store.remove(body("chat", version=2))
        raise TimeoutError

    store.put(body("chat", version=1))
    with pytest.raises(TimeoutError), store.expecting(CHAT, Ours(status=STATUS_WRITTEN)):
        goes_and_is_not_found()
    assert store._expected == {}


def test_what_somebody_overwrote_is_handed_out_once_as_it_was_before_all_of_it(store: Store):
    store.put(body("chat", version=1, **ours(state="READY")))
    store.put(body("chat", version=2, finalizers=(FINALIZER,), status={"state": "GONE"}))
    store.put(body("chat", version=3, finalizers=(FINALIZER,)))
    assert store.take_overwritten(CHAT) == CLAIMED | {"state": "READY"}
    assert store.take_overwritten(CHAT) is None


def test_nothing_is_put_right_of_an_object_that_was_made_anew_or_that_is_new(store: Store):
    store.put(body("chat", version=1, uid="old", status={"state": "READY"}))
    store.put(body("chat", version=2, uid="new"))
    assert store.take_overwritten(CHAT) is None


def test_what_was_expected_is_news_once_no_write_is_under_way(store: Store):
    store.put(body("chat", version=1))
    with store.expecting(CHAT, Ours(finalizers=(FINALIZER,))):
        pass
    assert store.put(body("chat", version=2, **MARKED)) is News.LOOK


def test_that_an_expected_mark_was_taken_off_again_is_news(store: Store):
    store.put(body("chat", version=1))
    with store.expecting(CHAT, Ours(finalizers=(FINALIZER,))):
        store.put(body("chat", version=2, **MARKED))
    assert store.put(body("chat", version=3)) is News.LOOK


def test_an_edit_that_came_back_with_our_own_write_still_asks_for_a_look_when_its_event_comes(store: Store):
    store.put(body("chat", version=1, **ours()))
    store.refresh(body("chat", version=3, generation=2, **ours(state="READY")))
    assert store.put(body("chat", version=2, generation=2, **ours())) is News.LOOK
    assert store.put(body("chat", version=3, generation=2, **ours(state="READY"))) is News.NOTHING


def test_an_edit_between_two_writes_of_ours_still_asks_for_a_look(store: Store):
    store.put(body("chat", version=1))
    store.refresh(body("chat", version=3, generation=2, **ours()), ours=OUR_MARKS)
    store.refresh(body("chat", version=4, generation=2, **ours(state="CREATING")))
    assert store.put(body("chat", version=2, generation=2)) is News.LOOK


def test_marks_that_somebody_removed_while_we_wrote_a_status_still_ask_for_a_look(store: Store):
    store.put(body("chat", version=1, **ours()))
    store.refresh(body("chat", version=3, status={"state": "READY"}))
    assert store.put(body("chat", version=2)) is News.LOOK


def test_a_claim_that_somebody_overwrote_while_we_wrote_a_status_still_asks_for_a_look(store: Store):
    store.put(body("chat", version=1, **ours()))
    store.refresh(body("chat", version=3, **ours(THEIRS, state="READY")))
    assert store.put(body("chat", version=2, **ours(THEIRS))) is News.OVERWRITTEN


def test_a_late_answer_to_a_write_does_not_bring_an_object_back(store: Store):
    store.put(body("chat", version=1))
    store.remove(body("chat", version=2))
    store.refresh(body("chat", version=2))
    assert CHAT not in store


def test_a_late_answer_to_a_write_does_not_change_the_object_made_anew(store: Store):
    store.put(body("chat", version=5, uid="new"))
    store.refresh(body("chat", version=9, uid="old", status={"state": "READY"}))
    kept = store.get(CHAT)
    assert kept is not None
    assert (kept["metadata"]["uid"], kept["status"]) == ("new", {})


def test_of_an_equal_version_the_answer_to_our_own_write_is_the_later_one(store: Store):
    store.put(body("chat", version=5, deleted="2026-11-22T10:00:00Z", **ours()))
    store.refresh(body("chat", version=5, deleted="2026-11-22T10:00:00Z"))
    store.put(body("chat", version=5, deleted="2026-11-22T10:00:00Z", **ours()))
    kept = store.get(CHAT)
    assert kept is not None
    assert "finalizers" not in kept["metadata"]


def test_an_object_that_is_gone_is_forgotten_once(store: Store):
    store.put(body("chat"))
    assert store.remove(body("chat")) is True
    assert store.remove(body("chat")) is False
    assert store.get(CHAT) is None
    assert store._told == {}


def test_the_end_of_an_object_does_not_remove_the_one_made_anew_under_its_name(store: Store):
    store.put(body("chat", version=1, uid="old"))
    store.put(body("chat", version=5, uid="new"))
    assert store.remove(body("chat", version=4, uid="old")) is False
    assert CHAT in store


def test_an_object_that_is_made_anew_asks_for_a_look_again(store: Store):
    store.put(body("chat", version=1))
    store.remove(body("chat", version=1))
    assert store.put(body("chat", version=7, uid="new")) is News.LOOK


def test_a_list_that_began_before_the_end_of_an_object_does_not_bring_it_back(store: Store):
    store.put(body("chat", version=1))
    store.remove(body("chat", version=2))
    assert store.put(body("chat", version=1)) is News.NOTHING
    assert CHAT not in store


def test_an_object_that_a_watch_let_go_and_shows_again_is_taken_in(store: Store):
    store.put(body("chat", version=1))
    store.remove(body("chat", version=2))
    assert store.put(body("chat", version=3)) is News.LOOK


def test_one_whose_end_nobody_told_does_not_come_back_as_it_was(store: Store):
    store.put(body("chat", version=3))
    store.remove({"metadata": {name: body("chat")["metadata"][name] for name in ("namespace", "name", "uid")}})
    assert store.put(body("chat", version=3)) is News.NOTHING
    assert store.put(body("chat", version=4)) is News.LOOK


def test_an_object_that_was_replaced_before_the_watch_told_of_its_end_does_not_come_back(store: Store):
    store.put(body("chat", version=5, uid="new"))
    store.remove(body("chat", version=4, uid="old"))
    store.remove(body("chat", version=6, uid="new"))
    assert store.put(body("chat", version=3, uid="old")) is News.NOTHING


def test_an_end_is_remembered_for_as_long_as_a_list_may_go_on():
    now = [0.0]
    store = Store(lambda: now[0])
    for number in range(3000):
        store.remove(body("chat", uid=str(number)))
    now[0] = GONE_FOR - 1
    assert store.put(body("chat", uid="0")) is News.NOTHING
    now[0] = GONE_FOR
    assert store.put(body("chat", uid="0")) is News.LOOK  # the API server was restored from a backup
    store.remove(body("chat", uid="0"))
    assert list(store._gone) == ["0"]


@pytest.mark.parametrize(
    ("known", "taken", "replaced"),
    [
        pytest.param({"version": 1, "uid": "old"}, {"version": 5, "uid": "new"}, True, id="made anew"),
        pytest.param({"version": 1}, {"version": 5}, False, id="it has changed"),
        pytest.param({"version": 5, "uid": "new"}, {"version": 1, "uid": "old"}, False, id="an old list"),
        pytest.param({"name": "other"}, {}, False, id="it was not known"),
    ],
)
def test_which_object_was_replaced(store: Store, known: dict[str, Any], taken: dict[str, Any], *, replaced: bool):
    store.put(body(**known))
    former = store.former(body(**taken))
    assert former == (store.get(CHAT) if replaced else None)


def test_of_an_object_the_current_one_is_that_of_the_same_uid(store: Store):
    store.put(body("chat", version=5, description="new"))
    assert store.current(body("chat", version=1)) == trimmed(body("chat", version=5, description="new"))
    assert store.current(body("chat", version=1, uid="old")) is None
    assert store.current(body("other")) is None


def test_only_what_is_used_is_kept(store: Store):
    whole = body("chat", annotations={PAUSED: "true", "kubectl/last-applied": "a" * 10_000}, status={"state": "READY"})
    whole["metadata"]["managedFields"] = [{"manager": "kubectl"}]
    whole["metadata"]["labels"] = {"app": "chat"}
    kept = trimmed(whole)
    assert kept["metadata"]["annotations"] == {PAUSED: "true"}
    assert kept["metadata"].keys().isdisjoint({"managedFields", "labels"})
    assert kept["spec"] == whole["spec"]
    assert kept["status"] == {"state": "READY"}
    assert "apiVersion" not in kept


def test_iterating_goes_on_while_objects_come_and_go(store: Store):
    for name in "abc":
        store.put(body(name))
    for found in store:
        store.remove(body(found.name))
    assert len(store) == 0


# Whatever the order in which the watch and the answers to our own writes tell of an object's versions.

EDIT, STATUS, MARK = "somebody edits", "we write the status", "we write our marks"
UNMARK, OVERWRITE = "somebody removes them", "somebody writes another claim"
OWN = (STATUS, MARK)
MARKS: dict[str, tuple[tuple[str, ...], Body]] = {
    MARK: ((FINALIZER,), CLAIMED),
    UNMARK: ((), {}),
    OVERWRITE: ((FINALIZER,), THEIRS),
}


def history(changes: list[str]) -> list[Body]:
    """The object's versions, the first one included."""
    versions = [body("chat", version=1)]
    generation, marks, status = 1, MARKS[UNMARK], dict[str, str]()
    for number, change in enumerate(changes, start=2):
        generation += change == EDIT
        marks = MARKS.get(change, marks)
        status = {"state": f"version {number}"} if change == STATUS else status
        finalizers, held = marks
        told = status | held
        versions.append(body("chat", version=number, generation=generation, status=told, finalizers=finalizers))
    return versions


@how(deadline=None)
@given(st.lists(st.sampled_from((EDIT, STATUS, MARK, UNMARK, OVERWRITE)), max_size=8), st.data())
def test_no_wish_of_anybodys_is_ever_lost(changes: list[str], data: st.DataObject):
    store, versions = Store(), history(changes)
    store.put(versions[0])
    events = versions[1:]
    answers = [(version, change) for version, change in zip(versions[1:], changes, strict=True) if change in OWN]
    edit, marks = generation_of(store), marks_of(store)  # as known to whoever looks when asked, and to who marks
    while events or answers:
        if answers and (not events or data.draw(st.booleans())):
            version, change = answers.pop(0)
            store.refresh(
                version, ours=OUR_MARKS if change == MARK else Ours(status={"state": version["status"]["state"]})
            )
            marks = marks_of(store) if change == MARK else marks
        elif store.put(events.pop(0)):
            edit, marks = generation_of(store), marks_of(store)
    assert version_of(store) == len(versions)
    assert (edit, marks) == (generation_of(store), marks_of(store))


@how(deadline=None)
@given(st.lists(st.sampled_from(OWN), max_size=8))
def test_our_own_writes_ask_for_nothing_when_their_answers_come_before_their_events(changes: list[str]):
    store, (first, *versions) = Store(), history(changes)
    store.put(first)
    for version, change in zip(versions, changes, strict=True):
        store.refresh(version, ours=OUR_MARKS if change == MARK else Ours(status={"state": version["status"]["state"]}))
    assert not any(store.put(version) for version in versions)


def version_of(store: Store) -> int:
    return int(kept_in(store)["metadata"]["resourceVersion"])


def generation_of(store: Store) -> int:
    return int(kept_in(store)["metadata"]["generation"])


def marks_of(store: Store) -> tuple[object, object]:
    kept = kept_in(store)
    return kept["metadata"].get("finalizers"), kept["status"].get("claim")


def kept_in(store: Store) -> Body:
    kept = store.get(CHAT)
    assert kept is not None
    return kept


def labelled(made: Body, value: str | None) -> Body:
    made["metadata"]["labels"] = {"k": value} if value else {}
    return made


@pytest.fixture
def shard() -> Store:
    """Of the objects with the label k=blue."""
    return Store(selector=parsed("k=blue"))


def test_an_object_that_left_the_selector_and_comes_back_asks_for_a_look_at_once(shard: Store):
    shard.put(labelled(body("chat", version=5), "blue"))
    shard.remove(
        labelled(body("chat", version=6), "blue")
    )  # as the watch tells it: how it was, with the version of its end
    assert shard.put(labelled(body("chat", version=5), "blue")) is News.NOTHING
    assert CHAT not in shard

    assert shard.put(labelled(body("chat", version=7), "blue")) is News.LOOK

    assert CHAT in shard


def test_what_is_known_of_an_ends_version_is_never_an_older_one(shard: Store):
    shard.put(labelled(body("chat", version=5), "blue"))
    shard.remove(labelled(body("chat", version=9), "blue"))
    shard.remove(labelled(body("chat", version=5), "blue"))
    assert shard.put(labelled(body("chat", version=8), "blue")) is News.NOTHING


def test_an_object_that_was_answered_with_others_labels_is_not_written_to_any_more(shard: Store):
    before = labelled(body("chat", version=5), "blue")
    shard.put(before)
    assert shard.unchanged(trimmed(before))

    shard.refresh(labelled(body("chat", version=6), "green"))

    assert not shard.unchanged(trimmed(before))
    assert shard.current(before) is None
    shard.refresh(labelled(body("chat", version=7), "blue"))
    assert shard.unchanged(trimmed(before))


def test_an_older_answer_says_nothing_of_labels(shard: Store):
    before = labelled(body("chat", version=5), "blue")
    shard.put(before)
    shard.refresh(labelled(body("chat", version=4), "green"))
    assert shard.unchanged(trimmed(before))


def test_what_left_by_an_answer_is_forgotten_when_the_watch_tells(shard: Store):
    shard.put(labelled(body("chat", version=5), "blue"))
    shard.refresh(labelled(body("chat", version=6), "green"))
    assert shard.remove(labelled(body("chat", version=6), "blue"))
    assert shard.put(labelled(body("chat", version=8), "blue")) is News.LOOK
    assert shard.current(body("chat")) is not None


def endpoint_labelled(made: Body, value: str) -> Body:
    made["metadata"]["labels"] = {ENDPOINT_LABEL: value}
    return made


def test_somebody_takes_the_endpoints_label_off(store: Store):
    store.put(endpoint_labelled(body("chat", version=5), "x"))
    assert store.put(body("chat", version=6)) is News.LOOK


def test_the_endpoints_label_that_comes_with_our_finalizer_is_no_news(store: Store):
    store.put(body("chat", version=5))
    with store.expecting(CHAT, Ours(finalizers=(FINALIZER,), label="x")):
        assert store.put(endpoint_labelled(body("chat", version=6, finalizers=(FINALIZER,)), "x")) is News.NOTHING

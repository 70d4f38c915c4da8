from agentrun_operator.emulator.faults.injector import Subject
from agentrun_operator.emulator.gateway.request_log import KEPT, Entry, Journal


def entry(action: str = "GetAgentRuntime", at: float = 0.0) -> Entry:
    return Entry(Subject(action, "ak", "1", "runtime", "endpoint", "chat"), "GET", "/path", at)


def test_requests_are_counted_by_action_and_logged():
    journal = Journal()
    for action in ("A", "B", "A"):
        journal.open(entry(action))
    shown = journal.show()
    assert shown["counts"] == {"A": 2, "B": 1}
    assert [each["action"] for each in shown["log"]] == ["A", "B", "A"]


def test_an_entry_is_completed_when_its_call_is():
    journal, pending = Journal(), entry()
    journal.open(pending)
    assert journal.show()["log"][0]["status"] is None
    pending.status, pending.effect = 201, True
    assert journal.show()["log"] == [
        {
            "action": "GetAgentRuntime",
            "method": "GET",
            "path": "/path",
            "status": 201,
            "accessKeyId": "ak",
            "runtimeId": "runtime",
            "endpointId": "endpoint",
            "endpointName": "chat",
            "at": 0.0,
            "effect": True,
        }
    ]


def test_the_log_is_bounded_and_the_counts_go_on():
    journal = Journal()
    for number in range(KEPT + 5):
        journal.open(entry(at=number))
    shown = journal.show(newest=2 * KEPT)
    assert shown["counts"] == {"GetAgentRuntime": KEPT + 5}
    assert (len(shown["log"]), shown["log"][0]["at"]) == (KEPT, 5)


def test_the_newest_entries_can_be_had_alone():
    journal = Journal()
    for number in range(5):
        journal.open(entry(at=number))
    assert [each["at"] for each in journal.show(newest=2)["log"]] == [3, 4]
    assert journal.show(newest=0)["log"] == []


def test_what_is_forgotten_is_not_shown():
    journal = Journal()
    journal.open(entry())
    journal.clear()
    assert journal.show() == {"counts": {}, "log": []}

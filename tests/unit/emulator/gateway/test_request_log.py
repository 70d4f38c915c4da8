from agentrun_operator.emulator.faults.injector import Subject
from agentrun_operator.emulator.gateway.request_log import MAX_ENTRIES, Entry, RequestLog


def entry(action: str = "GetAgentRuntime", at: float = 0.0) -> Entry:
    return Entry(Subject(action, "ak", "1", "runtime", "endpoint", "chat"), "GET", "/path", at)


def test_requests_are_counted_by_action_and_logged():
    log = RequestLog()
    for action in ("A", "B", "A"):
        log.add(entry(action))
    shown = log.show()
    assert shown["counts"] == {"A": 2, "B": 1}
    assert [each["action"] for each in shown["log"]] == ["A", "B", "A"]


def test_an_entry_is_completed_when_its_call_is():
    log, pending = RequestLog(), entry()
    log.add(pending)
    assert log.show()["log"][0]["status"] is None
    pending.status, pending.effect = 201, True
    assert log.show()["log"] == [
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
    log = RequestLog()
    for number in range(MAX_ENTRIES + 5):
        log.add(entry(at=number))
    shown = log.show(newest=2 * MAX_ENTRIES)
    assert shown["counts"] == {"GetAgentRuntime": MAX_ENTRIES + 5}
    assert (len(shown["log"]), shown["log"][0]["at"]) == (MAX_ENTRIES, 5)


def test_the_newest_entries_can_be_had_alone():
    log = RequestLog()
    for number in range(5):
        log.add(entry(at=number))
    assert [each["at"] for each in log.show(newest=2)["log"]] == [3, 4]
    assert log.show(newest=0)["log"] == []


def test_what_is_forgotten_is_not_shown():
    log = RequestLog()
    log.add(entry())
    log.clear()
    assert log.show() == {"counts": {}, "log": []}
